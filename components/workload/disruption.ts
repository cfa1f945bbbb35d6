import type * as k8s from "@pulumi/kubernetes";

type TopologySpread = k8s.types.input.core.v1.TopologySpreadConstraint;
type PdbSpec = k8s.types.input.policy.v1.PodDisruptionBudgetSpec;
type Labels = Readonly<Record<string, string>>;

/**
 * How much of a part may be gone at once while nodes are drained. A part of one replica gets none: a budget of it could
 * only stop every drain for good, or say nothing.
 */
export function disruptionBudget(selector: Labels, leastReplicas: number): PdbSpec | undefined {
  if (leastReplicas < 2) {
    return undefined;
  }
  return {
    selector: { matchLabels: { ...selector } },
    maxUnavailable: 1,
    // A pod that never became healthy must not keep its node from being drained.
    unhealthyPodEvictionPolicy: "AlwaysAllow",
  };
}

export interface SpreadOptions {
  /** Whether a pod rather waits than upsets the balance between zones. */
  readonly strict: boolean;
  /** Whether the pods of each rollout are counted apart, which only a Deployment labels. */
  readonly perRollout: boolean;
}

/** Replicas apart over zones and over hosts. */
export function topologySpread(selector: Labels, options: SpreadOptions): TopologySpread[] {
  const labelSelector = { matchLabels: { ...selector } };
  return [
    {
      maxSkew: 1,
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: options.strict ? "DoNotSchedule" : "ScheduleAnyway",
      labelSelector,
      // Else the old pods would push the new into a corner.
      ...(options.perRollout ? { matchLabelKeys: ["pod-template-hash"] } : {}),
    },
    { maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway", labelSelector },
  ];
}

/** Keeps stateful replicas on hosts of their own: two on one host would be lost together. */
export function separateHosts(selector: Labels): k8s.types.input.core.v1.Affinity {
  return {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: { ...selector } }, topologyKey: "kubernetes.io/hostname" },
      ],
    },
  };
}
