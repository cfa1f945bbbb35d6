import type { PolicyResource } from "@pulumi/policy";
import type { Environment } from "../config";
import { environmentSchema, type LimitConfig, maximaConfig } from "../environments";
import { applicableObjects, type KubernetesObject, kinds, namespaceOf, objectName, objectsOf } from "../kubernetes";
import { amount, at, isSet, isTrue, list, shown, text } from "../read";
import { type Rule, resourceRule, stackRule } from "../rule";
import { clustersOf } from "../scope";

const SCALERS = ["HorizontalPodAutoscaler", "ScaledObject"];
const SCALABLE = ["Deployment", "StatefulSet", "ReplicaSet"];

interface Bounds {
  readonly minimum: number;
  readonly maximum: number | undefined;
}

/** An autoscaler's bounds with the defaults of its kind. */
function boundsOf({ kind, props }: KubernetesObject): Bounds {
  const scaled = kind === "ScaledObject";
  const minimum = amount(at(props, "spec", scaled ? "minReplicaCount" : "minReplicas"));
  const maximum = amount(at(props, "spec", scaled ? "maxReplicaCount" : "maxReplicas"));
  return { minimum: minimum ?? (scaled ? 0 : 1), maximum: maximum ?? (scaled ? 100 : undefined) };
}

export const scalerBounds = resourceRule({
  id: "autoscaler-bounds",
  title: "Autoscalers have a maximum not below their minimum",
  severity: "medium",
  level: "mandatory",
  fix: "Set maxReplicas (ScaledObject: maxReplicaCount) to the minimum or more.",
  sources: ["kube-score"],
  resources: kinds(...SCALERS),
  check(resource, report) {
    for (const object of applicableObjects(resource, SCALERS)) {
      const { minimum, maximum } = boundsOf(object);
      const field = object.kind === "ScaledObject" ? "maxReplicaCount" : "maxReplicas";
      const given = amount(at(object.props, "spec", field));
      if (given === undefined) report(`${object.where}${field} is unset`);
      else if (maximum !== undefined && maximum < minimum)
        report(`${object.where}${field} ${maximum} is below the minimum ${minimum}`);
    }
  },
});

export const scalerMinimum = resourceRule<{ readonly environment: Environment; readonly minimum: number }>({
  id: "autoscaler-minimum-replicas",
  title: "Autoscalers keep two or more replicas outside dev",
  description: "A KEDA object that may scale to zero is meant to; from one to two is the gap",
  severity: "medium",
  level: "mandatory",
  fix: "Set minReplicas to 2 or more.",
  sources: ["kube-score"],
  config: {
    properties: { environment: environmentSchema, minimum: { type: "integer", minimum: 1, default: 2 } },
    defaults: { environment: "production", minimum: 2 },
  },
  resources: kinds(...SCALERS),
  check(resource, report, config) {
    if (config.environment === "dev") resource.notApplicable("One replica is enough in dev");
    for (const object of applicableObjects(resource, SCALERS)) {
      const { minimum } = boundsOf(object);
      if (object.kind === "ScaledObject" && minimum === 0) continue;
      if (minimum < config.minimum) report(`${object.where}the minimum is ${minimum}, not ${config.minimum} or more`);
    }
  },
});

const replicaConfig = maximaConfig<number>({ type: "integer", minimum: 1 }, { dev: 20, staging: 50, production: 100 });

export const replicasWithinMaximum = resourceRule<LimitConfig<number>>({
  id: "replicas-within-maximum",
  title: "Replicas and autoscalers stay within the environment's maximum",
  severity: "medium",
  level: "mandatory",
  fix: "Lower the count, or raise `maxima` of this rule for the environment.",
  sources: [],
  config: replicaConfig,
  resources: kinds(...SCALABLE, ...SCALERS),
  check(resource, report, { environment, maxima }) {
    const most = maxima[environment] ?? replicaConfig.defaults.maxima[environment];
    for (const object of applicableObjects(resource, [...SCALABLE, ...SCALERS])) {
      const scaler = SCALERS.includes(object.kind);
      const count = scaler ? boundsOf(object).maximum : amount(at(object.props, "spec", "replicas"));
      if (count !== undefined && count > most) {
        report(
          `${object.where}${scaler ? "the maximum" : "replicas"} ${count} exceeds ${most}, the maximum in ${environment}`,
        );
      }
    }
  },
});

export const scalerTargets = resourceRule({
  id: "autoscaler-has-metrics",
  title: "Autoscalers scale on something",
  severity: "medium",
  level: "mandatory",
  fix: "Give spec.metrics (ScaledObject: spec.triggers) at least one entry.",
  sources: [],
  resources: kinds(...SCALERS),
  check(resource, report) {
    for (const { kind, props, where } of applicableObjects(resource, SCALERS)) {
      const field = kind === "ScaledObject" ? "triggers" : "metrics";
      const v1 = isSet(at(props, "spec", "targetCPUUtilizationPercentage"));
      if (!v1 && list(at(props, "spec", field)).length === 0) report(`${where}spec.${field} is empty`);
    }
  },
});

interface Scaled {
  /** `namespace/kind/name` of what it scales. */
  readonly workload: string;
  readonly scaler: PolicyResource;
  readonly label: string;
}

/** What each workload in the stack is scaled by, under `cluster namespace/kind/name`. */
function scaledWorkloads(
  resources: readonly PolicyResource[],
  clusterOf: (resource: PolicyResource) => string,
): ReadonlyMap<string, readonly Scaled[]> {
  const scaled = new Map<string, Scaled[]>();
  for (const resource of resources) {
    for (const { kind, props } of objectsOf(resource, SCALERS)) {
      const target = at(props, "spec", "scaleTargetRef");
      const name = text(at(target, "name"));
      if (name === undefined) continue;
      const workload = `${namespaceOf(props)}/${text(at(target, "kind")) ?? "Deployment"}/${name}`;
      const key = `${clusterOf(resource)} ${workload}`;
      const entry = { workload, scaler: resource, label: `${kind} ${objectName(props) ?? resource.name}` };
      scaled.set(key, [...(scaled.get(key) ?? []), entry]);
    }
  }
  return scaled;
}

export const noFixedReplicas = stackRule({
  id: "autoscaled-workload-without-replicas",
  title: "Workloads an autoscaler owns set no replicas",
  description: "Otherwise every update puts the count back to the number in the program",
  severity: "medium",
  level: "mandatory",
  fix: "Remove spec.replicas and let the autoscaler's minimum be the starting count.",
  sources: ["kube-score"],
  resources: kinds(...SCALERS),
  checkStack(stack, report) {
    const clusterOf = clustersOf(stack);
    const scaled = scaledWorkloads(stack.resources, clusterOf);
    if (scaled.size === 0) stack.notApplicable("The stack holds no autoscaler");
    for (const resource of stack.resources) {
      for (const { kind, props, where } of objectsOf(resource, SCALABLE)) {
        const by = scaled.get(`${clusterOf(resource)} ${namespaceOf(props)}/${kind}/${objectName(props) ?? ""}`)?.[0];
        if (!by) continue;
        const replicas = at(props, "spec", "replicas");
        if (isSet(replicas)) report(`${where}spec.replicas is ${shown(replicas)}, but ${by.label} scales it`, resource);
      }
    }
  },
});

export const oneScaler = stackRule({
  id: "one-autoscaler-per-workload",
  title: "No workload has two autoscalers",
  description: "KEDA makes an HPA of its own, and a VPA that resizes fights an HPA on CPU or memory",
  severity: "high",
  level: "mandatory",
  fix: "Keep one autoscaler and give it all the metrics; set a VPA beside it to updateMode Off.",
  sources: [],
  resources: kinds(...SCALERS),
  checkStack(stack, report) {
    const clusterOf = clustersOf(stack);
    const scaled = scaledWorkloads(stack.resources, clusterOf);
    if (scaled.size === 0) stack.notApplicable("The stack holds no autoscaler");
    for (const [first, second] of scaled.values()) {
      if (first && second) report(`${first.workload} is scaled by ${first.label} and ${second.label}`, second.scaler);
    }
    for (const resource of stack.resources) {
      for (const { props, where } of objectsOf(resource, ["VerticalPodAutoscaler"])) {
        const target = at(props, "spec", "targetRef");
        const workload = `${namespaceOf(props)}/${text(at(target, "kind"))}/${text(at(target, "name"))}`;
        const by = scaled.get(`${clusterOf(resource)} ${workload}`)?.[0];
        if (!by || at(props, "spec", "updatePolicy", "updateMode") === "Off") continue;
        report(`${where}resizes pods that ${by.label} scales`, resource);
      }
    }
  },
});

export const paused = resourceRule({
  id: "autoscaler-not-paused",
  title: "Autoscalers are not paused",
  severity: "low",
  level: "advisory",
  fix: "Remove the autoscaling.keda.sh/paused annotations.",
  sources: [],
  resources: kinds("ScaledObject"),
  check(resource, report) {
    for (const { props, where } of applicableObjects(resource, ["ScaledObject"])) {
      const annotations = at(props, "metadata", "annotations");
      if (isTrue(at(annotations, "autoscaling.keda.sh/paused"))) report(`${where}autoscaling.keda.sh/paused is true`);
      else if (isSet(at(annotations, "autoscaling.keda.sh/paused-replicas")))
        report(`${where}is paused at a replica count`);
    }
  },
});

export const scalingRules: readonly Rule[] = [
  scalerBounds,
  scalerMinimum,
  replicasWithinMaximum,
  scalerTargets,
  noFixedReplicas,
  oneScaler,
  paused,
];
