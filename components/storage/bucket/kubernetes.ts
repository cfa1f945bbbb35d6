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
  /** A bucket that exists. Undefined: a local directory takes its place. */
  readonly existing?: ExistingBucket;
  readonly cluster: ClusterContract;
  readonly clients: readonly Client[];
}

/** A bucket somebody else made, by name alone or with how it is reached. */
export interface ExistingBucket {
  readonly bucket: string;
  readonly region?: string;
  /** Endpoint of a store that speaks S3's protocol. @default AWS's */
  readonly endpoint?: string;
  /** Secret with its credentials, in the namespace of whoever reads it. */
  readonly secretName?: string;
}

/** Size of the directory where the system names none. */
export const LOCAL_SIZE = "10Gi";

/** A bucket for a cluster that has no object storage of its own: one that exists, or a directory in its place. */
export class KubernetesBucket extends Component {
  readonly binding: Binding;

  constructor(name: string, args: KubernetesBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:storage:Bucket", name, args, opts);
    this.binding = args.existing === undefined ? this.local(args) : this.existing(args, args.existing);
    this.finish({ store: args.store, existing: args.existing !== undefined });
  }

  private existing({ store }: KubernetesBucketArgs, existing: ExistingBucket): Binding {
    const { bucket, endpoint, secretName } = existing;
    const region = existing.region ?? this.context.region;
    this.degrade({
      feature: `access of pods to bucket ${store}`,
      reason: "an attached cluster lends its pods no identity in the bucket's cloud",
      remedy: "give the services the bucket's credentials as secrets of the system, or use a cluster of that cloud",
    });
    return {
      values: () => ({
        name: { kind: "plain", value: bucket },
        url: { kind: "plain", value: `s3://${bucket}` },
        region: { kind: "plain", value: region },
      }),
      ...objectPeers(bucket, endpoint),
      grants: () => [],
      ...(secretName === undefined ? {} : { objects: { bucket, region, endpoint, secretName } }),
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

/** Where a bucket's traffic goes: to pods of the cluster for a Service's name, to an address, else to public hosts. */
export function objectPeers(bucket: string, endpoint: string | undefined): Pick<Binding, "peers" | "ports"> {
  if (endpoint === undefined) {
    return { peers: [{ kind: "hosts", hosts: [bucket] }], ports: [443] };
  }
  const { hostname, port, protocol } = new URL(endpoint);
  const ports = [port === "" ? (protocol === "http:" ? 80 : 443) : Number(port)];
  const [, namespace] = /^[^.]+\.([^.]+)\.svc(?:\.cluster\.local)?$/.exec(hostname) ?? [];
  if (namespace !== undefined) {
    return { peers: [{ kind: "pods", namespace, labels: {} }], ports };
  }
  return /^\d+(\.\d+){3}$/.test(hostname)
    ? { peers: [{ kind: "cidrs", cidrBlocks: [`${hostname}/32`] }], ports }
    : { peers: [{ kind: "hosts", hosts: [hostname] }], ports };
}
