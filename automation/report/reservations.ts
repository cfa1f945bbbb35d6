import type { Plan, PlanResource } from "../../engine";

/** What one workload in a cluster reserves: nodes, and so the bill, follow from it. */
export interface Reservation {
  readonly name: string;
  readonly namespace: string;
  readonly kind: string;
  readonly replicas: string;
  /** Of one replica. */
  readonly cpu: string;
  readonly memory: string;
  readonly disk: string;
  readonly placement: string;
}

/** What the workloads of every cluster reserve, by the objects' own words. */
export function reservations(plan: Pick<Plan, "resources">): readonly Reservation[] {
  const scalers = plan.resources.filter(({ type }) => /:(HorizontalPodAutoscaler|ScaledObject)$/.test(type));
  return plan.resources
    .flatMap((resource) => {
      const row = reservationOf(resource, scalers);
      return row ? [row] : [];
    })
    .sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const key = ({ placement, namespace, name }: Reservation) => `${placement}\n${namespace}\n${name}`;

function reservationOf(resource: PlanResource, scalers: readonly PlanResource[]): Reservation | undefined {
  const { type, inputs, placement } = resource;
  const kind = type.split(":").at(-1) ?? type;
  const cnpg = type.startsWith("kubernetes:postgresql.cnpg.io/") && kind === "Cluster";
  const pod = get(inputs, "spec.template.spec") ?? get(inputs, "spec.jobTemplate.spec.template.spec");
  if (!type.startsWith("kubernetes:") || (pod === undefined && !cnpg)) {
    return undefined;
  }
  const requests = cnpg
    ? [get(inputs, "spec.resources.requests")]
    : list(get(pod, "containers")).map((container) => get(container, "resources.requests"));
  const disks = cnpg
    ? [get(inputs, "spec.storage.size")]
    : list(get(inputs, "spec.volumeClaimTemplates")).map((claim) => get(claim, "spec.resources.requests.storage"));
  return {
    name: text(get(inputs, "metadata.name")) || resource.name,
    namespace: text(get(inputs, "metadata.namespace")),
    kind: cnpg ? "CloudNativePG cluster" : kind,
    replicas: cnpg ? text(get(inputs, "spec.instances")) : replicasOf(resource, kind, scalers),
    cpu: sum(requests.map((request) => text(get(request, "cpu")))),
    memory: sum(requests.map((request) => text(get(request, "memory")))),
    disk: sum(disks.map(text)),
    placement: placement ?? "",
  };
}

function replicasOf({ inputs, placement }: PlanResource, kind: string, scalers: readonly PlanResource[]): string {
  if (kind === "DaemonSet") {
    return "one per node";
  }
  if (kind === "CronJob") {
    return `at ${text(get(inputs, "spec.schedule"))}`;
  }
  if (kind === "Job") {
    return "once";
  }
  const scaler = scalers.find(
    (candidate) =>
      candidate.placement === placement &&
      get(candidate.inputs, "spec.scaleTargetRef.name") === get(inputs, "metadata.name") &&
      get(candidate.inputs, "metadata.namespace") === get(inputs, "metadata.namespace"),
  );
  if (!scaler) {
    return text(get(inputs, "spec.replicas")) || "1";
  }
  const spec = get(scaler.inputs, "spec");
  const [min, max] = ["min", "max"].map((end) => text(get(spec, `${end}Replicas`) ?? get(spec, `${end}ReplicaCount`)));
  return `${min || "0"} to ${max || "?"}`;
}

/** Quantities of several containers, in the words they are written in. */
function sum(quantities: readonly string[]): string {
  return quantities.filter((quantity) => quantity !== "").join(" + ");
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function get(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (current, step) =>
        typeof current === "object" && current !== null ? (current as Record<string, unknown>)[step] : undefined,
      value,
    );
}
