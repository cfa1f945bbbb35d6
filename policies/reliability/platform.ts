import { type EnvironmentConfig, environmentSchema } from "../environments";
import { at, document, isSet, isTrue, shown, text } from "../read";
import { setAt } from "../remedies";
import { type Rule, resourceRule } from "../rule";
import { mustBeTrue } from "../simple";

const SUPPORTED = ["1.33", "1.34", "1.35", "1.36"];
const environment = {
  properties: { environment: environmentSchema },
  defaults: { environment: "production" } as const,
};

export const eksVersion = resourceRule<{ readonly versions: readonly string[] }>({
  id: "eks-supported-version",
  title: "EKS runs a supported version",
  severity: "high",
  level: "mandatory",
  fix: "Set version to one of this rule's `versions`.",
  sources: ["CKV_AWS_339", "EKS.2"],
  config: {
    properties: { versions: { type: "array", items: { type: "string" }, default: SUPPORTED } },
    defaults: { versions: SUPPORTED },
  },
  resources: ["aws:eks/cluster:Cluster"],
  check({ props }, report, { versions }) {
    const version = text(props.version);
    if (version === undefined || !versions.includes(version))
      report(`version is ${shown(version)}, not one of ${versions.join(", ")}`);
  },
});

/** Those whose deprecation is ahead. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const RUNTIMES = [
  ...["dotnet10", "java11", "java17", "java21", "java25", "java8.al2", "nodejs22.x", "nodejs24.x", "provided.al2023"],
  ...["python3.11", "python3.12", "python3.13", "python3.14", "ruby3.3", "ruby3.4", "ruby4.0"],
];

export const lambdaRuntime = resourceRule<{ readonly runtimes: readonly string[] }>({
  id: "lambda-supported-runtime",
  title: "Lambda functions run on a supported runtime",
  severity: "medium",
  level: "mandatory",
  fix: "Set runtime to one of this rule's `runtimes`.",
  sources: ["CKV_AWS_363", "Lambda.2"],
  config: {
    properties: { runtimes: { type: "array", items: { type: "string" }, default: RUNTIMES } },
    defaults: { runtimes: RUNTIMES },
  },
  resources: ["aws:lambda/function:Function"],
  check({ props, notApplicable }, report, { runtimes }) {
    if (props.packageType === "Image") notApplicable("An image brings its own runtime");
    const runtime = text(props.runtime);
    if (runtime === undefined || !runtimes.includes(runtime))
      report(`runtime is ${shown(runtime)}, not one of ${runtimes.join(", ")}`);
  },
});

export const eksDeletion = resourceRule<EnvironmentConfig>({
  id: "cluster-deletion-protection",
  title: "Clusters refuse deletion outside dev",
  severity: "high",
  level: "mandatory",
  fix: "Set deletionProtection: true.",
  sources: [],
  config: environment,
  resources: ["aws:eks/cluster:Cluster", "gcp:container/cluster:Cluster"],
  check({ type, props, notApplicable }, report, own) {
    if (own.environment === "dev") notApplicable("Dev's clusters may go");
    const value = props.deletionProtection;
    // Google's provider protects by default, AWS's does not.
    const on = isTrue(value) || (value === undefined && type.startsWith("gcp:"));
    if (!on) report(`deletionProtection is ${shown(value)}, not true`);
  },
  remediate: ({ props }) => setAt(props, ["deletionProtection"], true),
});

export const albDeletion = resourceRule<EnvironmentConfig>({
  id: "lb-deletion-protection",
  title: "Load balancers refuse deletion outside dev",
  severity: "medium",
  level: "mandatory",
  fix: "Set enableDeletionProtection: true.",
  sources: ["CKV_AWS_150", "ELB.6"],
  config: environment,
  resources: ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"],
  check({ props, notApplicable }, report, own) {
    if (own.environment === "dev") notApplicable("Dev's load balancers may go");
    const value = props.enableDeletionProtection;
    if (!isTrue(value)) report(`enableDeletionProtection is ${shown(value)}, not true`);
  },
  remediate: ({ props }) => setAt(props, ["enableDeletionProtection"], true),
});

export const deadLetters = resourceRule({
  id: "sqs-dead-letter-queue",
  title: "SQS queues have a dead-letter queue",
  severity: "medium",
  level: "mandatory",
  fix: "Set redrivePolicy, or redriveAllowPolicy on the dead-letter queue itself.",
  sources: [],
  resources: ["aws:sqs/queue:Queue"],
  check({ props }, report) {
    if (isSet(at(document(props.redrivePolicy), "deadLetterTargetArn"))) return;
    if (isSet(props.redriveAllowPolicy)) return;
    report("neither redrivePolicy nor redriveAllowPolicy is set");
  },
});

export const gkeChannel = resourceRule({
  id: "gke-release-channel",
  title: "GKE follows a release channel",
  severity: "medium",
  level: "mandatory",
  fix: "Set releaseChannel.channel: REGULAR or STABLE.",
  sources: ["CKV_GCP_70"],
  resources: ["gcp:container/cluster:Cluster"],
  check({ props }, report) {
    const channel = text(at(props, "releaseChannel", "channel"));
    if (channel === undefined || channel === "UNSPECIFIED") report(`releaseChannel.channel is ${shown(channel)}`);
  },
});

const POOL = ["gcp:container/nodePool:NodePool"];

export const gkeRepair = mustBeTrue(
  {
    id: "gke-node-repair",
    title: "GKE repairs its nodes",
    severity: "medium",
    level: "mandatory",
    fix: "Set management.autoRepair: true.",
    sources: ["CKV_GCP_9"],
    resources: POOL,
  },
  ["management", "autoRepair"],
  { remediable: true },
);

export const gkeUpgrade = mustBeTrue(
  {
    id: "gke-node-upgrade",
    title: "GKE upgrades its nodes",
    severity: "medium",
    level: "mandatory",
    fix: "Set management.autoUpgrade: true.",
    sources: ["CKV_GCP_10"],
    resources: POOL,
  },
  ["management", "autoUpgrade"],
  { remediable: true },
);

export const platformReliabilityRules: readonly Rule[] = [
  eksVersion,
  lambdaRuntime,
  eksDeletion,
  albDeletion,
  deadLetters,
  gkeChannel,
  gkeRepair,
  gkeUpgrade,
];
