import type * as k8s from "@pulumi/kubernetes";
import { type ClusterContract, POOL_LABEL } from "../cluster/contract";
import type { Degraded } from "../component";

type Pod = k8s.types.input.core.v1.PodSpec;

/** Where a store's pods may run: what a pod says, and what CloudNativePG takes in the same words. */
export interface PoolFields {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly nodeAffinity?: k8s.types.input.core.v1.NodeAffinity;
  readonly tolerations?: k8s.types.input.core.v1.Toleration[];
}

/**
 * Fields that keep a store on its node pool: on a cluster of our own it runs nowhere else, on an attached one the pool is
 * a preference, as nobody may have marked its nodes. The toleration does nothing where the pool is not tainted.
 */
export function poolFields(nodePool: string | undefined, cluster: Pick<ClusterContract, "ownsNodePools">): PoolFields {
  if (nodePool === undefined) {
    return {};
  }
  const tolerations = [{ key: POOL_LABEL, operator: "Equal", value: nodePool, effect: "NoSchedule" }];
  if (cluster.ownsNodePools !== false) {
    return { nodeSelector: { [POOL_LABEL]: nodePool }, tolerations };
  }
  const preference = { matchExpressions: [{ key: POOL_LABEL, operator: "In", values: [nodePool] }] };
  return {
    nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 50, preference }] },
    tolerations,
  };
}

/** A pod of a store, on its pool. */
export function onPool(pod: Pod, nodePool: string | undefined, cluster: Pick<ClusterContract, "ownsNodePools">): Pod {
  const { nodeAffinity, ...fields } = poolFields(nodePool, cluster);
  const affinity = nodeAffinity === undefined ? {} : { affinity: { ...(pod.affinity as object), nodeAffinity } };
  return { ...pod, ...fields, ...affinity };
}

/** What a store's pool is not, on a cluster whose nodes are not this stack's. */
export function poolVerdicts(
  store: string,
  nodePool: string | undefined,
  cluster: Pick<ClusterContract, "ownsNodePools">,
): readonly Degraded[] {
  return nodePool === undefined || cluster.ownsNodePools !== false
    ? []
    : [
        {
          feature: `node pool ${nodePool} of ${store}`,
          reason: "the nodes of an attached cluster are not this stack's, so the pool is a preference",
          remedy: `label the nodes ${POOL_LABEL}=${nodePool}`,
        },
      ];
}
