import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { StoreOf } from "../../../systems/spec";
import type { Binding, Client } from "../../binding";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs } from "../../component";
import { objectLabels } from "../../workload/labels";
import { localDirectoryClaim } from "../localDirectory";

export interface KubernetesBucketArgs extends ComponentArgs {
  /** Name of the store. */
  readonly store: string;
  readonly spec: StoreOf<"bucket">;
  /** Name of a bucket that exists. Undefined: a local directory takes its place. */
  readonly existing?: string;
  readonly cluster: ClusterContract;
  readonly clients: readonly Client[];
}

/** Size of the directory where the system names none. */
const LOCAL_SIZE = "10Gi";

/** A bucket for a cluster that has no object storage of its own: one that exists, or a directory in its place. */
export class KubernetesBucket extends Component {
  readonly binding: Binding;

  constructor(name: string, args: KubernetesBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:storage:Bucket", name, args, opts);
    this.binding = args.existing === undefined ? this.local(args) : this.existing(args, args.existing);
    this.finish({ store: args.store, existing: args.existing !== undefined });
  }

  private existing({ store }: KubernetesBucketArgs, bucket: string): Binding {
    this.degrade({
      feature: `access of pods to bucket ${store}`,
      reason: "an attached cluster lends its pods no identity in the bucket's cloud",
      remedy: "give the services the bucket's credentials as secrets of the system, or use a cluster of that cloud",
    });
    return {
      values: () => ({
        name: { kind: "plain", value: bucket },
        url: { kind: "plain", value: `s3://${bucket}` },
        region: { kind: "plain", value: this.context.region },
      }),
      peers: [{ kind: "hosts", hosts: [bucket] }],
      ports: [443],
      grants: () => [],
      ready: [],
    };
  }

  private local(args: KubernetesBucketArgs): Binding {
    const { store, spec, clients, context, cluster } = args;
    const path = spec.local?.path ?? `/var/lib/${store}`;
    const namespaces = [...new Set(clients.map((client) => client.namespace))];
    const claims = namespaces.map((namespace, index) =>
      this.make(
        k8s.core.v1.PersistentVolumeClaim,
        index === 0 ? "claim" : `claim-${namespace}`,
        localDirectoryClaim({
          store,
          namespace,
          size: spec.local?.size ?? LOCAL_SIZE,
          labels: objectLabels(context, store, "database"),
          storageClasses: cluster.storageClasses,
        }),
        { protect: context.redundancy.protect },
      ),
    );
    this.degrade({
      feature: `bucket ${store}: replication, versions, lifecycle and encryption of objects`,
      reason:
        claims.length > 0
          ? `no object storage is named: its clients share the directory ${path}${cluster.storageClasses.shared === undefined ? ", on one node" : ""}${namespaces.length > 1 ? ", one per namespace" : ""}`
          : "no object storage is named, and no service of the system uses it directly",
      remedy: `name a bucket in groundplan:existing.${context.placement}.buckets.${store}`,
    });
    const [namespace] = namespaces;
    return {
      values: () => ({
        name: { kind: "plain", value: spec.bucketName ?? store },
        url: { kind: "plain", value: `file://${path}` },
        region: { kind: "plain", value: context.region },
      }),
      peers: [],
      ports: [],
      grants: () => [],
      ...(namespace === undefined ? {} : { volume: { namespace, claim: store, path } }),
      ready: claims,
    };
  }
}
