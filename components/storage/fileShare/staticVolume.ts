import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../context";
import { objectLabels } from "../../workload/labels";

/** A share that stands outside the cluster, as one namespace mounts it. */
export interface StaticVolume {
  readonly context: Context;
  readonly store: string;
  readonly namespace: string;
  /** Size the volume says it has; a claim binds to no smaller one. */
  readonly capacity: string;
  readonly csi: k8s.types.input.core.v1.CSIPersistentVolumeSource;
}

/** The volume of a share, kept for one claim and no other. */
export function staticVolume(volume: StaticVolume): k8s.core.v1.PersistentVolumeArgs {
  const { context, store, namespace, capacity, csi } = volume;
  return {
    metadata: { name: `${context.system}-${store}`, labels: { ...objectLabels(context, store, "database") } },
    spec: {
      capacity: { storage: capacity },
      accessModes: ["ReadWriteMany"],
      persistentVolumeReclaimPolicy: "Retain",
      // No class: otherwise the claim would have a second share made for it.
      storageClassName: "",
      claimRef: { namespace, name: store },
      csi,
    },
  };
}

/** The claim of that volume. */
export function staticClaim(
  { context, store, namespace }: Pick<StaticVolume, "context" | "store" | "namespace">,
  volumeName: pulumi.Input<string>,
  size: string,
): k8s.core.v1.PersistentVolumeClaimArgs {
  return {
    metadata: { name: store, namespace, labels: { ...objectLabels(context, store, "database") } },
    spec: {
      accessModes: ["ReadWriteMany"],
      storageClassName: "",
      volumeName,
      resources: { requests: { storage: size } },
    },
  };
}
