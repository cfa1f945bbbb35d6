import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accountOf } from "../aws/account";
import { makeLogGroup } from "../aws/logGroup";
import { policyDocument, serviceTrust } from "../aws/policy";
import { makeRole } from "../aws/role";
import type { Context } from "../context";
import type { Make } from "../make";

export interface FlowLogArgs {
  readonly context: Context;
  readonly vpcId: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
  readonly parent: pulumi.Resource;
}

/** Records all traffic of a VPC, through a role that can write to this one log group. */
export function makeFlowLog(make: Make, args: FlowLogArgs): aws.ec2.FlowLog {
  const { context } = args;
  const group = makeLogGroup(make, "flow-logs", { context, keyArn: args.keyArn });
  const role = makeRole(make, "flow-log-role", {
    context,
    name: ["flow-log"],
    description: `Writes the flow logs of ${context.system} in ${context.placement}`,
    trust: serviceTrust("vpc-flow-logs.amazonaws.com", accountOf(args.parent).id),
  });
  const policy = make(aws.iam.RolePolicy, "flow-log-policy", {
    role: role.id,
    policy: policyDocument([
      {
        Sid: "Write",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"],
        Resource: [group.arn, pulumi.interpolate`${group.arn}:*`],
      },
    ]),
  });
  return make(
    aws.ec2.FlowLog,
    "flow-log",
    {
      vpcId: args.vpcId,
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
      logDestination: group.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: 60,
      tags: context.tags,
    },
    { dependsOn: [policy] },
  );
}
