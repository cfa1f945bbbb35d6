import { type CaseTable, chosen, flag, one } from "../cases";
import { autoscaler, deployment } from "../fixtures";
import { DELETE, type TestResource } from "../harness";

const protectedOne = (type: string, props: Readonly<Record<string, unknown>>): readonly TestResource[] => [
  { type, props, protect: true },
];
const database = protectedOne("aws:rds/instance:Instance", {
  backupWindow: "03:00-04:00",
  multiAz: true,
  deletionProtection: true,
  backupRetentionPeriod: 7,
  autoMinorVersionUpgrade: true,
  copyTagsToSnapshot: true,
  finalSnapshotIdentifier: "final",
});
const cache = protectedOne("aws:elasticache/replicationGroup:ReplicationGroup", {
  automaticFailoverEnabled: true,
  multiAzEnabled: true,
  snapshotRetentionLimit: 7,
});
const cloudSql = protectedOne("gcp:sql/databaseInstance:DatabaseInstance", {
  deletionProtection: true,
  settings: {
    availabilityType: "REGIONAL",
    deletionProtectionEnabled: true,
    backupConfiguration: { enabled: true, pointInTimeRecoveryEnabled: true },
  },
});
const bucket: readonly TestResource[] = [
  ...protectedOne("aws:s3/bucket:Bucket", { bucket: "shop", forceDestroy: false }),
  {
    type: "aws:s3/bucketVersioning:BucketVersioning",
    props: { bucket: "shop", versioningConfiguration: { status: "Enabled" } },
  },
  {
    type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    props: {
      bucket: "shop",
      rules: [{ status: "Enabled", abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } }],
    },
  },
  {
    type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    props: { bucket: "shop", rules: [{ status: "Enabled" }] },
  },
];
const gcs = protectedOne("gcp:storage/bucket:Bucket", {
  versioning: { enabled: true },
  softDeletePolicy: { retentionDurationSeconds: 604800 },
});
const eks = one("aws:eks/cluster:Cluster", { version: "1.34", deletionProtection: true });
const gke = one("gcp:container/cluster:Cluster", { releaseChannel: { channel: "REGULAR" } });
const pool = one("gcp:container/nodePool:NodePool", { management: { autoRepair: true, autoUpgrade: true } });
const queue = one("aws:sqs/queue:Queue", {
  redrivePolicy: JSON.stringify({ deadLetterTargetArn: "arn", maxReceiveCount: 5 }),
});
const budget: TestResource = {
  type: "kubernetes:policy/v1:PodDisruptionBudget",
  name: "budget",
  props: {
    metadata: { name: "app", namespace: "shop" },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: "app" } } },
  },
};
const workload = [deployment, autoscaler, budget];
const dev = (base: readonly TestResource[], at: string, to: unknown, message: string) => ({
  base,
  fails: [{ at, to, message }],
  unknown: [at],
});

export const table: CaseTable = {
  "rds-multi-az": flag(database, "multiAz"),
  "rds-deletion-protection": flag(database, "deletionProtection"),
  "rds-backup-retention": {
    base: database,
    fails: [
      { at: "backupRetentionPeriod", to: 6, message: "backupRetentionPeriod is 6, not 7 or more" },
      { at: "backupRetentionPeriod", to: DELETE, message: "backupRetentionPeriod is unset, not 7 or more" },
    ],
    unknown: ["backupRetentionPeriod"],
  },
  "rds-backup-window": {
    base: database,
    fails: [{ at: "backupWindow", to: DELETE, message: "backupWindow is not set" }],
    unknown: ["backupWindow"],
  },
  "rds-minor-upgrades": dev(database, "autoMinorVersionUpgrade", false, "autoMinorVersionUpgrade is false"),
  "rds-tags-to-snapshots": flag(database, "copyTagsToSnapshot"),
  "rds-final-snapshot": {
    base: database,
    fails: [
      { at: "skipFinalSnapshot", to: true, message: "skipFinalSnapshot is true" },
      { at: "finalSnapshotIdentifier", to: DELETE, message: "finalSnapshotIdentifier is not set" },
    ],
    unknown: ["skipFinalSnapshot", "finalSnapshotIdentifier"],
  },
  "elasticache-failover": flag(cache, "automaticFailoverEnabled"),
  "elasticache-snapshots": dev(cache, "snapshotRetentionLimit", 0, "snapshotRetentionLimit is 0, not 1 or more"),
  "cloud-sql-backups": {
    base: cloudSql,
    fails: [
      {
        at: "settings.backupConfiguration.enabled",
        to: false,
        message: "settings.backupConfiguration.enabled is not true",
      },
      {
        at: "settings.backupConfiguration.pointInTimeRecoveryEnabled",
        to: DELETE,
        message: "settings.backupConfiguration.pointInTimeRecoveryEnabled is not true",
      },
    ],
    unknown: ["settings.backupConfiguration"],
  },
  "cloud-sql-regional": chosen(cloudSql, "settings.availabilityType", "ZONAL", "REGIONAL"),
  "cloud-sql-deletion-protection": {
    base: cloudSql,
    fails: [
      { at: "deletionProtection", to: false, message: "deletionProtection is false" },
      {
        at: "settings.deletionProtectionEnabled",
        to: false,
        message: "settings.deletionProtectionEnabled is false, not true",
      },
    ],
    unknown: ["deletionProtection"],
  },
  "memorystore-high-availability": chosen(
    protectedOne("gcp:redis/instance:Instance", { tier: "STANDARD_HA" }),
    "tier",
    "BASIC",
    "STANDARD_HA",
  ),
  "s3-bucket-versioned": {
    base: bucket,
    fails: [
      { at: "", to: DELETE, on: 1, message: "no BucketVersioning names the bucket" },
      {
        at: "versioningConfiguration.status",
        to: "Suspended",
        on: 1,
        message: 'its versioning is "Suspended", not Enabled',
      },
    ],
    unknown: [{ at: "versioningConfiguration.status", on: 1 }],
  },
  "s3-bucket-lifecycle": {
    base: bucket,
    fails: [
      { at: "", to: DELETE, on: 2, message: "no BucketLifecycleConfiguration names the bucket" },
      {
        at: "rules.0.abortIncompleteMultipartUpload",
        to: DELETE,
        on: 2,
        message: "no lifecycle rule aborts incomplete uploads",
      },
      { at: "rules.0.status", to: "Disabled", on: 2, message: "no lifecycle rule aborts incomplete uploads" },
    ],
    unknown: [{ at: "rules", on: 2 }],
  },
  "s3-bucket-replicated": {
    base: bucket,
    config: { required: true },
    fails: [
      {
        at: "rules.0.status",
        to: "Disabled",
        on: 3,
        config: { required: true },
        message: "no enabled BucketReplicationConfig names the bucket",
      },
    ],
    unknown: [{ at: "rules", on: 3 }],
  },
  "gcs-versioned": flag(gcs, "versioning.enabled"),
  "bucket-not-force-destroyed": dev(bucket, "forceDestroy", true, "forceDestroy is true"),
  "stateful-resource-protected": {
    base: database,
    fails: [{ at: "", to: false, protect: false, message: "the option protect is not set" }],
    unknown: ["replicateSourceDb"],
  },
  "gcs-soft-delete": dev(
    gcs,
    "softDeletePolicy.retentionDurationSeconds",
    0,
    "softDeletePolicy.retentionDurationSeconds is 0",
  ),
  "eks-supported-version": dev(eks, "version", "1.22", 'version is "1.22", not one of 1.33, 1.34, 1.35, 1.36'),
  "lambda-supported-runtime": {
    base: one("aws:lambda/function:Function", { runtime: "nodejs24.x" }),
    config: { runtimes: ["nodejs24.x", "python3.14"] },
    fails: [
      { at: "runtime", to: "nodejs16.x", message: 'runtime is "nodejs16.x", not one of nodejs24.x, python3.14' },
      { at: "runtime", to: DELETE, message: "runtime is unset, not one of nodejs24.x, python3.14" },
    ],
    unknown: ["runtime"],
  },
  "cluster-deletion-protection": flag(eks, "deletionProtection"),
  "lb-deletion-protection": flag(
    one("aws:lb/loadBalancer:LoadBalancer", { enableDeletionProtection: true }),
    "enableDeletionProtection",
  ),
  "sqs-dead-letter-queue": dev(queue, "redrivePolicy", DELETE, "neither redrivePolicy nor redriveAllowPolicy is set"),
  "gke-release-channel": dev(gke, "releaseChannel.channel", "UNSPECIFIED", 'releaseChannel.channel is "UNSPECIFIED"'),
  "gke-node-repair": flag(pool, "management.autoRepair"),
  "gke-node-upgrade": flag(pool, "management.autoUpgrade"),
  "workload-two-replicas": {
    base: workload,
    fails: [
      { at: "spec.minReplicas", to: 1, on: 1, message: "runs one replica" },
      { at: "", to: DELETE, on: 1, message: "runs one replica" },
    ],
    unknown: [{ at: "spec.minReplicas", on: 1 }],
  },
  "workload-disruption-budget": {
    base: workload,
    fails: [
      { at: "", to: DELETE, on: 2, message: "no PodDisruptionBudget selects its pods" },
      {
        at: "spec.selector.matchLabels.app",
        to: "other",
        on: 2,
        message: "no PodDisruptionBudget selects its pods",
      },
    ],
    unknown: [{ at: "spec.selector", on: 2 }],
  },
  "workload-spread": {
    base: workload,
    fails: [
      {
        at: "spec.template.spec.topologySpreadConstraints",
        to: DELETE,
        message: "has neither topologySpreadConstraints nor podAntiAffinity",
      },
    ],
    unknown: ["spec.template.spec.topologySpreadConstraints"],
  },
  "pod-grace-period": {
    base: [deployment, autoscaler, budget],
    fails: [
      {
        at: "spec.template.spec.terminationGracePeriodSeconds",
        to: 0,
        message: "terminationGracePeriodSeconds is 0: the pod is killed at once",
      },
      {
        at: "spec.template.spec.terminationGracePeriodSeconds",
        to: 7201,
        message: "terminationGracePeriodSeconds 7201 exceeds 7200",
      },
    ],
    unknown: ["spec.template.spec.terminationGracePeriodSeconds"],
  },
};
