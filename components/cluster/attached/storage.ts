import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Make } from "../../make";

/** A class this stack makes: the driver that serves it, and what the driver wants to be told. */
export interface StorageDriver {
  readonly driver: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface StorageArgs {
  readonly labels: Readonly<Record<string, string>>;
  /** Storage class of data, by name. */
  readonly data?: StorageDriver & { readonly name: string };
  /** Storage class of files that several nodes mount, by name. */
  readonly shared?: StorageDriver & { readonly name: string };
  /** Volume snapshot class, by name. */
  readonly snapshots?: StorageDriver & { readonly name: string };
}

/** Classes of a cluster that has none fit for data: kept after release, bound where the pod runs, able to grow. */
export function makeStorage(make: Make, { labels, data, shared, snapshots }: StorageArgs): readonly pulumi.Resource[] {
  const storageClass = (role: string, { name, driver, parameters }: NonNullable<StorageArgs["data"]>, bound: string) =>
    make(k8s.storage.v1.StorageClass, role, {
      metadata: { name, labels: { ...labels } },
      provisioner: driver,
      parameters: { ...parameters },
      reclaimPolicy: "Retain",
      volumeBindingMode: bound,
      allowVolumeExpansion: true,
    });
  return [
    ...(data ? [storageClass("storage-class", data, "WaitForFirstConsumer")] : []),
    // Every node reaches a share, so there is no node to wait for.
    ...(shared ? [storageClass("shared-storage-class", shared, "Immediate")] : []),
    ...(snapshots
      ? [
          make(k8s.apiextensions.CustomResource, "snapshot-class", {
            apiVersion: "snapshot.storage.k8s.io/v1",
            kind: "VolumeSnapshotClass",
            metadata: { name: snapshots.name, labels: { ...labels } },
            driver: snapshots.driver,
            // What was taken outlives the object that asked for it.
            deletionPolicy: "Retain",
            parameters: { ...snapshots.parameters },
          }),
        ]
      : []),
  ];
}
