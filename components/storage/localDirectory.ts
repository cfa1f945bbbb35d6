import type * as k8s from "@pulumi/kubernetes";
import { SKIP_AWAIT } from "../workload/labels";
import { claimSpec } from "../workload/volumes";

export interface LocalDirectoryArgs {
  readonly store: string;
  readonly namespace: string;
  readonly size: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly storageClasses: { readonly data?: string; readonly shared?: string };
}

/**
 * The claim of a directory that takes a store's place. With a shared class several pods on several nodes mount it, else
 * all its clients must run on one node.
 */
export function localDirectoryClaim(args: LocalDirectoryArgs): k8s.core.v1.PersistentVolumeClaimArgs {
  const { shared, data } = args.storageClasses;
  return {
    metadata: { name: args.store, namespace: args.namespace, labels: { ...args.labels }, annotations: SKIP_AWAIT },
    spec:
      shared === undefined
        ? claimSpec(args.size, "ReadWriteOnce", data)
        : claimSpec(args.size, "ReadWriteMany", shared),
  };
}
