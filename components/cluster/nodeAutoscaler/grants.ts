import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../aws/account";
import type { Grant } from "../../binding";
import type { Context } from "../../context";

export interface ControllerArgs {
  readonly context: Context;
  readonly account: Account;
  readonly clusterName: string;
  readonly nodeRoleArn: pulumi.Input<string>;
  readonly queueArn: pulumi.Input<string>;
}

/**
 * What the controller may do: make and end machines that carry this cluster's tags, and look. Its own documentation's
 * policy lets it make instance profiles as well, which are this program's here.
 * https://karpenter.sh/docs/reference/cloudformation/
 */
export function controllerGrants(args: ControllerArgs): readonly Grant[] {
  const { context, account, clusterName } = args;
  const { region } = context;
  const ec2 = (owner: "" | "*", ...kinds: readonly string[]) =>
    kinds.map((kind) => pulumi.interpolate`arn:${account.partition}:ec2:${region}:${owner}:${kind}/*`);
  const made = ec2(
    "*",
    "fleet",
    "instance",
    "volume",
    "network-interface",
    "launch-template",
    "spot-instances-request",
  );
  const cluster = `kubernetes.io/cluster/${clusterName}`;
  const owned = {
    StringEquals: { [`aws:ResourceTag/${cluster}`]: "owned" },
    StringLike: { "aws:ResourceTag/karpenter.sh/nodepool": "*" },
  };
  const marked = {
    StringEquals: { [`aws:RequestTag/${cluster}`]: "owned", "aws:RequestTag/eks:eks-cluster-name": clusterName },
    StringLike: { "aws:RequestTag/karpenter.sh/nodepool": "*" },
  };
  const launch = ["ec2:RunInstances", "ec2:CreateFleet"];
  return [
    {
      id: "launch-from",
      actions: launch,
      resources: [...ec2("", "image", "snapshot"), ...ec2("*", "security-group", "subnet", "capacity-reservation")],
    },
    { id: "launch-by-template", actions: launch, resources: ec2("*", "launch-template"), conditions: owned },
    { id: "launch", actions: [...launch, "ec2:CreateLaunchTemplate"], resources: made, conditions: marked },
    {
      id: "tag-at-launch",
      actions: ["ec2:CreateTags"],
      resources: made,
      conditions: {
        ...marked,
        StringEquals: {
          ...marked.StringEquals,
          "ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"],
        },
      },
    },
    {
      id: "tag-own",
      actions: ["ec2:CreateTags"],
      resources: ec2("*", "instance"),
      conditions: {
        ...owned,
        "ForAllValues:StringEquals": { "aws:TagKeys": ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"] },
      },
    },
    {
      id: "end",
      actions: ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"],
      resources: ec2("*", "instance", "launch-template"),
      conditions: owned,
    },
    {
      id: "look",
      // None of these takes a resource. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
      actions: [
        "ec2:DescribeCapacityReservations",
        "ec2:DescribeImages",
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceStatus",
        "ec2:DescribeInstanceTypeOfferings",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplates",
        "ec2:DescribePlacementGroups",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSpotPriceHistory",
        "ec2:DescribeSubnets",
      ],
      resources: ["*"],
      conditions: { StringEquals: { "aws:RequestedRegion": region } },
    },
    {
      id: "images",
      actions: ["ssm:GetParameter"],
      resources: [pulumi.interpolate`arn:${account.partition}:ssm:${region}::parameter/aws/service/*`],
    },
    // Neither takes a resource. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awspricelist.html
    { id: "prices", actions: ["pricing:GetProducts"], resources: ["*"] },
    { id: "profiles", actions: ["iam:ListInstanceProfiles"], resources: ["*"] },
    {
      id: "profile",
      actions: ["iam:GetInstanceProfile"],
      resources: [pulumi.interpolate`arn:${account.partition}:iam::${account.id}:instance-profile/*`],
    },
    {
      id: "pass",
      actions: ["iam:PassRole"],
      resources: [args.nodeRoleArn],
      conditions: { StringEquals: { "iam:PassedToService": ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"] } },
    },
    {
      id: "cluster",
      actions: ["eks:DescribeCluster"],
      resources: [pulumi.interpolate`arn:${account.partition}:eks:${region}:${account.id}:cluster/${clusterName}`],
    },
    {
      id: "interruptions",
      actions: ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
      resources: [args.queueArn],
    },
  ];
}
