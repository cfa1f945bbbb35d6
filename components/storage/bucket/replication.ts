import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StoreOf } from "../../../systems/spec";
import { accountOf } from "../../aws/account";
import type { Make } from "../../aws/make";
import { namePrefix, roleNamePrefix } from "../../aws/names";
import { policyDocument, serviceTrust } from "../../aws/policy";
import type { Context } from "../../context";
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
    { protect: context.redundancy.protect },
  );
  const replica = makeReplica(make, key, args);
  const { role, policy } = makeRole(make, key, replica.bucket, args);
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

function makeReplica(make: Make, key: aws.kms.Key, { context, store, region, spec, logs }: ReplicationArgs) {
  const bucket = make(
    aws.s3.Bucket,
    "replica",
    {
      region,
      bucketPrefix: namePrefix(NAME_RULES.awsBucket, [context.system, context.environment, store, "copy"]),
      forceDestroy: false,
      tags: context.tags,
    },
    { protect: context.redundancy.protect },
  );
  const { versioning } = hardenBucket(make, "replica", { bucket, region, keyArn: key.arn });
  make(
    aws.s3.BucketLifecycleConfiguration,
    "replica-lifecycle",
    // What arrives in the archive class has nowhere further to move; it only expires.
    {
      region,
      bucket: bucket.id,
      rules: lifecycleRules(spec.lifecycle.expireDays === undefined ? {} : { expireDays: spec.lifecycle.expireDays }),
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

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
function makeRole(make: Make, replicaKey: aws.kms.Key, replica: aws.s3.Bucket, args: ReplicationArgs) {
  const { context, source } = args;
  const role = make(aws.iam.Role, "replication-role", {
    namePrefix: roleNamePrefix(context, args.store, "copy"),
    description: `Copies ${args.store} to ${args.region}`,
    assumeRolePolicy: serviceTrust("s3.amazonaws.com", accountOf(args.parent).id),
    tags: context.tags,
  });
  const policy = make(aws.iam.RolePolicy, "replication-policy", {
    role: role.id,
    policy: policyDocument([
      { Sid: "ReadRule", Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"], Resource: source.arn },
      {
        Sid: "ReadObjects",
        Action: ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
        Resource: pulumi.interpolate`${source.arn}/*`,
      },
      {
        Sid: "WriteCopies",
        Action: ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
        Resource: pulumi.interpolate`${replica.arn}/*`,
      },
      {
        Sid: "Decrypt",
        Action: "kms:Decrypt",
        Resource: args.sourceKeyArn,
        Condition: { StringEquals: { "kms:ViaService": `s3.${context.region}.amazonaws.com` } },
      },
      {
        Sid: "Encrypt",
        Action: "kms:Encrypt",
        Resource: replicaKey.arn,
        Condition: { StringEquals: { "kms:ViaService": `s3.${args.region}.amazonaws.com` } },
      },
    ]),
  });
  return { role, policy };
}
