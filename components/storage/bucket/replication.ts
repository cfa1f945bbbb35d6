import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StoreOf } from "../../../systems/spec";
import { accountOf } from "../../aws/account";
import { namePrefix } from "../../aws/names";
import { policyDocument, type Statement, serviceTrust } from "../../aws/policy";
import { makeRole } from "../../aws/role";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { NAME_RULES } from "../../naming";
import { keyPolicy } from "../../secrets/keys/policy";
import { hardenBucket } from "./hardening";
import { lifecycleRules } from "./lifecycle";
import { LOG_PREFIXES, type LogBucket } from "./logBucket";

export interface ReplicationArgs {
  readonly context: Context;
  readonly store: string;
  readonly spec: StoreOf<"bucket">;
  readonly replication: NonNullable<StoreOf<"bucket">["replication"]>;
  readonly source: aws.s3.Bucket;
  readonly sourceKeyArn: pulumi.Input<string>;
  readonly sourceVersioning: pulumi.Resource;
  readonly region: string;
  /** Where the copy's requests are logged: a bucket of its own region. */
  readonly logs: LogBucket;
  readonly parent: pulumi.Resource;
}

const STORAGE_CLASSES = { standard: "STANDARD", "infrequent-access": "STANDARD_IA", archive: "GLACIER" } as const;

/** A copy of a bucket in another region, under a key of that region. */
export function replicate(make: Make, args: ReplicationArgs): void {
  const { context, region } = args;
  const key = make(
    aws.kms.Key,
    "replica-key",
    {
      region,
      description: `Copy of ${args.store} of ${context.system} in ${region}`,
      enableKeyRotation: true,
      rotationPeriodInDays: 365,
      deletionWindowInDays: 30,
      policy: policyDocument(keyPolicy("storage", region, accountOf(args.parent))),
      tags: context.tags,
    },
    { protect: context.redundancy.protect, ...(context.redundancy.keep ? { retainOnDelete: true } : {}) },
  );
  const replica = makeReplica(make, key, args);
  const { role, policy } = makeCopier(make, {
    context,
    what: args.store,
    source: args.source,
    destination: replica.bucket,
    region,
    parent: args.parent,
    keys: { source: args.sourceKeyArn, destination: key.arn },
    locked: args.spec.locked,
  });
  make(
    aws.s3.BucketReplicationConfig,
    "replication",
    {
      bucket: args.source.id,
      role: role.arn,
      rules: [
        {
          id: "everything",
          status: "Enabled",
          priority: 0,
          filter: { prefix: "" },
          deleteMarkerReplication: { status: "Enabled" },
          sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
          destination: {
            bucket: replica.bucket.arn,
            storageClass: STORAGE_CLASSES[args.replication.storageClass],
            encryptionConfiguration: { replicaKmsKeyId: key.arn },
            metrics: { status: "Enabled" },
          },
        },
      ],
    },
    { dependsOn: [args.sourceVersioning, replica.versioning, policy] },
  );
}

export interface LogReplicationArgs {
  readonly context: Context;
  readonly source: aws.s3.Bucket;
  readonly versioning: pulumi.Resource;
  /** The log bucket of another region that takes the copies. */
  readonly destination: aws.s3.Bucket;
  readonly ready: readonly pulumi.Resource[];
  readonly region: string;
  readonly parent: pulumi.Resource;
}

/** Copies a placement's logs to another region, so that who did what is known after a region is lost. */
export function replicateLogs(make: Make, args: LogReplicationArgs): void {
  const { role, policy } = makeCopier(make, { ...args, what: "logs", locked: false });
  make(
    aws.s3.BucketReplicationConfig,
    "replication",
    {
      bucket: args.source.id,
      role: role.arn,
      rules: [
        {
          id: "everything",
          status: "Enabled",
          priority: 0,
          filter: { prefix: "" },
          deleteMarkerReplication: { status: "Disabled" },
          destination: { bucket: args.destination.arn, storageClass: "STANDARD_IA", metrics: { status: "Enabled" } },
        },
      ],
    },
    { dependsOn: [args.versioning, policy, ...args.ready] },
  );
}

function makeReplica(make: Make, key: aws.kms.Key, { context, store, region, spec, logs }: ReplicationArgs) {
  const bucket = make(
    aws.s3.Bucket,
    "replica",
    {
      region,
      bucketPrefix: namePrefix(NAME_RULES.awsBucket, [context.system, context.environment, store, "copy"]),
      // S3 copies out of a locked bucket only into another: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
      ...(spec.locked ? { objectLockEnabled: true } : {}),
      forceDestroy: false,
      tags: context.tags,
    },
    { protect: context.redundancy.protect, dependsOn: [key] },
  );
  const { versioning } = hardenBucket(make, "replica", { bucket, region, keyArn: key.arn });
  make(
    aws.s3.BucketLifecycleConfiguration,
    "replica-lifecycle",
    // What arrives in the archive class has nowhere further to move; it only expires.
    {
      region,
      bucket: bucket.id,
      rules: lifecycleRules(
        spec.lifecycle.expireDays === undefined ? {} : { expireDays: spec.lifecycle.expireDays },
        spec.locked,
      ),
    },
    { dependsOn: [versioning] },
  );
  make(
    aws.s3.BucketLogging,
    "replica-logging",
    { region, bucket: bucket.id, targetBucket: logs.bucketName, targetPrefix: `${LOG_PREFIXES.buckets}/${store}/` },
    { dependsOn: [...logs.ready] },
  );
  return { bucket, versioning };
}

interface RoleArgs {
  readonly context: Context;
  /** What is copied, for names and descriptions. */
  readonly what: string;
  readonly source: aws.s3.Bucket;
  readonly destination: aws.s3.Bucket;
  readonly region: string;
  readonly parent: pulumi.Resource;
  /** Keys of both sides. @default S3's own */
  readonly keys?: { readonly source: pulumi.Input<string>; readonly destination: pulumi.Input<string> };
  readonly locked: boolean;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
function makeCopier(make: Make, { context, what, source, destination, region, parent, keys, locked }: RoleArgs) {
  const role = makeRole(make, "replication-role", {
    context,
    name: [what, "copy"],
    description: `Copies ${what} to ${region}`,
    trust: serviceTrust("s3.amazonaws.com", accountOf(parent).id),
  });
  const policy = make(aws.iam.RolePolicy, "replication-policy", {
    role: role.id,
    policy: policyDocument([
      { Sid: "ReadRule", Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"], Resource: source.arn },
      {
        Sid: "ReadObjects",
        Action: [
          "s3:GetObjectVersionForReplication",
          "s3:GetObjectVersionAcl",
          "s3:GetObjectVersionTagging",
          ...(locked ? ["s3:GetObjectRetention", "s3:GetObjectLegalHold"] : []),
        ],
        Resource: pulumi.interpolate`${source.arn}/*`,
      },
      {
        Sid: "WriteCopies",
        Action: ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
        Resource: pulumi.interpolate`${destination.arn}/*`,
      },
      ...(keys
        ? [
            keyUse("Decrypt", "kms:Decrypt", keys.source, context.region),
            keyUse("Encrypt", "kms:Encrypt", keys.destination, region),
          ]
        : []),
    ]),
  });
  return { role, policy };
}

function keyUse(Sid: string, Action: string, Resource: pulumi.Input<string>, region: string): Statement {
  return { Sid, Action, Resource, Condition: { StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com` } } };
}
