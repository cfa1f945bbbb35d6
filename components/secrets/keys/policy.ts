import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../aws/account";
import type { Statement } from "../../aws/policy";
import type { Concern } from "./contract";

const ADMINISTER = [
  "kms:Create*",
  "kms:Describe*",
  "kms:Enable*",
  "kms:List*",
  "kms:Put*",
  "kms:Update*",
  "kms:Revoke*",
  "kms:Disable*",
  "kms:Get*",
  "kms:Delete*",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:ScheduleKeyDeletion",
  "kms:CancelKeyDeletion",
  "kms:RotateKeyOnDemand",
];
const USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];

/** Services through which a concern's key may be used, whatever an IAM policy allows beyond that. */
const SERVICES: Readonly<Record<Exclude<Concern, "logs" | "cluster">, readonly string[]>> = {
  volumes: ["ec2"],
  data: ["rds", "elasticache", "elasticfilesystem"],
  storage: ["s3"],
  secrets: ["secretsmanager"],
};

/**
 * The policy of a key, used through the concern's services and those in `alsoThrough`. Its resource is always the key itself, which key policies write as `*`.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
 */
export function keyPolicy(
  concern: Concern,
  region: string,
  account: Account,
  alsoThrough: readonly string[] = [],
): readonly Statement[] {
  const root = pulumi.interpolate`arn:${account.partition}:iam::${account.id}:root`;
  const administer: Statement = { Sid: "Administer", Principal: { AWS: root }, Action: ADMINISTER, Resource: "*" };
  switch (concern) {
    case "logs":
      return [administer, cloudWatchLogs(region, account), alarms(account), events(region, account)];
    case "cluster":
      // EKS takes a grant on the key when the cluster is made, and works through that grant alone.
      return [
        administer,
        { Sid: "UseByPolicy", Principal: { AWS: root }, Action: USE, Resource: "*" },
        forAwsResources(root),
      ];
    case "volumes":
    case "data":
    case "storage":
    case "secrets":
      return [
        administer,
        {
          Sid: "UseThroughServices",
          Principal: { AWS: root },
          Action: USE,
          Resource: "*",
          Condition: {
            StringEquals: {
              "kms:ViaService": [...SERVICES[concern], ...alsoThrough].map(
                (service) => `${service}.${region}.amazonaws.com`,
              ),
            },
          },
        },
        forAwsResources(root),
        ...(concern === "storage" ? [trails(account)] : []),
      ];
    default:
      return concern satisfies never;
  }
}

function forAwsResources(root: pulumi.Output<string>): Statement {
  return {
    Sid: "GrantToAwsResources",
    Principal: { AWS: root },
    Action: "kms:CreateGrant",
    Resource: "*",
    Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
  };
}

/** What publishes this account's alarms to an encrypted topic. */
function alarms(account: Account): Statement {
  return {
    Sid: "PublishAlarms",
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
    Resource: "*",
    Condition: { StringEquals: { "aws:SourceAccount": account.id } },
  };
}

/**
 * What publishes events to an encrypted topic. EventBridge does not say on whose behalf it asks: with a condition on
 * aws:SourceAccount nothing arrives, and nobody is told. The topic it asks for is known; who publishes there is the
 * topic's policy to say. https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
function events(region: string, account: Account): Statement {
  return {
    Sid: "PublishEvents",
    Principal: { Service: ["events.amazonaws.com", "events.rds.amazonaws.com"] },
    Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
    Resource: "*",
    Condition: {
      ArnLike: {
        "kms:EncryptionContext:aws:sns:topicArn": pulumi.interpolate`arn:${account.partition}:sns:${region}:${account.id}:*`,
      },
    },
  };
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html */
function trails(account: Account): Statement {
  return {
    Sid: "Trails",
    Principal: { Service: "cloudtrail.amazonaws.com" },
    Action: ["kms:GenerateDataKey*", "kms:DescribeKey"],
    Resource: "*",
    Condition: { StringEquals: { "aws:SourceAccount": account.id } },
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
function cloudWatchLogs(region: string, account: Account): Statement {
  return {
    Sid: "CloudWatchLogs",
    Principal: { Service: `logs.${region}.amazonaws.com` },
    Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
    Resource: "*",
    Condition: {
      ArnLike: {
        "kms:EncryptionContext:aws:logs:arn": pulumi.interpolate`arn:${account.partition}:logs:${region}:${account.id}:log-group:*`,
      },
    },
  };
}
