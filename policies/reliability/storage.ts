import type { PolicyResource } from "@pulumi/policy";
import { type EnvironmentConfig, environmentSchema } from "../environments";
import { at, isFalse, isSet, isTrue, list, oneOrMany, shown } from "../read";
import { type Rule, resourceRule, stackRule } from "../rule";
import { mustBeTrue } from "../simple";
import { ofTypes, refersTo } from "../stack";
import { PROTECTED } from "../stateful";

const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
const VERSIONING = ["aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2"];
const LIFECYCLE = [
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
];
const names = (resource: PolicyResource, bucket: PolicyResource): boolean =>
  refersTo(resource, "bucket", bucket, ["bucket", "id"]);

export const versioning = stackRule({
  id: "s3-bucket-versioned",
  title: "Every S3 bucket keeps versions",
  severity: "medium",
  level: "mandatory",
  fix: "Add a BucketVersioning with status Enabled for the bucket.",
  sources: ["CKV_AWS_21", "S3.14"],
  resources: BUCKETS,
  checkStack({ resources }, report) {
    const all = ofTypes(resources, VERSIONING);
    for (const bucket of ofTypes(resources, BUCKETS)) {
      const own = all.find((candidate) => names(candidate, bucket));
      if (!own) report("no BucketVersioning names the bucket", bucket);
      else {
        const status = at(own.props, "versioningConfiguration", "status");
        if (status !== "Enabled") report(`its versioning is ${shown(status)}, not Enabled`, bucket);
      }
    }
  },
});

export const lifecycle = stackRule({
  id: "s3-bucket-lifecycle",
  title: "Every S3 bucket has a lifecycle that ends abandoned uploads",
  severity: "low",
  level: "mandatory",
  fix: "Add a BucketLifecycleConfiguration with an enabled rule of abortIncompleteMultipartUpload.",
  sources: ["CKV2_AWS_61", "CKV_AWS_300", "S3.13"],
  resources: BUCKETS,
  checkStack({ resources }, report) {
    const all = ofTypes(resources, LIFECYCLE);
    for (const bucket of ofTypes(resources, BUCKETS)) {
      const own = all.find((candidate) => names(candidate, bucket));
      if (!own) report("no BucketLifecycleConfiguration names the bucket", bucket);
      else if (!list(own.props.rules).some(abortsUploads))
        report("no lifecycle rule aborts incomplete uploads", bucket);
    }
  },
});

function abortsUploads(rule: unknown): boolean {
  return at(rule, "status") === "Enabled" && isSet(at(rule, "abortIncompleteMultipartUpload", "daysAfterInitiation"));
}

export const replication = stackRule<{ readonly required: boolean }>({
  id: "s3-bucket-replicated",
  title: "S3 buckets are replicated where the model asks for it",
  severity: "low",
  level: "mandatory",
  fix: "Add a BucketReplicationConfig with an enabled rule, or name the bucket as another's destination.",
  sources: ["CKV_AWS_144"],
  config: {
    properties: { required: { type: "boolean", default: false, description: "True in the global model." } },
    defaults: { required: false },
  },
  resources: BUCKETS,
  checkStack(stack, report, { required }) {
    if (!required) stack.notApplicable("The model asks for no replication");
    const all = ofTypes(stack.resources, ["aws:s3/bucketReplicationConfig:BucketReplicationConfig"]);
    for (const bucket of ofTypes(stack.resources, BUCKETS)) {
      if (all.some((candidate) => names(candidate, bucket) && list(candidate.props.rules).some(isEnabled))) continue;
      if (all.some((candidate) => refersTo(candidate, "rules", bucket, []))) continue;
      report("no enabled BucketReplicationConfig names the bucket", bucket);
    }
  },
});

function isEnabled(rule: unknown): boolean {
  return at(rule, "status") === "Enabled";
}

export const gcsVersioning = mustBeTrue(
  {
    id: "gcs-versioned",
    title: "Cloud Storage buckets keep versions",
    severity: "medium",
    level: "mandatory",
    fix: "Set versioning.enabled: true.",
    sources: ["CKV_GCP_78"],
    resources: ["gcp:storage/bucket:Bucket"],
  },
  ["versioning", "enabled"],
  {
    unless: ({ retentionPolicy }) =>
      isSet(at(oneOrMany(retentionPolicy)[0], "retentionPeriod"))
        ? "Its retention policy keeps every object as it is"
        : undefined,
  },
);

export const forceDestroy = resourceRule<EnvironmentConfig>({
  id: "bucket-not-force-destroyed",
  title: "Buckets with content are not destroyed outside dev",
  severity: "high",
  level: "mandatory",
  fix: "Remove forceDestroy.",
  sources: [],
  config: { properties: { environment: environmentSchema }, defaults: { environment: "production" } },
  resources: [...BUCKETS, "gcp:storage/bucket:Bucket"],
  check({ props, notApplicable }, report, { environment }) {
    if (environment === "dev") notApplicable("Dev's buckets may go");
    if (isTrue(props.forceDestroy)) report("forceDestroy is true");
  },
});

export const stateProtected = resourceRule<EnvironmentConfig & { readonly ephemeral: boolean }>({
  id: "stateful-resource-protected",
  title: "Resources that hold data are protected outside dev",
  severity: "high",
  level: "mandatory",
  fix: "Set the option protect: true.",
  sources: [],
  config: {
    properties: {
      environment: environmentSchema,
      ephemeral: { type: "boolean", default: false, description: "True for short-lived stacks." },
    },
    defaults: { environment: "production", ephemeral: false },
  },
  resources: PROTECTED,
  check({ opts, props, notApplicable }, report, { environment, ephemeral }) {
    if (environment === "dev" || ephemeral) notApplicable("The stack may lose its data");
    if (isSet(props.replicateSourceDb) || isSet(props.masterInstanceName))
      notApplicable("A replica holds no data of its own");
    if (!opts.protect) report("the option protect is not set");
  },
});

export const gcpBucketSoftDelete = resourceRule({
  id: "gcs-soft-delete",
  title: "Cloud Storage buckets keep what was deleted for a while",
  severity: "low",
  level: "advisory",
  fix: "Remove softDeletePolicy.retentionDurationSeconds: 0.",
  sources: [],
  resources: ["gcp:storage/bucket:Bucket"],
  check({ props }, report) {
    const policy = oneOrMany(props.softDeletePolicy)[0];
    const seconds = at(policy, "retentionDurationSeconds");
    if (seconds === 0 || isFalse(seconds)) report("softDeletePolicy.retentionDurationSeconds is 0");
  },
});

export const storageReliabilityRules: readonly Rule[] = [
  versioning,
  lifecycle,
  replication,
  gcsVersioning,
  forceDestroy,
  stateProtected,
  gcpBucketSoftDelete,
];
