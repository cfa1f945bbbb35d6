import type * as pulumi from "@pulumi/pulumi";

/** Where a secret value comes from when a pod needs it. */
export type SecretSource =
  /** Pulumi knows the value (a tainted output) and writes a Kubernetes Secret itself. */
  | { readonly from: "value"; readonly value: pulumi.Output<string> }
  /** A property of an entry in a secret store; External Secrets brings it into the cluster. */
  | {
      readonly from: "store";
      readonly key: pulumi.Input<string>;
      readonly property?: string;
      /** @default the store of the cluster's contract */
      readonly store?: StoreRef;
      /** Where the store gives it new values by itself. @default it holds what was put in */
      readonly rotation?: SourceRotation;
    }
  /** A key of a Secret that an operator keeps in the consumer's own namespace. */
  | { readonly from: "secret"; readonly name: pulumi.Input<string>; readonly key: string };

/** What whoever reads an entry that rotates must know to read it in time. */
export interface SourceRotation {
  /** Changes when the stack puts another value in, and only then: readers read anew at once. */
  readonly version: pulumi.Output<string>;
  /** What must stand before it is read. @default nothing more */
  readonly ready?: readonly pulumi.Resource[];
}

/** A store of External Secrets other than the cluster's own: one of that name in every namespace that reads from it. */
export interface StoreRef {
  readonly kind: "SecretStore" | "ClusterSecretStore";
  readonly name: string;
  /** What must stand before the entry can be read. */
  readonly ready: readonly pulumi.Resource[];
}

/** One value a consumer can ask for in the `env` of an edge. */
export type BindingValue =
  | { readonly kind: "plain"; readonly value: pulumi.Input<string> }
  | { readonly kind: "secret"; readonly source: SecretSource };

/** Where traffic to a target goes, as network policies and firewalls need to know it. */
export type Peer =
  | { readonly kind: "pods"; readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly kind: "cidrs"; readonly cidrBlocks: readonly pulumi.Input<string>[] }
  /** Known by name only. A cluster without policies by host name lets it out by port: a degraded verdict. */
  | { readonly kind: "hosts"; readonly hosts: readonly string[] };

/** A PersistentVolumeClaim that a store made for its clients. */
export interface VolumeBinding {
  /** Namespace of the claim; only pods there can mount it. */
  readonly namespace: string;
  readonly claim: pulumi.Input<string>;
  /** Where every client mounts it. Undefined: each client's own volume entry says where. */
  readonly path?: string;
}

/** Certificates of an authority that signs for a target and that no client knows beforehand. */
export interface Authority {
  /** File every client finds them in. */
  readonly path: string;
  readonly source: SecretSource;
}

/** A bucket as a job of ours needs to know it. */
export interface ObjectStore {
  readonly bucket: pulumi.Input<string>;
  /** What it speaks: S3's protocol, or Cloud Storage's own, which takes an identity for its credentials. @default s3 */
  readonly protocol?: "s3" | "gcs";
  readonly region?: pulumi.Input<string>;
  /** Endpoint of a store that is not AWS's. */
  readonly endpoint?: string;
  /** Secret of the client's namespace with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; none where an identity serves. */
  readonly secretName?: string;
}

/** One thing a workload identity may do. */
export interface Grant {
  /** Identifies the statement within the role, such as `exports-write`. */
  readonly id: string;
  /** AWS: IAM actions. GCP: role names. */
  readonly actions: readonly string[];
  /** AWS: ARNs. GCP: resource names. */
  readonly resources: readonly pulumi.Input<string>[];
  /** Conditions in the cloud's own form. */
  readonly conditions?: Readonly<
    Record<string, Readonly<Record<string, pulumi.Input<string> | readonly pulumi.Input<string>[]>>>
  >;
}

export type Access = "read" | "write" | "admin";
export type EndpointRole = "primary" | "replica";

/** The client side of an edge: who will connect. */
export interface Client {
  readonly service: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly access: Access;
  readonly ports: readonly number[];
}

/**
 * What a target (store, service, external service) offers those who use it. Every cloud's stores give the same, so a
 * workload neither knows nor asks where its database runs.
 */
export interface Binding {
  /** Values by the names an edge's `env` uses (url, host, port, ...), for one client and endpoint. */
  values(client: string, endpoint: EndpointRole): Readonly<Record<string, BindingValue>>;
  readonly peers: readonly Peer[];
  /** Ports the peers listen on. */
  readonly ports: readonly number[];
  /** What a client's identity must be allowed to do in the cloud's API; nothing for what speaks its own protocol. */
  grants(client: string, access: Access): readonly Grant[];
  /** How jobs of ours reach a bucket, where they may. */
  readonly objects?: ObjectStore;
  /** Volume its clients mount: a file share, or the local directory that takes a bucket's or a database's place. */
  readonly volume?: VolumeBinding;
  /** Authority its clients must be told of. @default one that everybody knows, or none */
  readonly authority?: Authority;
  /** Resources that must stand before a client starts. */
  readonly ready: readonly pulumi.Resource[];
}
