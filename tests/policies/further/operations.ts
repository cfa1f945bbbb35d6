import { one } from "../cases";
import { balancer, soundBalancer } from "../fixtures";
import type { TestResource } from "../harness";
import { allows, type Further, leaves } from "./build";

const sql = (props: TestResource["props"]) => one("gcp:sql/databaseInstance:DatabaseInstance", props);
const bucket: TestResource = { type: "aws:s3/bucket:Bucket", protect: true, props: { bucket: "b", id: "b-id" } };

export const operations: Further = {
  "ecr-immutable-tags": [
    allows(one("aws:ecr/repository:Repository", { imageTagMutability: "IMMUTABLE" }), "imageTagMutability", [
      "IMMUTABLE_WITH_EXCLUSION",
    ]),
  ],
  "lb-access-logs": [leaves([soundBalancer], balancer("gateway"))],
  "cloud-sql-audit-flags": [
    leaves(
      sql({
        databaseVersion: "POSTGRES_17",
        settings: {
          databaseFlags: ["log_connections", "log_disconnections", "cloudsql.enable_pgaudit"].map((name) => ({
            name,
            value: "on",
          })),
        },
      }),
      ...sql({ databaseVersion: "MYSQL_8_4" }),
    ),
  ],
  "log-group-retention": [
    allows(one("aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 30 }), "retentionInDays", [7]),
  ],
  "gcs-access-logs": [
    {
      base: [
        { type: "gcp:storage/bucket:Bucket", name: "data", props: { logging: { logBucket: "logs" } } },
        { type: "gcp:storage/bucket:Bucket", name: "logs", props: { name: "logs", id: "logs-id" } },
      ],
      passes: [{ at: "logging.logBucket", to: "logs-id" }],
      fails: [
        {
          at: "logging.logBucket",
          to: "elsewhere",
          message: "has no logging.logBucket, and no IAMAuditConfig logs who reads and writes",
        },
      ],
      unknown: [],
    },
    {
      base: [
        { type: "gcp:storage/bucket:Bucket", props: { name: "data" } },
        {
          type: "gcp:projects/iAMAuditConfig:IAMAuditConfig",
          props: {
            service: "storage.googleapis.com",
            auditLogConfigs: [{ logType: "DATA_READ" }, { logType: "DATA_WRITE" }],
          },
        },
      ],
      passes: [{ at: "service", to: "allServices", on: 1 }],
      fails: [
        {
          at: "service",
          to: "sqladmin.googleapis.com",
          on: 1,
          message: "has no logging.logBucket, and no IAMAuditConfig logs who reads and writes",
        },
        {
          at: "auditLogConfigs.1.logType",
          to: "ADMIN_READ",
          on: 1,
          message: "has no logging.logBucket, and no IAMAuditConfig logs who reads and writes",
        },
      ],
      unknown: [],
    },
  ],
  "s3-bucket-access-logs": [
    {
      base: [
        bucket,
        { ...bucket, name: "logs", props: { bucket: "logs", id: "logs" } },
        { type: "aws:s3/bucketLogging:BucketLogging", props: { bucket: "b-id", targetBucket: "logs" } },
      ],
      fails: [{ at: "targetBucket", to: "other", on: 2, message: "no BucketLogging names the bucket" }],
      unknown: [],
    },
    {
      base: [
        bucket,
        { type: "aws:lb/loadBalancer:LoadBalancer", props: { accessLogs: { enabled: true, bucket: "b-id" } } },
      ],
      fails: [{ at: "accessLogs.bucket", to: "other", on: 1, message: "no BucketLogging names the bucket" }],
      unknown: [],
    },
  ],
  "cloudfront-logs": [
    {
      base: [
        { type: "aws:cloudfront/distribution:Distribution", props: { arn: "arn:d" } },
        { type: "aws:cloudwatch/logDeliverySource:LogDeliverySource", props: { resourceArn: "arn:d" } },
      ],
      fails: [{ at: "resourceArn", to: "arn:o", on: 1, message: "has neither loggingConfig nor a LogDeliverySource" }],
      unknown: [],
    },
  ],
};
