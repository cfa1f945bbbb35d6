import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs } from "../../component";
import { type ElasticArgs, filebeat, kibana, logstash } from "./elastic";

export interface KubernetesLoggingArgs extends ComponentArgs {
  /** The index the logs end in. */
  readonly index: Pick<ElasticArgs, "store" | "storeNamespace" | "version">;
  /** Namespaces of the system, whose logs are collected. */
  readonly namespaces: readonly string[];
  readonly cluster: ClusterContract;
  /** The index, and whatever makes the namespace of the collectors. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/** Logs of a system by Elastic's own parts: collectors on every node, Logstash between, Kibana before. */
export class KubernetesLogging extends Component {
  private readonly args: KubernetesLoggingArgs;

  constructor(name: string, args: KubernetesLoggingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:observability:Logging", name, args, opts);
    this.args = args;
    const { system, redundancy } = this.context;
    const { monitoringNamespace } = args.cluster;
    const elastic: ElasticArgs = {
      ...args.index,
      system,
      namespaces: args.namespaces,
      replicas: redundancy.multiZone ? 2 : 1,
    };
    const pipeline = this.object("logstash", "logstash.k8s.elastic.co/v1alpha1", "Logstash", logstash(elastic), []);
    this.object("kibana", "kibana.k8s.elastic.co/v1", "Kibana", kibana(elastic), []);
    this.object("collectors", "beat.k8s.elastic.co/v1beta1", "Beat", filebeat(elastic, monitoringNamespace), [
      pipeline,
    ]);
    this.degrade({
      feature: "sign-in to Kibana",
      reason: "the services' own user is no user of Kibana's, and nobody has the superuser's password",
      remedy:
        "reach it by kubectl port-forward, with a user of your own in the index's file realm or an identity provider",
    });
    this.finish({ index: args.index.store });
  }

  private object(
    role: string,
    apiVersion: string,
    kind: string,
    spec: Readonly<Record<string, unknown>>,
    before: readonly pulumi.Resource[],
  ): pulumi.Resource {
    const { cluster, dependsOn } = this.args;
    const { system } = this.context;
    return this.make(
      k8s.apiextensions.CustomResource,
      role,
      {
        apiVersion,
        kind,
        metadata: {
          name: system,
          namespace: cluster.monitoringNamespace,
          labels: { "app.kubernetes.io/part-of": system, "app.kubernetes.io/managed-by": "groundplan" },
        },
        spec,
      },
      { dependsOn: [...dependsOn, ...before] },
    );
  }
}
