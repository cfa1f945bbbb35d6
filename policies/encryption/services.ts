import { at, isSet, isTrue, list, oneOrMany, shown, text } from "../read";
import { setAt } from "../remedies";
import { type Rule, resourceRule } from "../rule";
import { mustBeOneOf, mustBeSet } from "../simple";

export const sns = mustBeSet(
  {
    id: "sns-topic-encrypted",
    title: "SNS topics are encrypted",
    severity: "medium",
    level: "mandatory",
    fix: "Set kmsMasterKeyId.",
    sources: ["CKV_AWS_26", "SNS.1"],
    resources: ["aws:sns/topic:Topic"],
  },
  ["kmsMasterKeyId"],
);

export const sqs = resourceRule({
  id: "sqs-queue-encrypted",
  title: "SQS queues are encrypted",
  severity: "medium",
  level: "mandatory",
  fix: "Set kmsMasterKeyId, or sqsManagedSseEnabled: true.",
  sources: ["CKV_AWS_27", "SQS.1"],
  resources: ["aws:sqs/queue:Queue"],
  check({ props }, report) {
    if (!isSet(props.kmsMasterKeyId) && !isTrue(props.sqsManagedSseEnabled)) {
      report("neither kmsMasterKeyId nor sqsManagedSseEnabled is set");
    }
  },
  remediate: ({ props }) => setAt(props, ["sqsManagedSseEnabled"], true),
});

export const lambdaEnvironment = mustBeSet(
  {
    id: "lambda-environment-customer-key",
    title: "Lambda encrypts environment variables with a key of your own",
    severity: "low",
    level: "mandatory",
    fix: "Set kmsKeyArn.",
    sources: ["CKV_AWS_173"],
    resources: ["aws:lambda/function:Function"],
  },
  ["kmsKeyArn"],
  {
    unless: (props) =>
      isSet(at(props, "environment", "variables")) ? undefined : "The function has no environment variables",
  },
);

export const eksSecrets = resourceRule({
  id: "eks-secrets-encrypted",
  title: "EKS encrypts Kubernetes secrets with KMS",
  severity: "high",
  level: "mandatory",
  fix: 'Set encryptionConfig: { provider: { keyArn }, resources: ["secrets"] }.',
  sources: ["CKV_AWS_58", "EKS.3"],
  resources: ["aws:eks/cluster:Cluster"],
  check({ props }, report) {
    const config = at(props, "encryptionConfig");
    if (!list(at(config, "resources")).includes("secrets")) report("encryptionConfig.resources lacks secrets");
    else if (!isSet(at(config, "provider", "keyArn"))) report("encryptionConfig.provider.keyArn is not set");
  },
});

export const ecr = resourceRule({
  id: "ecr-repository-customer-key",
  title: "ECR repositories are encrypted with KMS",
  severity: "low",
  level: "mandatory",
  fix: "Set encryptionConfigurations: [{ encryptionType: KMS, kmsKey }].",
  sources: ["CKV_AWS_136"],
  resources: ["aws:ecr/repository:Repository"],
  check({ props }, report) {
    const type = at(oneOrMany(props.encryptionConfigurations)[0], "encryptionType");
    if (type !== "KMS" && type !== "KMS_DSSE")
      report(`encryptionConfigurations[0].encryptionType is ${shown(type)}, not KMS`);
  },
});

export const gkeSecrets = mustBeOneOf(
  {
    id: "gke-secrets-encrypted",
    title: "GKE encrypts Kubernetes secrets with a key of its own",
    severity: "high",
    level: "mandatory",
    fix: "Set databaseEncryption: { state: ENCRYPTED, keyName }.",
    sources: [],
    resources: ["gcp:container/cluster:Cluster"],
  },
  ["databaseEncryption", "state"],
  ["ENCRYPTED", "ALL_OBJECTS_ENCRYPTION_ENABLED"],
);

export const gkeNodeDisk = resourceRule({
  id: "gke-node-disk-customer-key",
  title: "GKE nodes' boot disks use a key of their own",
  severity: "low",
  level: "advisory",
  fix: "Set nodeConfig.bootDiskKmsKey.",
  sources: [],
  resources: ["gcp:container/nodePool:NodePool"],
  check({ props }, report) {
    if (text(at(props, "nodeConfig", "bootDiskKmsKey")) === undefined) report("nodeConfig.bootDiskKmsKey is not set");
  },
});

export const artifactRegistry = mustBeSet(
  {
    id: "artifact-registry-customer-key",
    title: "Artifact Registry repositories use a key of their own",
    severity: "low",
    level: "mandatory",
    fix: "Set kmsKeyName.",
    sources: ["CKV_GCP_84"],
    resources: ["gcp:artifactregistry/repository:Repository"],
  },
  ["kmsKeyName"],
);

export const pubsub = mustBeSet(
  {
    id: "pubsub-topic-customer-key",
    title: "Pub/Sub topics use a key of their own",
    severity: "low",
    level: "mandatory",
    fix: "Set kmsKeyName.",
    sources: ["CKV_GCP_83"],
    resources: ["gcp:pubsub/topic:Topic"],
  },
  ["kmsKeyName"],
);

export const serviceRules: readonly Rule[] = [
  sns,
  sqs,
  lambdaEnvironment,
  eksSecrets,
  ecr,
  gkeSecrets,
  gkeNodeDisk,
  artifactRegistry,
  pubsub,
];
