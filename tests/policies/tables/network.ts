import { type CaseTable, flag, missing, one, unflagged } from "../cases";
import { DELETE, type TestResource } from "../harness";

const endpoint = (service: string): TestResource => ({
  type: "aws:ec2/vpcEndpoint:VpcEndpoint",
  name: service,
  props: { vpcId: "vpc-1", serviceName: `com.amazonaws.us-east-1.${service}` },
});
const vpc: readonly TestResource[] = [
  { type: "aws:ec2/vpc:Vpc", name: "main", props: { id: "vpc-1", cidrBlock: "10.0.0.0/16" } },
  { type: "aws:ec2/flowLog:FlowLog", props: { vpcId: "vpc-1" } },
  { type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", props: { vpcId: "vpc-1", ingress: [], egress: [] } },
  ...["s3", "ecr.api", "ecr.dkr", "sts", "secretsmanager", "kms", "logs"].map(endpoint),
];
const subnetwork = one("gcp:compute/subnetwork:Subnetwork", { logConfig: {}, privateIpGoogleAccess: true });
const group: readonly TestResource[] = [
  {
    type: "aws:ec2/securityGroup:SecurityGroup",
    props: {
      ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"], description: "HTTPS" }],
      egress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"], description: "HTTPS out" }],
    },
  },
  {
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    props: { ipProtocol: "tcp", fromPort: 5432, toPort: 5432, cidrIpv4: "10.0.0.0/16", description: "Postgres" },
  },
  {
    type: "aws:ec2/securityGroupRule:SecurityGroupRule",
    props: {
      type: "egress",
      protocol: "tcp",
      fromPort: 443,
      toPort: 443,
      ipv6CidrBlocks: ["::/0"],
      description: "HTTPS",
    },
  },
];
const firewall = one("gcp:compute/firewall:Firewall", {
  direction: "INGRESS",
  sourceRanges: ["35.191.0.0/16"],
  allows: [{ protocol: "tcp", ports: ["20-8080"] }],
});
const gke = one("gcp:container/cluster:Cluster", {
  privateClusterConfig: { enablePrivateNodes: true },
  masterAuthorizedNetworksConfig: { cidrBlocks: [{ cidrBlock: "10.0.0.0/8" }] },
});

export const table: CaseTable = {
  "vpc-flow-log": {
    base: vpc,
    fails: [
      { at: "", to: DELETE, on: 1, message: "no FlowLog names the VPC" },
      { at: "vpcId", to: "vpc-2", on: 1, message: "no FlowLog names the VPC" },
    ],
    unknown: [{ at: "vpcId", on: 1 }],
  },
  "vpc-default-security-group-adopted": {
    base: vpc,
    fails: [{ at: "", to: DELETE, on: 2, message: "no DefaultSecurityGroup names the VPC" }],
    unknown: [{ at: "vpcId", on: 2 }],
  },
  "default-security-group-empty": {
    base: vpc,
    fails: [{ at: "ingress", to: [{ self: true }], on: 2, message: "ingress is not empty" }],
    unknown: [{ at: "egress", on: 2 }],
  },
  "subnet-no-public-addresses": unflagged(
    one("aws:ec2/subnet:Subnet", { mapPublicIpOnLaunch: false }),
    "mapPublicIpOnLaunch",
  ),
  "vpc-private-endpoints": {
    base: vpc,
    fails: [
      { at: "", to: DELETE, on: 9, message: "no VpcEndpoint for logs" },
      {
        at: "cidrBlock",
        to: "10.1.0.0/16",
        config: { services: ["s3", "sqs"] },
        message: "no VpcEndpoint for sqs",
      },
    ],
    unknown: [{ at: "serviceName", on: 3 }],
  },
  "gcp-network-custom-mode": {
    base: one("gcp:compute/network:Network", { autoCreateSubnetworks: false }),
    fails: [
      { at: "autoCreateSubnetworks", to: true, message: "autoCreateSubnetworks is true, not false" },
      { at: "autoCreateSubnetworks", to: DELETE, message: "autoCreateSubnetworks is unset, not false" },
    ],
    unknown: ["autoCreateSubnetworks"],
  },
  "gcp-subnet-flow-logs": missing(subnetwork, "logConfig"),
  "gcp-subnet-private-access": flag(subnetwork, "privateIpGoogleAccess"),
  "instance-no-public-address": {
    base: [
      { type: "aws:ec2/instance:Instance", props: { associatePublicIpAddress: false } },
      { type: "gcp:compute/instance:Instance", props: { networkInterfaces: [{ network: "main" }] } },
    ],
    fails: [
      { at: "associatePublicIpAddress", to: true, message: "associatePublicIpAddress is true" },
      {
        at: "networkInterfaces.0.accessConfigs",
        to: [{}],
        on: 1,
        message: "networkInterfaces[0].accessConfigs is not empty",
      },
    ],
    unknown: ["associatePublicIpAddress", { at: "networkInterfaces", on: 1 }].map((entry) =>
      typeof entry === "string" ? { at: entry } : entry,
    ),
  },
  "security-group-no-world-ingress": {
    base: group,
    fails: [
      { at: "ingress.0.fromPort", to: 22, message: "ingress[0]: port 22 is open to the world" },
      { at: "cidrIpv4", to: "0.0.0.0/0", on: 1, message: "port 5432 is open to the world" },
      { at: "cidrIpv4", to: "203.0.113.9/0", on: 1, message: "port 5432 is open to the world" },
      { at: "cidrIpv4", to: "128.0.0.0/1", on: 1, message: "port 5432 is open to the world" },
      { at: "cidrIpv6", to: "::/0", on: 1, message: "port 5432 is open to the world" },
    ],
    unknown: [{ at: "cidrIpv4", on: 1 }, { at: "ingress.0.cidrBlocks" }],
  },
  "security-group-no-all-protocols": {
    base: group,
    fails: [
      { at: "ingress.0.protocol", to: "-1", message: "ingress[0]: protocol is -1, every protocol and port" },
      { at: "ipProtocol", to: "-1", on: 1, message: "protocol is -1, every protocol and port" },
    ],
    unknown: [{ at: "ipProtocol", on: 1 }],
  },
  "security-group-rules-described": {
    base: group,
    fails: [
      { at: "egress.0.description", to: DELETE, message: "egress[0]: description is not set" },
      { at: "description", to: "", on: 1, message: "description is not set" },
    ],
    unknown: ["ingress.0.description"],
  },
  "security-group-world-egress": {
    base: group,
    fails: [
      { at: "egress.0.protocol", to: "-1", message: "egress[0]: every protocol is open to the world" },
      { at: "protocol", to: "-1", on: 2, message: "every protocol is open to the world" },
    ],
    unknown: ["egress.0.protocol"],
  },
  "gcp-firewall-no-world-ingress": {
    base: firewall,
    fails: [
      {
        at: "sourceRanges",
        to: ["0.0.0.0/0"],
        message: "allows[0]: 22, 3389, 5432, 3306, 6379, 6333, 2375, 2376 of tcp is open to the world",
      },
      {
        at: "sourceRanges",
        to: DELETE,
        message: "allows[0]: 22, 3389, 5432, 3306, 6379, 6333, 2375, 2376 of tcp is open to the world",
      },
    ],
    unknown: ["sourceRanges"],
  },
  "eks-node-group-ssh-restricted": {
    base: one("aws:eks/nodeGroup:NodeGroup", {
      remoteAccess: { ec2SshKey: "admin", sourceSecurityGroupIds: ["sg-1"] },
    }),
    fails: [
      {
        at: "remoteAccess.sourceSecurityGroupIds",
        to: [],
        message: "remoteAccess.ec2SshKey is set without sourceSecurityGroupIds",
      },
      {
        at: "remoteAccess",
        to: { ec2SshKey: "admin" },
        message: "remoteAccess.ec2SshKey is set without sourceSecurityGroupIds",
      },
    ],
    passes: [
      { at: "remoteAccess", to: DELETE },
      { at: "remoteAccess", to: { sourceSecurityGroupIds: [] } },
    ],
    unknown: ["remoteAccess.ec2SshKey", "remoteAccess.sourceSecurityGroupIds"],
  },
  "eks-endpoint-restricted": {
    base: one("aws:eks/cluster:Cluster", {
      vpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] },
    }),
    fails: [
      {
        at: "vpcConfig.publicAccessCidrs",
        to: ["203.0.113.0/24", "0.0.0.0/0"],
        message: "vpcConfig.endpointPublicAccess is on for the whole world",
      },
      {
        at: "vpcConfig.publicAccessCidrs",
        to: ["0.0.0.0/0"],
        message: "vpcConfig.endpointPublicAccess is on for the whole world",
      },
      {
        at: "vpcConfig.publicAccessCidrs",
        to: DELETE,
        message: "vpcConfig.endpointPublicAccess is on for the whole world",
      },
    ],
    unknown: ["vpcConfig.endpointPublicAccess", "vpcConfig.publicAccessCidrs"],
  },
  "gke-private-nodes": flag(gke, "privateClusterConfig.enablePrivateNodes"),
  "gke-authorized-networks": {
    base: gke,
    fails: [
      { at: "masterAuthorizedNetworksConfig", to: DELETE, message: "masterAuthorizedNetworksConfig is not set" },
      {
        at: "masterAuthorizedNetworksConfig.cidrBlocks.0.cidrBlock",
        to: "0.0.0.0/0",
        message: "cidrBlocks[0] is the whole world",
      },
    ],
    unknown: ["masterAuthorizedNetworksConfig"],
  },
  "rds-not-public": unflagged(one("aws:rds/instance:Instance", { publiclyAccessible: false }), "publiclyAccessible"),
  "elasticache-own-subnet-group": {
    base: one("aws:elasticache/replicationGroup:ReplicationGroup", { subnetGroupName: "data" }),
    fails: [
      { at: "subnetGroupName", to: DELETE, message: "subnetGroupName is unset" },
      { at: "subnetGroupName", to: "default", message: 'subnetGroupName is "default"' },
    ],
    unknown: ["subnetGroupName"],
  },
  "cloud-sql-private": {
    base: one("gcp:sql/databaseInstance:DatabaseInstance", { settings: { ipConfiguration: { ipv4Enabled: false } } }),
    fails: [
      {
        at: "settings.ipConfiguration.ipv4Enabled",
        to: DELETE,
        message: "settings.ipConfiguration.ipv4Enabled is unset, not false",
      },
    ],
    unknown: ["settings.ipConfiguration.ipv4Enabled"],
  },
};
