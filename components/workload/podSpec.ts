import type * as k8s from "@pulumi/kubernetes";
import type { ServiceSpec } from "../../systems/spec";
import { type ClusterContract, POOL_LABEL } from "../cluster/contract";
import type { Degraded } from "../component";
import { topologySpread } from "./disruption";

type PodSpec = k8s.types.input.core.v1.PodSpec;
type Affinity = k8s.types.input.core.v1.Affinity;

/** Group that owns the volumes: without it a user who is not root could not write to a fresh disk. */
export const GROUP_ID = 10_001;

export interface PodSpecArgs {
  readonly service: string;
  readonly spec: ServiceSpec;
  readonly container: k8s.types.input.core.v1.Container;
  readonly volumes: readonly k8s.types.input.core.v1.Volume[];
  readonly selector: Readonly<Record<string, string>>;
  readonly cluster: Pick<ClusterContract, "ownsNodePools" | "priorityClasses">;
  readonly maxReplicas: number;
  /** Whether losing a zone may not stop the service. */
  readonly multiZone: boolean;
  /** Whether the pool the service is meant for takes no other pods. */
  readonly poolTainted: boolean;
  /** Whether a missing pool may keep the pods from running: outside dev isolation counts for more. */
  readonly poolRequired: boolean;
}

export interface PodPlan {
  readonly spec: PodSpec;
  readonly degraded: readonly Degraded[];
}

/** A service's pods, but for how many there are and when they run. */
export function planPod(args: PodSpecArgs): PodPlan {
  const { spec, cluster } = args;
  const placement = planPool(args);
  const tier = spec.interruptible ? "interruptible" : "service";
  const priority = cluster.priorityClasses?.[tier];
  const spread = spec.kind !== "daemonset" && args.maxReplicas > 1;
  return {
    spec: {
      serviceAccountName: args.service,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(priority === undefined ? {} : { priorityClassName: priority }),
      securityContext: podSecurity(spec),
      terminationGracePeriodSeconds: spec.gracePeriodSeconds,
      containers: [args.container],
      volumes: [...args.volumes],
      ...(spread
        ? {
            topologySpreadConstraints: topologySpread(args.selector, {
              strict: args.multiZone && cluster.ownsNodePools !== false,
              perRollout: spec.kind === "deployment",
            }),
          }
        : {}),
      ...placement.fields,
    },
    degraded: placement.degraded,
  };
}

function podSecurity(spec: ServiceSpec): k8s.types.input.core.v1.PodSecurityContext {
  const { podSecurity: standard, runAsUser } = spec.security;
  // net.ipv4.ip_unprivileged_port_start is in the restricted standard's list of safe sysctls: it lets an image that
  // insists on port 80 (nginx) have it without root and without NET_BIND_SERVICE.
  const lowPort = Object.values(spec.ports).some(({ port }) => port < 1024);
  const sysctls =
    lowPort && standard !== "privileged"
      ? { sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }] }
      : {};
  if (standard === "privileged") {
    return {
      runAsUser,
      runAsGroup: runAsUser,
      fsGroup: runAsUser,
      fsGroupChangePolicy: "OnRootMismatch",
      runAsNonRoot: runAsUser !== 0,
    };
  }
  return {
    runAsNonRoot: runAsUser !== 0,
    runAsUser,
    runAsGroup: runAsUser === 0 ? 0 : GROUP_ID,
    fsGroup: GROUP_ID,
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: { type: "RuntimeDefault" },
    ...sysctls,
  };
}

function planPool(args: PodSpecArgs): { fields: Partial<PodSpec>; degraded: readonly Degraded[] } {
  const { spec, cluster } = args;
  const spot = spec.interruptible ? SPOT_MARKS : [];
  if (spec.nodePool === undefined) {
    return { fields: prefer(spot), degraded: [] };
  }
  const tolerations = args.poolTainted
    ? { tolerations: [{ key: POOL_LABEL, operator: "Equal", value: spec.nodePool, effect: "NoSchedule" }] }
    : {};
  if (cluster.ownsNodePools !== false || (args.poolTainted && args.poolRequired)) {
    const fields = { nodeSelector: { [POOL_LABEL]: spec.nodePool }, ...tolerations, ...prefer(spot) };
    const missing: Degraded = {
      feature: `node pool ${spec.nodePool} of ${args.service}`,
      reason: "the nodes of an attached cluster are not this stack's: none runs its pods until it is marked",
      remedy: `label nodes ${POOL_LABEL}=${spec.nodePool} and taint them likewise (NoSchedule)`,
    };
    return { fields, degraded: cluster.ownsNodePools === false ? [missing] : [] };
  }
  const verdict: Degraded = {
    feature: `node pool ${spec.nodePool} of ${args.service}`,
    reason: "the nodes of an attached cluster are not this stack's, so the pool is a preference",
    remedy: `label the nodes ${POOL_LABEL}=${spec.nodePool}${args.poolTainted ? " and taint them likewise (NoSchedule)" : ""}`,
  };
  return { fields: { ...tolerations, ...prefer([[POOL_LABEL, spec.nodePool], ...spot]) }, degraded: [verdict] };
}

/** Spot nodes as hand-labelled clusters, Karpenter, EKS and GKE mark them. */
const SPOT_MARKS: readonly (readonly [string, string])[] = [
  ["node-type", "spot"],
  ["karpenter.sh/capacity-type", "spot"],
  ["eks.amazonaws.com/capacityType", "SPOT"],
  ["cloud.google.com/gke-spot", "true"],
];

function prefer(labels: readonly (readonly [string, string])[]): { readonly affinity?: Affinity } {
  if (labels.length === 0) {
    return {};
  }
  const preferences = labels.map(([key, value]) => ({
    weight: 50,
    preference: { matchExpressions: [{ key, operator: "In", values: [value] }] },
  }));
  return { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferences } } };
}
