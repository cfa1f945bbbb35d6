import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accountOf } from "../../aws/account";
import { roleNamePrefix } from "../../aws/names";
import { grantsDocument, plainServiceTrust } from "../../aws/policy";
import { makeRole } from "../../aws/role";
import type { Grant } from "../../binding";
import type { Context } from "../../context";
import type { Make } from "../../make";

export interface HostIdentityArgs {
  readonly context: Context;
  readonly parent: pulumi.Resource;
  readonly grants: readonly Grant[];
}

/** The role of a host: its grants, and what Session Manager needs to be the only way in. */
export function makeHostIdentity(make: Make, { context, parent, grants }: HostIdentityArgs) {
  const role = makeRole(make, "role", {
    context,
    name: ["host"],
    description: `The host of ${context.system} in ${context.placement}`,
    trust: plainServiceTrust("ec2.amazonaws.com"),
  });
  const policy = make(aws.iam.RolePolicy, "policy", { role: role.id, policy: grantsDocument(grants) });
  const session = make(aws.iam.RolePolicyAttachment, "session-manager", {
    role: role.name,
    policyArn: pulumi.interpolate`arn:${accountOf(parent).partition}:iam::aws:policy/AmazonSSMManagedInstanceCore`,
  });
  const profile = make(aws.iam.InstanceProfile, "profile", {
    namePrefix: roleNamePrefix(context, "host"),
    role: role.name,
    tags: context.tags,
  });
  return { profile, ready: [policy, session] as const };
}

export interface SecretGrantsArgs {
  readonly arns: readonly pulumi.Input<string>[];
  readonly keyArn: pulumi.Input<string>;
}

/** Reading exactly these secrets, and through their key nothing else. */
export function secretGrants({ arns, keyArn }: SecretGrantsArgs): readonly Grant[] {
  return arns.length === 0
    ? []
    : [
        { id: "secrets-read", actions: ["secretsmanager:GetSecretValue"], resources: arns },
        {
          id: "secrets-key",
          actions: ["kms:Decrypt"],
          resources: [keyArn],
          conditions: { StringEquals: { "kms:EncryptionContext:SecretARN": arns } },
        },
      ];
}

/** Writing logs to one group, and metrics to one namespace: metrics have no ARN. */
export function telemetryGrants(groupArn: pulumi.Output<string>, namespace: string): readonly Grant[] {
  return [
    {
      id: "logs-write",
      actions: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
      resources: [groupArn, pulumi.interpolate`${groupArn}:*`],
    },
    {
      id: "metrics-write",
      actions: ["cloudwatch:PutMetricData"],
      resources: ["*"],
      conditions: { StringEquals: { "cloudwatch:namespace": namespace } },
    },
  ];
}

export interface BackupGrantsArgs {
  readonly backup: string;
  readonly prefix: string;
  readonly bucketArn: pulumi.Output<string>;
  readonly keyArn: pulumi.Input<string>;
}

/** Writing copies below a backup's prefix and reading them back; never deleting one. */
export function backupGrants({ backup, prefix, bucketArn, keyArn }: BackupGrantsArgs): readonly Grant[] {
  return [
    {
      id: `backup-${backup}-objects`,
      actions: ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload"],
      resources: [pulumi.interpolate`${bucketArn}/${prefix}*`],
    },
    {
      id: `backup-${backup}-key`,
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: [keyArn],
      conditions: {
        StringLike: { "kms:EncryptionContext:aws:s3:arn": [bucketArn, pulumi.interpolate`${bucketArn}/*`] },
      },
    },
  ];
}

/** Pulling the images a host runs from the account's own registries. */
export function imageGrants(images: readonly string[], partition: pulumi.Input<string>): readonly Grant[] {
  const repositories = [...new Set(images)].flatMap((image) => {
    const match = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/.exec(image);
    return match ? [pulumi.interpolate`arn:${partition}:ecr:${match[2]}:${match[1]}:repository/${match[3]}`] : [];
  });
  return repositories.length === 0
    ? []
    : [
        // Logging in names no repository.
        { id: "registry-login", actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
        {
          id: "images-pull",
          actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
          resources: repositories,
        },
      ];
}
