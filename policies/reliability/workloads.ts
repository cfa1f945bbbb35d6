import type { PolicyResource } from "@pulumi/policy";
import { defer, isAwaited } from "../awaited";
import { type EnvironmentConfig, environmentSchema } from "../environments";
import { kinds, namespaceOf, objectName, objectsOf } from "../kubernetes";
import { podsOf } from "../pods";
import { amount, at, isObject, keys, list, type Props, text } from "../read";
import {
  type ResourceRule,
  type Rule,
  resourceRule,
  type StackReport,
  type StackRule,
  type StackSubject,
  stackRule,
  typeMatcher,
} from "../rule";
import { clustersOf } from "../scope";

const REPLICATED = ["Deployment", "StatefulSet"];
const MODELS = ["standalone", "single-server", "distributed", "global"] as const;
const config = { properties: { environment: environmentSchema }, defaults: { environment: "production" } as const };
type Facts = Omit<
  StackRule<EnvironmentConfig> & ResourceRule<EnvironmentConfig>,
  "config" | "resources" | "check" | "checkStack"
>;

type ClusterOf = (resource: PolicyResource) => string;

type Problem = (workload: Replicated, stack: StackSubject, clusterOf: ClusterOf) => string | undefined;

interface Replicated {
  readonly resource: PolicyResource;
  readonly kind: string;
  readonly props: Props;
  readonly where: string;
  /** The replicas it has at least: an autoscaler's minimum, or its own count. */
  readonly replicas: number;
  /** Its cluster and namespace, as a key. */
  readonly space: string;
}

const isJudged = typeMatcher(kinds(...REPLICATED));

/** Says what is wrong with each workload of which enough is known; defers the rule where a cluster is still to come. */
function judge(stack: StackSubject, report: StackReport, problem: Problem): void {
  const clusterOf = clustersOf(stack);
  const awaited = new Set(stack.resources.filter((each) => isJudged(each.type) && isAwaited(each)).map(clusterOf));
  const known = stack.resources.filter((each) => !awaited.has(clusterOf(each)));
  for (const workload of replicatedIn({ ...stack, resources: known }, clusterOf)) {
    const found = problem(workload, stack, clusterOf);
    if (found !== undefined) report(workload.where + found, workload.resource);
  }
  for (const cluster of awaited) defer(`${cluster}.spec`);
}

/** Workloads with their least number of replicas. Zero is a workload switched off, or one that KEDA wakes. */
function replicatedIn({ resources }: Pick<StackSubject, "resources">, clusterOf: ClusterOf): readonly Replicated[] {
  const minima = new Map<string, number>();
  for (const resource of resources) {
    for (const { kind, props } of objectsOf(resource, ["HorizontalPodAutoscaler", "ScaledObject"])) {
      const target = at(props, "spec", "scaleTargetRef");
      const space = `${clusterOf(resource)} ${namespaceOf(props)}`;
      const key = `${space}/${text(at(target, "kind")) ?? "Deployment"}/${text(at(target, "name")) ?? ""}`;
      const scaled = kind === "ScaledObject";
      minima.set(key, amount(at(props, "spec", scaled ? "minReplicaCount" : "minReplicas")) ?? (scaled ? 0 : 1));
    }
  }
  return resources.flatMap((resource) =>
    objectsOf(resource, REPLICATED).map(({ kind, props, where }) => {
      const space = `${clusterOf(resource)} ${namespaceOf(props)}`;
      const minimum = minima.get(`${space}/${kind}/${objectName(props) ?? ""}`);
      const replicas = minimum ?? amount(at(props, "spec", "replicas")) ?? 1;
      return { resource, kind, props, where, replicas, space };
    }),
  );
}

function workloadRule(facts: Facts, problem: Problem): Rule {
  return stackRule<EnvironmentConfig>({
    ...facts,
    config,
    resources: kinds(...REPLICATED),
    checkStack(stack, report, { environment }) {
      if (environment === "dev") stack.notApplicable("Redundancy is not asked for in dev");
      judge(stack, report, problem);
    },
  });
}

interface ModelConfig extends EnvironmentConfig {
  readonly model: (typeof MODELS)[number];
}

export const replicas = stackRule<ModelConfig>({
  id: "workload-two-replicas",
  title: "Workloads run two replicas or more outside dev",
  description: "Standalone and single-server run one of everything: there the rule has nothing to say",
  severity: "medium",
  level: "mandatory",
  fix: "Set spec.replicas, or the autoscaler's minimum, to 2 or more.",
  sources: ["kube-score"],
  config: {
    properties: {
      environment: environmentSchema,
      model: {
        type: "string",
        enum: [...MODELS],
        default: "distributed",
        description: "The stack's deployment model.",
      },
    },
    defaults: { environment: "production", model: "distributed" },
  },
  resources: kinds(...REPLICATED),
  checkStack(stack, report, { environment, model }) {
    if (environment === "dev") stack.notApplicable("Redundancy is not asked for in dev");
    if (model === "standalone" || model === "single-server") stack.notApplicable("The model runs one of everything");
    judge(stack, report, (workload) => (workload.replicas === 1 ? "runs one replica" : undefined));
  },
});

export const budget = workloadRule(
  {
    id: "workload-disruption-budget",
    title: "Replicated workloads have a disruption budget outside dev",
    severity: "medium",
    level: "mandatory",
    fix: "Add a PodDisruptionBudget whose selector matches the workload's pods.",
    sources: ["kube-score"],
  },
  (workload, { resources }, clusterOf) => {
    if (workload.replicas < 2) return undefined;
    const labels = at(workload.props, "spec", "template", "metadata", "labels");
    const covered = resources.some((resource) =>
      objectsOf(resource, ["PodDisruptionBudget"]).some(
        ({ props }) =>
          `${clusterOf(resource)} ${namespaceOf(props)}` === workload.space &&
          matches(at(props, "spec", "selector", "matchLabels"), labels),
      ),
    );
    return covered ? undefined : "no PodDisruptionBudget selects its pods";
  },
);

function matches(wanted: unknown, labels: unknown): boolean {
  const names = keys(wanted);
  return names.length > 0 && names.every((name) => at(labels, name) === at(wanted, name));
}

export const spread = workloadRule(
  {
    id: "workload-spread",
    title: "Replicated workloads spread over zones or nodes outside dev",
    severity: "medium",
    level: "mandatory",
    fix: "Add topologySpreadConstraints on topology.kubernetes.io/zone, or pod anti-affinity.",
    sources: ["kube-score"],
  },
  (workload) => {
    if (workload.replicas < 2) return undefined;
    const spec = at(workload.props, "spec", "template", "spec");
    if (list(at(spec, "topologySpreadConstraints")).length > 0) return undefined;
    return isObject(at(spec, "affinity", "podAntiAffinity"))
      ? undefined
      : "has neither topologySpreadConstraints nor podAntiAffinity";
  },
);

export const gracePeriod = resourceRule<{ readonly maximum: number }>({
  id: "pod-grace-period",
  title: "Pods get time to stop, and not for ever",
  severity: "low",
  level: "mandatory",
  fix: "Set terminationGracePeriodSeconds between 1 and this rule's maximum.",
  sources: [],
  config: {
    properties: { maximum: { type: "integer", minimum: 1, default: 7200 } },
    defaults: { maximum: 7200 },
  },
  resources: kinds(...REPLICATED, "DaemonSet"),
  check(resource, report, { maximum }) {
    for (const pod of podsOf(resource)) {
      const seconds = amount(pod.spec.terminationGracePeriodSeconds);
      if (seconds === 0) report(`${pod.where}terminationGracePeriodSeconds is 0: the pod is killed at once`);
      else if (seconds !== undefined && seconds > maximum) {
        report(`${pod.where}terminationGracePeriodSeconds ${seconds} exceeds ${maximum}`);
      }
    }
  },
});

export const workloadReliabilityRules: readonly Rule[] = [replicas, budget, spread, gracePeriod];
