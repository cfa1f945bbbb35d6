import type { Environment } from "../config";
import {
  environmentSchema,
  type LimitConfig,
  maximaConfig,
  type PerEnvironment,
  perEnvironmentSchema,
} from "../environments";
import { amount, at, isTrue, oneOrMany, text } from "../read";
import { type Rule, resourceRule, stackRule } from "../rule";
import { ofTypes } from "../stack";

/** Where a resource names its machine class. */
const CLASSES: Readonly<Record<string, readonly (string | number)[]>> = {
  "aws:ec2/instance:Instance": ["instanceType"],
  "aws:ec2/launchTemplate:LaunchTemplate": ["instanceType"],
  "aws:eks/nodeGroup:NodeGroup": ["instanceTypes"],
  "aws:rds/instance:Instance": ["instanceClass"],
  "aws:rds/clusterInstance:ClusterInstance": ["instanceClass"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["nodeType"],
  "aws:elasticache/cluster:Cluster": ["nodeType"],
  "aws:opensearch/domain:Domain": ["clusterConfig", "instanceType"],
  "gcp:compute/instance:Instance": ["machineType"],
  "gcp:compute/instanceTemplate:InstanceTemplate": ["machineType"],
  "gcp:container/nodePool:NodePool": ["nodeConfig", "machineType"],
  "gcp:sql/databaseInstance:DatabaseInstance": ["settings", "tier"],
};

/** Patterns with * for any run. Sizes are what costs; families are a matter of taste and availability. */
const SMALL = [
  "*.nano",
  "*.micro",
  "*.small",
  "*.medium",
  "*.large",
  "*.*.search",
  "e2-*",
  "f1-*",
  "g1-*",
  "db-f1-*",
  "db-g1-*",
];
const MIDDLE = [
  ...SMALL,
  "*.xlarge",
  "*.2xlarge",
  "n2-standard-[248]",
  "n2d-standard-[248]",
  "c3-standard-[48]",
  "t2d-standard-[1248]",
  "c4a-*-[1248]",
];
const ALLOWED: PerEnvironment<readonly string[]> = {
  dev: [...SMALL, "*.xlarge", "n2-standard-[24]", "c4a-*-[124]", "db-custom-[124]-*", "db-perf-optimized-N-[24]"],
  staging: [...MIDDLE, "db-custom-[1248]-*", "db-perf-optimized-N-[248]"],
  production: [
    ...MIDDLE,
    "*.4xlarge",
    "*.8xlarge",
    "n2*-*",
    "c3*-*",
    "c4*-*",
    "n4-*",
    "t2*-*",
    "db-custom-*",
    "db-perf-optimized-*",
  ],
};

export const machineClasses = resourceRule<{
  readonly environment: Environment;
  readonly allowed: PerEnvironment<readonly string[]>;
}>({
  id: "machine-class-allowed",
  title: "Machine classes are among the environment's",
  severity: "medium",
  level: "mandatory",
  fix: "Choose a smaller class, or add it to this rule's `allowed` for the environment.",
  sources: [],
  config: {
    properties: {
      environment: environmentSchema,
      allowed: perEnvironmentSchema({ type: "array", items: { type: "string" } }, ALLOWED),
    },
    defaults: { environment: "production", allowed: ALLOWED },
  },
  resources: Object.keys(CLASSES),
  check({ type, props }, report, { environment, allowed }) {
    const patterns = allowed[environment] ?? ALLOWED[environment];
    for (const value of oneOrMany(at(props, ...(CLASSES[type] ?? [])))) {
      const name = text(value);
      if (name !== undefined && !patterns.some((pattern) => matchesClass(pattern, name))) {
        report(`${name} is not among the classes allowed in ${environment}`);
      }
    }
  },
});

const compiled = new Map<string, RegExp>();

function matchesClass(pattern: string, name: string): boolean {
  let expression = compiled.get(pattern);
  if (!expression) {
    expression = new RegExp(`^${pattern.replace(/[.+?^${}()|\\]/g, "\\$&").replaceAll("*", ".*")}$`);
    compiled.set(pattern, expression);
  }
  return expression.test(name);
}

/** Where a resource says how many machines it may have. */
const COUNTS: Readonly<Record<string, readonly (readonly (string | number)[])[]>> = {
  "aws:eks/nodeGroup:NodeGroup": [["scalingConfig", "maxSize"]],
  "aws:autoscaling/group:Group": [["maxSize"]],
  "aws:elasticache/replicationGroup:ReplicationGroup": [["numCacheClusters"], ["numNodeGroups"]],
  "aws:opensearch/domain:Domain": [["clusterConfig", "instanceCount"]],
  "gcp:container/nodePool:NodePool": [
    ["autoscaling", "maxNodeCount"],
    ["autoscaling", "totalMaxNodeCount"],
    ["nodeCount"],
  ],
  "gcp:compute/regionInstanceGroupManager:RegionInstanceGroupManager": [["targetSize"]],
};

const counts = maximaConfig<number>({ type: "integer", minimum: 1 }, { dev: 5, staging: 20, production: 100 });

export const machineCounts = resourceRule<LimitConfig<number>>({
  id: "machine-count-within-maximum",
  title: "Machine counts stay within the environment's maximum",
  severity: "medium",
  level: "mandatory",
  fix: "Lower the count, or raise `maxima` of this rule for the environment.",
  sources: [],
  config: counts,
  resources: Object.keys(COUNTS),
  check({ type, props }, report, { environment, maxima }) {
    const maximum = maxima[environment] ?? counts.defaults.maxima[environment];
    for (const path of COUNTS[type] ?? []) {
      const count = amount(at(props, ...path));
      if (count !== undefined && count > maximum) {
        report(`${path.join(".")} ${count} exceeds ${maximum}, the maximum in ${environment}`);
      }
    }
  },
});

const HOURLY = [
  "aws:ec2/instance:Instance",
  "aws:rds/instance:Instance",
  "aws:eks/nodeGroup:NodeGroup",
  "gcp:compute/instance:Instance",
];
const SCHEDULES = [
  "aws:scheduler/schedule:Schedule",
  "aws:autoscaling/schedule:Schedule",
  "aws:cloudwatch/eventRule:EventRule",
  "gcp:cloudscheduler/job:Job",
  "gcp:compute/resourcePolicy:ResourcePolicy",
];

export const schedules = stackRule<{ readonly environment: Environment }>({
  id: "non-production-schedule",
  title: "Machines outside production stop when nobody works",
  severity: "low",
  level: "advisory",
  fix: "Add a schedule that stops or scales the machines down at night.",
  sources: [],
  config: { properties: { environment: environmentSchema }, defaults: { environment: "production" } },
  resources: HOURLY,
  checkStack(stack, report, { environment }) {
    if (environment === "production") stack.notApplicable("Production runs all the time");
    // A schedule that is switched off stops nothing.
    const active = ofTypes(stack.resources, SCHEDULES).filter(
      ({ props }) => props.state !== "DISABLED" && !isTrue(props.paused),
    );
    if (active.length > 0) return;
    report(`${ofTypes(stack.resources, HOURLY).length} machines run in ${environment} without any schedule`);
  },
});

const BUDGETS = ["aws:budgets/budget:Budget", "gcp:billing/budget:Budget"];

export const budgets = stackRule({
  id: "account-budget",
  title: "A stack that pays for machines has a budget",
  description: "Groundplan makes one where groundplan:alerts.budget says what a month may cost",
  severity: "low",
  level: "advisory",
  fix: "Set groundplan:alerts.budget; elsewhere add an aws.budgets.Budget or a gcp.billing.Budget with notifications.",
  sources: [],
  resources: HOURLY,
  checkStack({ resources }, report) {
    // A budget nobody hears from guards nothing.
    const heard = ofTypes(resources, BUDGETS).filter(
      ({ props }) => oneOrMany(props.notifications).length > 0 || oneOrMany(props.thresholdRules).length > 0,
    );
    if (heard.length === 0) report("has no budget that notifies anyone");
  },
});

export const costRules: readonly Rule[] = [machineClasses, machineCounts, schedules, budgets];
