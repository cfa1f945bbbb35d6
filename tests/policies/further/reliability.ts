import { one } from "../cases";
import { soundBalancer } from "../fixtures";
import { DELETE, type TestResource } from "../harness";
import { allows, type Further, leaves, notInDev, refuses } from "./build";

const rds = (props: TestResource["props"]): TestResource => ({ type: "aws:rds/instance:Instance", props });
const replica = rds({ replicateSourceDb: "main" });
const sql = (props: TestResource["props"]) => one("gcp:sql/databaseInstance:DatabaseInstance", props);
const protectedCluster = one("aws:eks/cluster:Cluster", { deletionProtection: true });
const cache = one("aws:elasticache/replicationGroup:ReplicationGroup", {
  automaticFailoverEnabled: true,
  multiAzEnabled: true,
});
const bucket: TestResource = { type: "aws:s3/bucket:Bucket", protect: true, props: { bucket: "b", id: "b-id" } };

export const reliability: Further = {
  "lambda-supported-runtime": [
    allows(one("aws:lambda/function:Function", { runtime: "nodejs24.x" }), "runtime", [
      ...["dotnet10", "java11", "java17", "java21", "java25", "java8.al2", "nodejs22.x", "provided.al2023"],
      ...["python3.11", "python3.12", "python3.13", "python3.14", "ruby3.3", "ruby3.4", "ruby4.0"],
    ]),
    leaves(
      one("aws:lambda/function:Function", { runtime: "nodejs24.x", packageType: "Zip" }),
      ...one("aws:lambda/function:Function", { packageType: "Image", imageUri: "registry.example.com/image" }),
    ),
  ],
  "s3-bucket-replicated": [
    {
      base: [
        bucket,
        { type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig", props: { bucket: "o", rules: [] } },
        {
          type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
          name: "second",
          props: { bucket: "b-id", rules: [{ status: "Disabled" }, { status: "Enabled" }] },
        },
      ],
      config: { required: true },
      fails: [{ at: "bucket", to: "other", on: 2, message: "no enabled BucketReplicationConfig names the bucket" }],
      passes: [{ at: "bucket", to: "other", on: 2, config: { required: false } }],
      unknown: [],
    },
    {
      base: [
        bucket,
        {
          type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
          refs: { rules: [0] },
          props: { bucket: "source", rules: [] },
        },
        { type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig", name: "other", props: { bucket: "x" } },
      ],
      config: { required: true },
      fails: [],
      unknown: [],
    },
  ],
  "s3-bucket-lifecycle": [
    {
      base: [
        bucket,
        {
          type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
          props: {
            bucket: "b-id",
            rules: [
              { status: "Disabled" },
              { status: "Enabled", abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } },
            ],
          },
        },
      ],
      fails: [{ at: "rules.1", on: 1, to: DELETE, message: "no lifecycle rule aborts incomplete uploads" }],
      unknown: [],
    },
  ],
  "lb-deletion-protection": [notInDev([soundBalancer], { at: "enableDeletionProtection", to: false })],
  "rds-multi-az": [
    leaves([rds({ multiAz: true })], replica),
    notInDev([rds({ multiAz: true })], { at: "multiAz", to: false }),
  ],
  "rds-deletion-protection": [notInDev([rds({ deletionProtection: true })], { at: "deletionProtection", to: false })],
  "rds-backup-retention": [leaves([rds({ backupRetentionPeriod: 7 })], replica)],
  "rds-final-snapshot": [
    leaves([rds({ finalSnapshotIdentifier: "final" })], replica),
    notInDev([rds({ finalSnapshotIdentifier: "final" })], { at: "skipFinalSnapshot", to: true }),
  ],
  "rds-backup-window": [leaves([rds({ backupWindow: "03:00-04:00" })], replica)],
  "elasticache-failover": [notInDev(cache, { at: "multiAzEnabled", to: false })],
  "elasticache-snapshots": [
    allows(
      one("aws:elasticache/replicationGroup:ReplicationGroup", { snapshotRetentionLimit: 2 }),
      "snapshotRetentionLimit",
      [1],
    ),
  ],
  "cloud-sql-backups": [
    leaves(
      sql({ settings: { backupConfiguration: { enabled: true, binaryLogEnabled: true } } }),
      ...sql({ masterInstanceName: "main" }),
    ),
  ],
  "cloud-sql-regional": [
    leaves(sql({ settings: { availabilityType: "REGIONAL" } }), ...sql({ masterInstanceName: "main" })),
  ],
  "cluster-deletion-protection": [
    notInDev(protectedCluster, { at: "deletionProtection", to: false }),
    leaves(protectedCluster, ...one("gcp:container/cluster:Cluster", {})),
    refuses(one("gcp:container/cluster:Cluster", {}), "deletionProtection", [
      [false, "deletionProtection is false, not true"],
    ]),
  ],
  "sqs-dead-letter-queue": [allows(one("aws:sqs/queue:Queue", { redriveAllowPolicy: "{}" }), "name", ["dead"])],
  "bucket-not-force-destroyed": [notInDev([bucket], { at: "forceDestroy", to: true })],
  "stateful-resource-protected": [
    notInDev([bucket], { at: "", to: false, protect: false }),
    {
      base: [bucket],
      fails: [],
      passes: [{ at: "", to: false, protect: false, config: { ephemeral: true } }],
      unknown: [],
    },
    leaves([bucket], replica, ...sql({ masterInstanceName: "main" })),
  ],
};
