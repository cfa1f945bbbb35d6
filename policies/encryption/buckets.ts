import type { PolicyResource } from "@pulumi/policy";
import { copiesOnly } from "../logCopies";
import { at, document, isFalse, isSet, oneOrMany, shown, text } from "../read";
import { type Rule, resourceRule, stackRule } from "../rule";
import { mustBeSet } from "../simple";
import { ofTypes, refersTo } from "../stack";

const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
const ENCRYPTION = [
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
];
const POLICIES = ["aws:s3/bucketPolicy:BucketPolicy"];
const IDENTITIES = ["bucket", "id"];

const LOGGING = ["aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2"];
const BALANCERS = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];

/**
 * Buckets that S3's server access logs or an application load balancer's logs are written to. Neither writer can use a
 * KMS key; a network load balancer can. A bucket that logs to itself holds more than logs.
 */
function logTargets(resources: readonly PolicyResource[]): readonly PolicyResource[] {
  const loggings = ofTypes(resources, LOGGING);
  const balancers = ofTypes(resources, BALANCERS).filter(
    ({ props }) => !isSet(props.loadBalancerType) || props.loadBalancerType === "application",
  );
  return ofTypes(resources, BUCKETS).filter(
    (bucket) =>
      loggings.some(
        (logging) =>
          refersTo(logging, "targetBucket", bucket, IDENTITIES) && !refersTo(logging, "bucket", bucket, IDENTITIES),
      ) ||
      balancers.some((balancer) =>
        ["accessLogs", "connectionLogs"].some((field) => refersTo(balancer, [field, "bucket"], bucket, IDENTITIES)),
      ),
  );
}

export const sseKms = stackRule({
  id: "s3-encrypted-with-kms",
  title: "S3 encryption configurations use KMS",
  description:
    "S3's server access logs and application load balancers' logs go to S3's own encryption only, and so do their copies",
  severity: "high",
  level: "mandatory",
  fix: "Set applyServerSideEncryptionByDefault.sseAlgorithm: aws:kms with kmsMasterKeyId.",
  sources: ["CKV_AWS_145", "S3.17"],
  resources: ENCRYPTION,
  checkStack({ resources }, report) {
    const targets = logTargets(resources);
    const copies = ofTypes(resources, BUCKETS).filter((bucket) => copiesOnly(resources, bucket, targets));
    for (const configuration of ofTypes(resources, ENCRYPTION)) {
      const rules = oneOrMany(configuration.props.rules);
      if (rules.length === 0) report("rules is empty", configuration);
      rules.forEach((rule, index) => {
        const algorithm = at(rule, "applyServerSideEncryptionByDefault", "sseAlgorithm");
        if (algorithm === "aws:kms" || algorithm === "aws:kms:dsse") return;
        const ofLogs = [...targets, ...copies].some((bucket) => refersTo(configuration, "bucket", bucket, IDENTITIES));
        if (algorithm === "AES256" && ofLogs) return;
        report(
          `rules[${index}].applyServerSideEncryptionByDefault.sseAlgorithm is ${shown(algorithm)}, not aws:kms`,
          configuration,
        );
      });
    }
  },
});

export const bucketEncrypted = stackRule({
  id: "s3-bucket-has-encryption",
  title: "Every S3 bucket has an encryption configuration",
  severity: "high",
  level: "mandatory",
  fix: "Add a BucketServerSideEncryptionConfiguration for the bucket.",
  sources: ["CKV_AWS_145", "S3.17"],
  resources: BUCKETS,
  checkStack({ resources }, report) {
    const configurations = ofTypes(resources, ENCRYPTION);
    for (const bucket of ofTypes(resources, BUCKETS)) {
      if (configurations.some((configuration) => refersTo(configuration, "bucket", bucket, IDENTITIES))) continue;
      report("no BucketServerSideEncryptionConfiguration names the bucket", bucket);
    }
  },
});

export const tlsOnly = stackRule({
  id: "s3-bucket-tls-only",
  title: "Every S3 bucket refuses requests without TLS",
  severity: "high",
  level: "mandatory",
  fix: 'Add a bucket policy that denies s3:* to * where aws:SecureTransport is "false".',
  sources: ["CKV_AWS_379", "S3.5"],
  resources: BUCKETS,
  checkStack({ resources }, report) {
    const policies = ofTypes(resources, POLICIES);
    for (const bucket of ofTypes(resources, BUCKETS)) {
      const own = policies.filter((policy) => refersTo(policy, "bucket", bucket, IDENTITIES));
      if (own.length === 0) report("no bucket policy names the bucket", bucket);
      else if (!own.some(deniesPlainHttp)) report("its bucket policy does not deny aws:SecureTransport false", bucket);
    }
  },
});

function deniesPlainHttp(policy: PolicyResource): boolean {
  const statements = oneOrMany(at(document(policy.props.policy), "Statement"));
  return statements.some((statement) => {
    if (at(statement, "Effect") !== "Deny") return false;
    const principal = at(statement, "Principal");
    const everyone = principal === "*" || oneOrMany(at(principal, "AWS")).includes("*");
    const everything = oneOrMany(at(statement, "Action")).some((action) => action === "s3:*" || action === "*");
    const secure = oneOrMany(at(statement, "Condition", "Bool", "aws:SecureTransport"));
    return everyone && everything && secure.some(isFalse);
  });
}

export const gcsKey = mustBeSet(
  {
    id: "gcs-customer-key",
    title: "Cloud Storage buckets use a key of their own",
    severity: "medium",
    level: "mandatory",
    fix: "Set encryption.defaultKmsKeyName.",
    sources: [],
    resources: ["gcp:storage/bucket:Bucket"],
  },
  ["encryption", "defaultKmsKeyName"],
);

export const bucketKeyName = resourceRule({
  id: "s3-object-encryption-kept",
  title: "Objects do not weaken their bucket's encryption",
  severity: "medium",
  level: "mandatory",
  fix: "Remove serverSideEncryption from the object, or set it to aws:kms.",
  sources: ["CKV_AWS_186"],
  resources: ["aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2"],
  check({ props }, report) {
    const algorithm = text(props.serverSideEncryption);
    if (algorithm !== undefined && !algorithm.startsWith("aws:kms")) {
      report(`serverSideEncryption is ${shown(algorithm)}, not aws:kms`);
    }
  },
});

export const bucketRules: readonly Rule[] = [sseKms, bucketEncrypted, tlsOnly, gcsKey, bucketKeyName];
