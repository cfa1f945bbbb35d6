import { parse } from "yaml";
import type { PlanResource } from "../../../engine";
import type { CellPlan } from "../cellPlans";

type Json = Readonly<Record<string, unknown>>;

/** What stands at a path such as `spec.ports[0].port`. */
export function at(value: unknown, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .filter((step) => step !== "")
    .reduce<unknown>(
      (current, step) => (typeof current === "object" && current !== null ? Reflect.get(current, step) : undefined),
      value,
    );
}

/** The one resource of a name without its placement; of the first placement where there are several. */
export function resource({ plan }: CellPlan, name: string): PlanResource {
  const [placement] = plan.placements;
  const found = plan.resources.filter((it) => it.custom && it.name === `${placement?.name}-${name}`);
  const [only] = found;
  if (!only || found.length > 1) {
    throw new Error(`${found.length} resources are named ${placement?.name}-${name}`);
  }
  return only;
}

/** An input of a resource. */
export const input = (name: string, path: string) => (cell: CellPlan) => at(resource(cell, name).inputs, path);

/** Several inputs of a resource. */
export const inputs =
  (name: string, ...paths: readonly string[]) =>
  (cell: CellPlan) =>
    paths.map((path) => at(resource(cell, name).inputs, path));

function workload(cell: CellPlan, service: string): Json {
  const [placement] = cell.plan.placements;
  const pattern = new RegExp(`^${placement?.name}-${service}-(deployment|statefulset|daemonset|cronjob|job)$`);
  const found = cell.plan.resources.find(
    ({ name, type }) => pattern.test(name) && /^kubernetes:(apps|batch)/.test(type),
  );
  if (!found) {
    throw new Error(`no workload ${service}`);
  }
  return found.inputs as Json;
}

function podOf(inputs: Json): unknown {
  return at(inputs, "spec.jobTemplate.spec.template.spec") ?? at(inputs, "spec.template.spec");
}

/** A field of a service's first container. */
export const container = (service: string, path: string) => (cell: CellPlan) =>
  at(podOf(workload(cell, service)), `containers[0].${path}`);

/** A field of a service's pod. */
export const pod = (service: string, path: string) => (cell: CellPlan) => at(podOf(workload(cell, service)), path);

/** A field of a service's workload. */
export const spec = (service: string, path: string) => (cell: CellPlan) => at(workload(cell, service), `spec.${path}`);

function size(resources: unknown): string {
  const pair = (what: string) => `${at(resources, `requests.${what}`)}/${at(resources, `limits.${what}`)}`;
  return `${pair("cpu")} ${pair("memory")}`;
}

/** CPU and memory, request/limit each. */
export const resources = (service: string) => (cell: CellPlan) =>
  size(at(podOf(workload(cell, service)), "containers[0].resources"));

/** The same of any resource that has them at a path. */
export const resourcesAt = (name: string, path: string) => (cell: CellPlan) =>
  size(at(resource(cell, name).inputs, path));

/** A service's image. */
export const image = (service: string) => container(service, "image");

/** Port others use, and the container's own. */
export const port = (service: string) => (cell: CellPlan) =>
  `${at(resource(cell, `${service}-service`).inputs, "spec.ports[0].port")} > ${container(service, "ports[0].containerPort")(cell)}`;

/** A probe: path, then initial delay, period, failures and timeout. */
export const probe = (service: string, kind: "startup" | "liveness" | "readiness") => (cell: CellPlan) => {
  const read = (path: string) => container(service, `${kind}Probe.${path}`)(cell);
  const numbers = ["initialDelaySeconds", "periodSeconds", "failureThreshold", "timeoutSeconds"].map(read);
  return `${read("httpGet.path") ?? "command"} ${numbers.join("/")}`;
};

/** Range of an autoscaler and what it holds, whichever kind it is. */
export const scaling = (service: string) => (cell: CellPlan) => {
  const [placement] = cell.plan.placements;
  const found = (kind: string) =>
    cell.plan.resources.find(({ name }) => name === `${placement?.name}-${service}-${kind}`);
  const plain = found("autoscaler");
  const events = found("scaler");
  if (plain && events) {
    throw new Error(`${service} has two autoscalers`);
  }
  if (plain) {
    const metrics = (at(plain.inputs, "spec.metrics") as readonly unknown[]).map(
      (metric) => `${at(metric, "resource.name")} ${at(metric, "resource.target.averageUtilization")}`,
    );
    return [`${at(plain.inputs, "spec.minReplicas")}-${at(plain.inputs, "spec.maxReplicas")}`, ...metrics].join(", ");
  }
  if (events) {
    const triggers = (at(events.inputs, "spec.triggers") as readonly unknown[]).map((trigger) => {
      const { value, threshold, listLength, listName } = at(trigger, "metadata") as Json;
      return `${at(trigger, "type")}${listName === undefined ? "" : ` ${String(listName)}`} ${String(value ?? threshold ?? listLength)}`;
    });
    return [
      `${at(events.inputs, "spec.minReplicaCount")}-${at(events.inputs, "spec.maxReplicaCount")}`,
      ...triggers,
    ].join(", ");
  }
  return `fixed ${spec(service, "replicas")(cell)}`;
};

/** Nodes of a pool on EKS: types, least and most, how they are bought. */
export const nodeGroup = (pool: string) => (cell: CellPlan) => {
  const { inputs: group } = resource(cell, `cluster-nodes-${pool}`);
  const types = (at(group, "instanceTypes") as readonly string[]).join(" ");
  return `${types} ${at(group, "scalingConfig.minSize")}-${at(group, "scalingConfig.maxSize")} ${at(group, "capacityType")}`;
};

/** Nodes of a pool on GKE, over its zones. */
export const nodePool = (pool: string) => (cell: CellPlan) => {
  const { inputs: group } = resource(cell, `cluster-nodes-${pool}`);
  const spot = at(group, "nodeConfig.spot") === true ? " spot" : "";
  return `${at(group, "nodeConfig.machineType")} ${at(group, "autoscaling.totalMinNodeCount")}-${at(group, "autoscaling.totalMaxNodeCount")}${spot}`;
};

/** A part of the compose file of a host. */
export const composed = (service: string, path: string) => (cell: CellPlan) =>
  at(parse(cell.files["host/compose.yaml"] ?? ""), `services.${service}.${path}`);

/** What the first group of a pattern finds in a file a machine is given. */
export const found = (file: string, pattern: RegExp) => (cell: CellPlan) => {
  const match = pattern.exec(cell.files[file] ?? "");
  return match?.[1] ?? match?.[0];
};

/** An alert, as Prometheus is given it: what fires, after how long, how urgent. */
export const alert = (name: string) => (cell: CellPlan) => {
  const groups = at(resource(cell, "alerting-rules").inputs, "spec.groups") as readonly {
    readonly rules: readonly Json[];
  }[];
  const rule = groups.flatMap(({ rules }) => rules).find((it) => it.alert === name);
  return rule && `${String(rule.expr)} for ${String(rule.for)}: ${String(at(rule, "labels.severity"))}`;
};

/** An environment variable of a service. */
export const env = (service: string, name: string) => (cell: CellPlan) =>
  (container(service, "env")(cell) as readonly Json[]).find((it) => it.name === name)?.value;
