import { bytes, cpuMillicores, formatBytes, formatCpu } from "../../quantities";

/** What one kind of pod in a namespace asks for, at the most of them that ever run at once. */
export interface PodDemand {
  /** Replicas at full scale, with those a rollout adds. */
  readonly pods: number;
  readonly resources: {
    readonly requests: Amounts;
    readonly limits: Amounts;
  };
  /** Volumes the pods claim, one entry each, as quantities. */
  readonly claims: readonly string[];
}

interface Amounts {
  readonly cpu: string;
  readonly memory: string;
  readonly ephemeralStorage: string;
}

/** Room for what nobody planned: a debugging pod, a certificate solver, one more rollout at the same time. */
const HEADROOM = 1.25;
const SPARE_PODS = 5;
const QUARTER_CORE = 250;
const GIB = 2 ** 30;

/** The hard limits of a namespace's ResourceQuota: everything in it at full scale, with headroom. */
export function quotaOf(demands: readonly PodDemand[]): Readonly<Record<string, string>> {
  const sum = (amount: (demand: PodDemand) => number) =>
    demands.reduce((total, demand) => total + demand.pods * amount(demand), 0);
  const cpu = (side: "requests" | "limits") =>
    formatCpu(
      roundUp(HEADROOM * sum((demand) => cpuMillicores(demand.resources[side].cpu)) + QUARTER_CORE, QUARTER_CORE),
    );
  const size = (side: "requests" | "limits", field: "memory" | "ephemeralStorage") =>
    formatBytes(roundUp(HEADROOM * sum((demand) => bytes(demand.resources[side][field])) + GIB, GIB));
  const claims = demands.flatMap((demand) => demand.claims);
  return {
    "requests.cpu": cpu("requests"),
    "limits.cpu": cpu("limits"),
    "requests.memory": size("requests", "memory"),
    "limits.memory": size("limits", "memory"),
    "requests.ephemeral-storage": size("requests", "ephemeralStorage"),
    "limits.ephemeral-storage": size("limits", "ephemeralStorage"),
    pods: String(demands.reduce((total, demand) => total + demand.pods, 0) + SPARE_PODS),
    persistentvolumeclaims: String(claims.length + 2),
    "requests.storage": formatBytes(
      roundUp(HEADROOM * claims.reduce((total, claim) => total + bytes(claim), 0) + GIB, GIB),
    ),
    // Only the ingress controller may have an address of its own.
    "services.loadbalancers": "0",
    "services.nodeports": "0",
  };
}

/** Defaults for containers nobody sized, and the most one container may ask for: the largest there is. */
export function limitsOf(demands: readonly PodDemand[]) {
  const most = (amount: (demand: PodDemand) => number, least: number) => Math.max(least, ...demands.map(amount));
  return [
    {
      type: "Container",
      default: { cpu: "250m", memory: "256Mi", "ephemeral-storage": "256Mi" },
      defaultRequest: { cpu: "50m", memory: "64Mi", "ephemeral-storage": "64Mi" },
      max: {
        cpu: formatCpu(most((demand) => cpuMillicores(demand.resources.limits.cpu), 1000)),
        memory: formatBytes(most((demand) => bytes(demand.resources.limits.memory), GIB)),
        "ephemeral-storage": formatBytes(most((demand) => bytes(demand.resources.limits.ephemeralStorage), GIB)),
      },
    },
  ];
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
