import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreOf } from "../../../systems/spec";
import type { Binding, BindingValue, Client } from "../../binding";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { objectLabels } from "../../workload/labels";
import { CLUSTER_LABEL, elasticsearchCluster, ROLES, SEARCH_PORT, searchPolicy } from "./elasticsearch";

export interface KubernetesSearchArgs extends ComponentArgs {
  /** Name of the store: of the cluster and of every object. */
  readonly store: string;
  readonly spec: StoreOf<"search">;
  readonly namespace: string;
  /** Image of the server, with its registry. @default the operator's choice for the version */
  readonly image?: string;
  readonly cluster: ClusterContract;
  readonly clients: readonly Client[];
  /** Whether the collectors of the monitoring namespace write logs to it. @default false */
  readonly logs?: boolean;
  readonly transform?: { readonly cluster?: Transform<k8s.apiextensions.CustomResourceArgs> };
}

/** User the system's services connect as. */
const USER = "services";

/** A custom resource counts as made once it is stored; its clients want the index to answer. */
const UNTIL_READY = { "pulumi.com/waitFor": "jsonpath={.status.phase}=Ready", "pulumi.com/timeoutSeconds": "900" };

/** An Elasticsearch index in the cluster, run by the ECK operator. */
export class KubernetesSearch extends Component {
  readonly binding: Binding;
  private readonly args: KubernetesSearchArgs;
  private readonly labels: Readonly<Record<string, string>>;
  private readonly password: pulumi.Output<string>;

  constructor(name: string, args: KubernetesSearchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:Search", name, args, opts);
    this.args = args;
    this.labels = objectLabels(args.context, args.store, "database");
    this.password = this.make(
      random.RandomPassword,
      "password",
      { length: 32, special: false },
      { protect: args.context.redundancy.protect },
    ).result;
    const servers = this.servers([this.roles(), this.user(), this.policy()]);
    this.verdicts();
    this.binding = this.bind([servers]);
    this.finish({ store: args.store, namespace: args.namespace, instances: args.spec.instances });
  }

  private roles(): pulumi.Resource {
    return this.make(k8s.core.v1.Secret, "roles", {
      metadata: this.metadata(`${this.args.store}-roles`),
      type: "Opaque",
      stringData: { "roles.yml": ROLES },
    });
  }

  private user(): pulumi.Resource {
    return this.make(k8s.core.v1.Secret, "credentials", {
      metadata: this.metadata(`${this.args.store}-credentials`),
      type: "kubernetes.io/basic-auth",
      stringData: { username: USER, password: this.password, roles: USER },
    });
  }

  private policy(): pulumi.Resource {
    const { store, namespace, clients, spec, cluster, logs } = this.args;
    return this.make(k8s.networking.v1.NetworkPolicy, "policy", {
      metadata: this.metadata(store),
      spec: searchPolicy({
        store,
        namespace,
        clients,
        instances: spec.instances,
        ...(logs ? { collectors: cluster.monitoringNamespace } : {}),
      }),
    });
  }

  private servers(dependsOn: readonly pulumi.Resource[]): pulumi.Resource {
    const { store, spec, image, cluster } = this.args;
    const operator = cluster.installed?.elasticsearch;
    return this.make(
      k8s.apiextensions.CustomResource,
      "cluster",
      {
        apiVersion: "elasticsearch.k8s.elastic.co/v1",
        kind: "Elasticsearch",
        metadata: { ...this.metadata(store), annotations: UNTIL_READY },
        spec: elasticsearchCluster({
          store,
          spec,
          image,
          rolesSecret: `${store}-roles`,
          userSecret: `${store}-credentials`,
          storageClass: cluster.storageClasses.data ?? spec.storage.class,
          labels: {
            "app.kubernetes.io/part-of": this.context.system,
            "groundplan.dev/environment": this.context.environment,
          },
          priorityClass: cluster.priorityClasses?.data,
        }),
      },
      {
        protect: this.context.redundancy.protect,
        dependsOn: [...dependsOn, ...(operator ? [operator] : [])],
      },
    );
  }

  private verdicts(): void {
    const { store, spec } = this.args;
    this.degrade({
      feature: `a certificate of ${store} that clients trust by themselves`,
      reason: "the operator signs it with an authority of its own",
      remedy: `give clients the authority in the Secret ${store}-es-http-certs-public`,
    });
    this.degrade({
      feature: `snapshots of ${store}`,
      reason: "no object storage is bound to the cluster that a copy could go to",
      remedy: "register a snapshot repository, or take volume snapshots of its claims",
    });
    if (spec.instances < 3 && this.context.redundancy.multiZone) {
      this.degrade({
        feature: `failover of ${store}`,
        reason: "fewer than three nodes cannot agree that one of them is gone",
        remedy: `set stores.${store}.instances to 3`,
      });
    }
  }

  private bind(ready: readonly pulumi.Resource[]): Binding {
    const { store, namespace } = this.args;
    const host = `${store}-es-http.${namespace}.svc`;
    const { password } = this;
    const values: Readonly<Record<string, BindingValue>> = {
      url: {
        kind: "secret",
        source: { from: "value", value: pulumi.interpolate`https://${USER}:${password}@${host}:${SEARCH_PORT}` },
      },
      host: { kind: "plain", value: host },
      port: { kind: "plain", value: String(SEARCH_PORT) },
      user: { kind: "plain", value: USER },
      password: { kind: "secret", source: { from: "value", value: password } },
    };
    return {
      values: () => values,
      peers: [{ kind: "pods", namespace, labels: { [CLUSTER_LABEL]: store } }],
      ports: [SEARCH_PORT],
      grants: () => [],
      ready,
    };
  }

  private metadata(name: string) {
    return { name, namespace: this.args.namespace, labels: { ...this.labels } };
  }
}
