import { launched } from "./network";
import { type AwsTable, arnOf, type Right, type Subject, textOf } from "./row";

const inCluster = (kind: string, rest: (subject: Subject) => string) => (subject: Subject) => {
  const cluster = subject.name("clusterName");
  // Making a part is an action on its cluster.
  return [
    arnOf("eks", subject.place, `cluster/${cluster}`),
    arnOf("eks", subject.place, `${kind}/${cluster}/${rest(subject)}`),
  ];
};

/** Clusters and what is in them that EKS runs. */
export const COMPUTE: AwsTable = {
  "aws:eks/cluster:Cluster": {
    service: "eks",
    arn: (subject) => [arnOf("eks", subject.place, `cluster/${subject.name("name")}`)],
    create: "TagResource",
    manage:
      "DescribeCluster DescribeUpdate ListUpdates UpdateClusterConfig UpdateClusterVersion AssociateEncryptionConfig DeleteCluster ListTagsForResource UntagResource",
    open: "CreateCluster DescribeClusterVersions",
    also: () => [
      {
        service: "ec2",
        actions: ["DescribeSubnets", "DescribeVpcs", "DescribeSecurityGroups"],
        resources: ["*"],
      },
    ],
    through: "eks",
    linkedRoles: ["eks.amazonaws.com"],
  },
  "aws:eks/nodeGroup:NodeGroup": {
    service: "eks",
    arn: inCluster("nodegroup", (subject) => `${subject.name("nodeGroupName")}/*`),
    create: "CreateNodegroup TagResource",
    manage:
      "DescribeNodegroup UpdateNodegroupConfig UpdateNodegroupVersion DeleteNodegroup DescribeUpdate ListUpdates ListTagsForResource UntagResource",
    // EKS tries the launch with the rights of whoever asks for the group.
    also: (subject) => [
      ...launched(subject),
      {
        service: "ec2",
        actions: ["RunInstances"],
        resources: ["launch-template", "subnet", "security-group"].map((kind) =>
          arnOf("ec2", subject.place, `${kind}/*`),
        ),
        tagged: true,
      },
      {
        service: "ec2",
        actions: ["DescribeLaunchTemplateVersions", "DescribeLaunchTemplates", "DescribeInstanceTypes"],
        resources: ["*"],
      },
    ],
    linkedRoles: ["eks-nodegroup.amazonaws.com", "autoscaling.amazonaws.com", "spot.amazonaws.com"],
  },
  "aws:eks/fargateProfile:FargateProfile": {
    service: "eks",
    arn: inCluster("fargateprofile", (subject) => `${subject.name("fargateProfileName")}/*`),
    create: "CreateFargateProfile TagResource",
    manage: "DescribeFargateProfile DeleteFargateProfile ListTagsForResource UntagResource",
    linkedRoles: ["eks-fargate.amazonaws.com"],
  },
  "aws:eks/addon:Addon": {
    service: "eks",
    arn: (subject) => [
      ...inCluster("addon", (addon) => `${textOf(addon, "addonName") ?? "*"}/*`)(subject),
      ...inCluster("podidentityassociation", () => "*")(subject),
    ],
    create: "CreateAddon TagResource",
    manage:
      "DescribeAddon UpdateAddon DeleteAddon DescribeUpdate CreatePodIdentityAssociation DescribePodIdentityAssociation UpdatePodIdentityAssociation DeletePodIdentityAssociation ListTagsForResource UntagResource",
    open: "DescribeAddonVersions DescribeAddonConfiguration",
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    service: "eks",
    arn: inCluster("podidentityassociation", () => "*"),
    create: "CreatePodIdentityAssociation TagResource",
    manage:
      "DescribePodIdentityAssociation ListPodIdentityAssociations UpdatePodIdentityAssociation DeletePodIdentityAssociation ListTagsForResource UntagResource",
  },
  "aws:eks/accessEntry:AccessEntry": {
    service: "eks",
    arn: inCluster("access-entry", () => "*"),
    create: "CreateAccessEntry TagResource",
    manage: "DescribeAccessEntry UpdateAccessEntry DeleteAccessEntry ListTagsForResource UntagResource",
  },
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
    service: "eks",
    manage: "AssociateAccessPolicy DisassociateAccessPolicy ListAssociatedAccessPolicies",
  },
  "aws:dlm/lifecyclePolicy:LifecyclePolicy": {
    service: "dlm",
    by: "tags",
    arn: ({ place }) => [arnOf("dlm", place, "policy/*")],
    create: "CreateLifecyclePolicy",
    createsUnnamed: true,
    claim: "TagResource",
    manage:
      "GetLifecyclePolicy UpdateLifecyclePolicy DeleteLifecyclePolicy ListTagsForResource TagResource UntagResource",
  },
  "aws:scheduler/schedule:Schedule": {
    service: "scheduler",
    arn: (subject) => [arnOf("scheduler", subject.place, `schedule/default/${subject.name("name")}`)],
    create: "CreateSchedule",
    manage: "GetSchedule UpdateSchedule DeleteSchedule",
  },
  "aws:sqs/queue:Queue": {
    service: "sqs",
    arn: (subject) => [arnOf("sqs", subject.place, subject.name("name"))],
    create: "CreateQueue TagQueue",
    manage: "GetQueueAttributes GetQueueUrl SetQueueAttributes DeleteQueue ListQueueTags UntagQueue",
  },
  "aws:sqs/queuePolicy:QueuePolicy": { service: "sqs", manage: "GetQueueAttributes SetQueueAttributes" },
};

/** What functions that only look something up ask for. */
export const READS: Readonly<Record<string, (subject: Subject) => readonly Right[]>> = {
  // Nobody needs a right for these.
  "aws:index/getCallerIdentity:getCallerIdentity": () => [],
  "aws:index/getPartition:getPartition": () => [],
  "aws:index/getRegion:getRegion": () => [],
  "aws:iam/getPolicyDocument:getPolicyDocument": () => [],
  "aws:index/getAvailabilityZones:getAvailabilityZones": look("ec2", "DescribeAvailabilityZones"),
  "aws:ec2/getVpc:getVpc": look("ec2", "DescribeVpcs", "DescribeRouteTables"),
  "aws:ec2/getSubnet:getSubnet": look("ec2", "DescribeSubnets"),
  "aws:ec2/getManagedPrefixList:getManagedPrefixList": (subject) => [
    ...look("ec2", "DescribeManagedPrefixLists")(),
    {
      service: "ec2",
      actions: ["GetManagedPrefixListEntries"],
      resources: [`arn:${subject.place.partition}:ec2:${subject.region}:aws:prefix-list/*`],
      reason: "the list is AWS's own, and its id differs by region",
    },
  ],
  "aws:eks/getCluster:getCluster": (subject) => [
    {
      service: "eks",
      actions: ["DescribeCluster"],
      resources: [arnOf("eks", subject.place, `cluster/${subject.name("name")}`)],
    },
  ],
  "aws:route53/getZone:getZone": (subject) => [
    {
      service: "route53",
      actions: ["GetHostedZone", "ListTagsForResource"],
      resources: [arnOf("route53", subject.place, `hostedzone/${textOf(subject, "zoneId") ?? "*"}`, "bare")],
    },
  ],
  "aws:guardduty/getDetector:getDetector": (subject) => [
    {
      service: "guardduty",
      actions: ["GetDetector", "ListTagsForResource"],
      resources: [arnOf("guardduty", subject.place, `detector/${textOf(subject, "id") ?? "*"}`)],
    },
  ],
  "aws:kms/getKey:getKey": (subject) => [
    { service: "kms", actions: ["DescribeKey"], resources: [textOf(subject, "keyId") ?? "*"] },
  ],
  "aws:ssm/getParameter:getParameter": ({ place, ...subject }) => [
    {
      service: "ssm",
      actions: ["GetParameter"],
      // Public ones belong to no account.
      resources: [
        `arn:${place.partition}:ssm:${place.region}::parameter${textOf({ place, ...subject }, "name") ?? "/*"}`,
      ],
    },
  ],
};

function look(service: string, ...actions: readonly string[]) {
  return (): readonly Right[] => [{ service, actions, resources: ["*"] }];
}
