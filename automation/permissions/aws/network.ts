import { type AwsTable, arnOf, type Right, type Subject } from "./row";

/** ARNs of EC2's resources of these kinds: their ids are made up by AWS, so that only tags tell whose they are. */
export function ec2(...kinds: readonly string[]) {
  return ({ place }: Subject) => kinds.map((kind) => arnOf("ec2", place, `${kind}/*`));
}

const TAGGED = { service: "ec2", by: "tags", claim: "CreateTags" } as const;

/** A right of EC2 on what carries no tag of the system at that moment. */
function untagged(actions: readonly string[], kinds: readonly string[], reason: string) {
  return (subject: Subject): readonly Right[] => [
    { service: "ec2", actions, resources: ec2(...kinds)(subject), reason },
  ];
}

/** The network, its groups and its endpoints. */
export const NETWORK: AwsTable = {
  "aws:ec2/vpc:Vpc": {
    ...TAGGED,
    arn: ec2("vpc"),
    create: "CreateVpc",
    manage: "DeleteVpc DescribeVpcAttribute ModifyVpcAttribute CreateTags DeleteTags",
    open: "DescribeVpcs DescribeNetworkAcls DescribeRouteTables DescribeSecurityGroups",
  },
  "aws:ec2/subnet:Subnet": {
    ...TAGGED,
    arn: ec2("subnet"),
    create: "CreateSubnet",
    manage: "CreateSubnet DeleteSubnet ModifySubnetAttribute CreateTags DeleteTags",
    open: "DescribeSubnets DescribeAvailabilityZones DescribeNetworkInterfaces",
  },
  "aws:ec2/routeTable:RouteTable": {
    ...TAGGED,
    arn: ec2("route-table"),
    create: "CreateRouteTable",
    manage: "CreateRouteTable DeleteRouteTable CreateTags DeleteTags",
    open: "DescribeRouteTables",
  },
  "aws:ec2/route:Route": {
    service: "ec2",
    by: "tags",
    manage: "CreateRoute ReplaceRoute DeleteRoute",
    open: "DescribeRouteTables",
  },
  "aws:ec2/routeTableAssociation:RouteTableAssociation": {
    service: "ec2",
    by: "tags",
    manage: "AssociateRouteTable DisassociateRouteTable ReplaceRouteTableAssociation",
    open: "DescribeRouteTables",
  },
  "aws:ec2/internetGateway:InternetGateway": {
    ...TAGGED,
    arn: ec2("internet-gateway"),
    create: "CreateInternetGateway",
    manage: "AttachInternetGateway DetachInternetGateway DeleteInternetGateway CreateTags DeleteTags",
    open: "DescribeInternetGateways",
  },
  "aws:ec2/eip:Eip": {
    ...TAGGED,
    arn: ec2("elastic-ip"),
    create: "AllocateAddress",
    manage: "AssociateAddress DisassociateAddress ReleaseAddress CreateTags DeleteTags",
    open: "DescribeAddresses DescribeAddressesAttribute",
  },
  "aws:ec2/natGateway:NatGateway": {
    ...TAGGED,
    arn: ec2("natgateway"),
    create: "CreateNatGateway",
    manage: "CreateNatGateway DeleteNatGateway CreateTags DeleteTags",
    open: "DescribeNatGateways",
  },
  "aws:ec2/securityGroup:SecurityGroup": {
    ...TAGGED,
    arn: ec2("security-group"),
    create: "CreateSecurityGroup",
    manage:
      "CreateSecurityGroup DeleteSecurityGroup RevokeSecurityGroupEgress RevokeSecurityGroupIngress CreateTags DeleteTags",
    open: "DescribeSecurityGroups DescribeNetworkInterfaces",
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    service: "ec2",
    by: "tags",
    arn: ec2("security-group"),
    manage: "RevokeSecurityGroupEgress RevokeSecurityGroupIngress CreateTags DeleteTags",
    open: "DescribeSecurityGroups",
    also: ({ place }) => [
      {
        service: "ec2",
        actions: ["CreateTags", "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress"],
        resources: [arnOf("ec2", place, "security-group/*")],
        condition: { Null: { "aws:ResourceTag/system": "true" } },
        reason: "the default group comes with its VPC and has no tags until it is adopted",
      },
    ],
  },
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
    ...TAGGED,
    arn: ec2("security-group-rule"),
    create: "AuthorizeSecurityGroupIngress",
    manage:
      "AuthorizeSecurityGroupIngress RevokeSecurityGroupIngress ModifySecurityGroupRules UpdateSecurityGroupRuleDescriptionsIngress CreateTags DeleteTags",
    open: "DescribeSecurityGroupRules DescribeSecurityGroups",
    also: prefixLists,
  },
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
    ...TAGGED,
    arn: ec2("security-group-rule"),
    create: "AuthorizeSecurityGroupEgress",
    manage:
      "AuthorizeSecurityGroupEgress RevokeSecurityGroupEgress ModifySecurityGroupRules UpdateSecurityGroupRuleDescriptionsEgress CreateTags DeleteTags",
    open: "DescribeSecurityGroupRules DescribeSecurityGroups",
    also: prefixLists,
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    ...TAGGED,
    arn: ec2("vpc-endpoint"),
    create: "CreateVpcEndpoint",
    manage: "CreateVpcEndpoint ModifyVpcEndpoint DeleteVpcEndpoints CreateTags DeleteTags",
    open: "DescribeVpcEndpoints DescribePrefixLists",
  },
  "aws:ec2/flowLog:FlowLog": {
    ...TAGGED,
    arn: ec2("vpc-flow-log"),
    create: "CreateFlowLogs",
    manage: "CreateFlowLogs DeleteFlowLogs CreateTags DeleteTags",
    open: "DescribeFlowLogs",
    also: () => [
      {
        service: "logs",
        actions: ["CreateLogDelivery", "DeleteLogDelivery"],
        resources: ["*"],
      },
    ],
  },
  "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": {
    ...TAGGED,
    arn: ec2("vpc-peering-connection"),
    create: "CreateVpcPeeringConnection",
    manage:
      "CreateVpcPeeringConnection DeleteVpcPeeringConnection ModifyVpcPeeringConnectionOptions CreateTags DeleteTags",
    open: "DescribeVpcPeeringConnections",
  },
  "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": {
    service: "ec2",
    by: "tags",
    arn: ec2("vpc-peering-connection", "vpc"),
    manage: "AcceptVpcPeeringConnection ModifyVpcPeeringConnectionOptions CreateTags DeleteTags",
    open: "DescribeVpcPeeringConnections",
    also: ({ place }) => [
      {
        service: "ec2",
        actions: ["AcceptVpcPeeringConnection", "CreateTags"],
        resources: [arnOf("ec2", place, "vpc-peering-connection/*")],
        condition: { Null: { "aws:ResourceTag/system": "true" } },
        reason: "the other side of a peering has no tags until it is accepted",
      },
    ],
  },
  "aws:ec2/networkInterface:NetworkInterface": {
    ...TAGGED,
    arn: ec2("network-interface"),
    create: "CreateNetworkInterface",
    manage:
      "CreateNetworkInterface DeleteNetworkInterface ModifyNetworkInterfaceAttribute DetachNetworkInterface CreateTags DeleteTags",
    open: "DescribeNetworkInterfaces",
  },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    ...TAGGED,
    arn: ec2("launch-template"),
    create: "CreateLaunchTemplate",
    manage: "CreateLaunchTemplateVersion ModifyLaunchTemplate DeleteLaunchTemplate CreateTags DeleteTags",
    open: "DescribeLaunchTemplates DescribeLaunchTemplateVersions",
  },
  "aws:ec2/instance:Instance": {
    ...TAGGED,
    arn: ec2("instance"),
    create: "RunInstances",
    manage:
      "RunInstances TerminateInstances StopInstances StartInstances ModifyInstanceAttribute ModifyInstanceMetadataOptions MonitorInstances UnmonitorInstances DescribeInstanceAttribute CreateTags DeleteTags",
    open: "DescribeInstances DescribeInstanceTypes DescribeInstanceCreditSpecifications DescribeVolumes DescribeImages DescribeTags DescribeIamInstanceProfileAssociations",
    also: launched,
    through: "ec2",
  },
  "aws:ebs/volume:Volume": {
    ...TAGGED,
    arn: ec2("volume"),
    create: "CreateVolume",
    manage: "ModifyVolume DeleteVolume CreateSnapshot CreateTags DeleteTags",
    open: "DescribeVolumes DescribeVolumesModifications",
    also: untagged(["CreateSnapshot"], ["snapshot"], "a snapshot has no tags before it is made"),
    through: "ec2",
  },
  "aws:ec2/volumeAttachment:VolumeAttachment": {
    service: "ec2",
    by: "tags",
    manage: "AttachVolume DetachVolume StopInstances StartInstances",
    open: "DescribeVolumes DescribeInstances",
  },
};

/** A launch is allowed only into subnets and groups of the system; what it makes besides the instance has no tags yet. */
export function launched({ place }: Subject): readonly Right[] {
  return [
    {
      service: "ec2",
      actions: ["RunInstances"],
      resources: [
        `arn:${place.partition}:ec2:${place.region}::image/*`,
        ...["instance", "volume", "network-interface"].map((kind) => arnOf("ec2", place, `${kind}/*`)),
      ],
      reason:
        "images are AWS's, and what a launch makes has no tags yet; subnets, groups and templates must have the system's",
    },
    {
      service: "ec2",
      actions: ["CreateTags"],
      resources: ["instance", "volume", "network-interface"].map((kind) => arnOf("ec2", place, `${kind}/*`)),
      condition: { StringEquals: { "ec2:CreateAction": "RunInstances" } },
    },
  ];
}

function prefixLists({ inputs, place }: Subject): readonly Right[] {
  return inputs.prefixListId === undefined
    ? []
    : [
        {
          service: "ec2",
          actions: ["ModifySecurityGroupRules"],
          resources: [`arn:${place.partition}:ec2:${place.region}:aws:prefix-list/*`],
          reason: "the list of CloudFront's addresses is AWS's own",
        },
      ];
}
