import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../aws/account";
import { policyDocument, type Statement } from "../../aws/policy";
import type { Context } from "../../context";
import type { Make } from "../../make";

export interface NotificationsArgs {
  readonly context: Context;
  readonly account: Account;
  /** Addresses of those who are told; each confirms once. */
  readonly emails: readonly string[];
}

/** A topic that alarms publish to and people are told by. Undefined where nobody is to be told. */
export function makeTopic(make: Make, { context, account, emails }: NotificationsArgs): aws.sns.Topic | undefined {
  if (emails.length === 0) {
    return undefined;
  }
  // The service's own key lets no alarm publish: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  const key = make(
    aws.kms.Key,
    "notifications-key",
    {
      description: `Notifications of ${context.system} (${context.environment}) in ${context.placement}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: policyDocument([
        {
          Sid: "Administer",
          Principal: { AWS: pulumi.interpolate`arn:${account.partition}:iam::${account.id}:root` },
          Action: ["kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*"].concat(
            ["kms:Revoke*", "kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource", "kms:UntagResource"],
            ["kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"],
          ),
          Resource: "*",
        },
        { ...fromAlarms(account), Sid: "Alarms", Action: ["kms:Decrypt", "kms:GenerateDataKey*"], Resource: "*" },
      ]),
      tags: context.tags,
    },
    { protect: context.redundancy.protect },
  );
  const topic = make(aws.sns.Topic, "notifications", { kmsMasterKeyId: key.arn, tags: context.tags });
  make(aws.sns.TopicPolicy, "notifications-policy", {
    arn: topic.arn,
    policy: policyDocument([{ ...fromAlarms(account), Sid: "Alarms", Action: "sns:Publish", Resource: topic.arn }]),
  });
  for (const [index, endpoint] of emails.entries()) {
    make(aws.sns.TopicSubscription, `notifications-${index + 1}`, { topic: topic.arn, protocol: "email", endpoint });
  }
  return topic;
}

function fromAlarms({ id }: Account): Pick<Statement, "Principal" | "Condition"> {
  return {
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Condition: { StringEquals: { "aws:SourceAccount": id } },
  };
}
