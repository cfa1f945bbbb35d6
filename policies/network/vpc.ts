import { at, isSet, isTrue, list, text } from "../read";
import { type Rule, resourceRule, stackRule } from "../rule";
import { mustBeFalse, mustBeTrue, mustNotBeTrue } from "../simple";
import { ofTypes, refersTo } from "../stack";

const VPC = ["aws:ec2/vpc:Vpc"];

export const flowLogs = stackRule({
  id: "vpc-flow-log",
  title: "Every VPC has a flow log",
  severity: "medium",
  level: "mandatory",
  fix: "Add an aws.ec2.FlowLog with the VPC's id.",
  sources: ["CKV2_AWS_11", "EC2.6"],
  resources: VPC,
  checkStack({ resources }, report) {
    const logs = ofTypes(resources, ["aws:ec2/flowLog:FlowLog"]);
    for (const vpc of ofTypes(resources, VPC)) {
      if (!logs.some((log) => refersTo(log, "vpcId", vpc))) report("no FlowLog names the VPC", vpc);
    }
  },
});

export const defaultGroupAdopted = stackRule({
  id: "vpc-default-security-group-adopted",
  title: "Every VPC's default security group is adopted",
  description: "Left alone it lets its members talk freely",
  severity: "high",
  level: "mandatory",
  fix: "Add an aws.ec2.DefaultSecurityGroup with the VPC's id and no rules.",
  sources: ["CKV2_AWS_12", "EC2.2"],
  resources: VPC,
  checkStack({ resources }, report) {
    const groups = ofTypes(resources, ["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"]);
    for (const vpc of ofTypes(resources, VPC)) {
      if (!groups.some((group) => refersTo(group, "vpcId", vpc))) report("no DefaultSecurityGroup names the VPC", vpc);
    }
  },
});

export const defaultGroupEmpty = resourceRule({
  id: "default-security-group-empty",
  title: "The default security group has no rules",
  severity: "high",
  level: "mandatory",
  fix: "Remove ingress and egress.",
  sources: ["CKV2_AWS_12", "EC2.2"],
  resources: ["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"],
  check({ props }, report) {
    for (const field of ["ingress", "egress"]) {
      if (list(props[field]).length > 0) report(`${field} is not empty`);
    }
  },
});

export const subnetPublicAddresses = mustNotBeTrue(
  {
    id: "subnet-no-public-addresses",
    title: "Subnets give out no public addresses by themselves",
    severity: "medium",
    level: "mandatory",
    fix: "Set mapPublicIpOnLaunch: false.",
    sources: ["CKV_AWS_130", "EC2.15"],
    resources: ["aws:ec2/subnet:Subnet"],
  },
  ["mapPublicIpOnLaunch"],
  { remediable: true },
);

const WANTED_ENDPOINTS = ["s3", "ecr.api", "ecr.dkr", "sts", "secretsmanager", "kms", "logs"];

export const endpoints = stackRule<{ readonly services: readonly string[] }>({
  id: "vpc-private-endpoints",
  title: "Every VPC has private endpoints for the services in use",
  severity: "low",
  level: "advisory",
  fix: "Add an aws.ec2.VpcEndpoint per service: a gateway for s3, an interface for the others.",
  sources: ["EC2.10"],
  config: {
    properties: { services: { type: "array", items: { type: "string" }, default: WANTED_ENDPOINTS } },
    defaults: { services: WANTED_ENDPOINTS },
  },
  resources: VPC,
  checkStack({ resources }, report, { services }) {
    const all = ofTypes(resources, ["aws:ec2/vpcEndpoint:VpcEndpoint"]);
    for (const vpc of ofTypes(resources, VPC)) {
      const present = all
        .filter((endpoint) => refersTo(endpoint, "vpcId", vpc))
        .map((endpoint) => text(endpoint.props.serviceName) ?? "");
      const missing = services.filter((service) => !present.some((name) => name.endsWith(`.${service}`)));
      if (missing.length > 0) report(`no VpcEndpoint for ${missing.join(", ")}`, vpc);
    }
  },
});

export const gcpCustomNetwork = mustBeFalse(
  {
    id: "gcp-network-custom-mode",
    title: "Google networks are made in custom mode",
    description: "Auto mode makes a subnet with the same range in every region, as the default network does",
    severity: "medium",
    level: "mandatory",
    fix: "Set autoCreateSubnetworks: false.",
    sources: ["CKV_GCP_27", "CKV2_GCP_18"],
    resources: ["gcp:compute/network:Network"],
  },
  ["autoCreateSubnetworks"],
);

const SUBNETWORK = ["gcp:compute/subnetwork:Subnetwork"];

export const gcpFlowLogs = resourceRule({
  id: "gcp-subnet-flow-logs",
  title: "Google subnets log their flows",
  severity: "medium",
  level: "mandatory",
  fix: "Set logConfig.",
  sources: ["CKV_GCP_26"],
  resources: SUBNETWORK,
  check({ props, notApplicable }, report) {
    const purpose = text(props.purpose);
    if (purpose !== undefined && purpose !== "PRIVATE") notApplicable("Proxy-only subnets cannot log");
    if (!isSet(props.logConfig)) report("logConfig is not set");
  },
});

export const gcpPrivateAccess = mustBeTrue(
  {
    id: "gcp-subnet-private-access",
    title: "Google subnets reach Google's services privately",
    severity: "medium",
    level: "mandatory",
    fix: "Set privateIpGoogleAccess: true.",
    sources: ["CKV_GCP_74"],
    resources: SUBNETWORK,
  },
  ["privateIpGoogleAccess"],
  {
    remediable: true,
    unless: ({ purpose }) =>
      isSet(purpose) && purpose !== "PRIVATE" ? "Proxy-only subnets have no instances" : undefined,
  },
);

const INSTANCES = ["aws:ec2/instance:Instance", "gcp:compute/instance:Instance"];

export const instancePublicAddress = resourceRule({
  id: "instance-no-public-address",
  title: "Instances have no public address",
  description: "A single host that serves the internet itself needs one, by exemption",
  severity: "high",
  level: "mandatory",
  fix: "Set associatePublicIpAddress: false, or on Google remove accessConfigs.",
  sources: ["CKV_AWS_88", "EC2.9", "CKV_GCP_40"],
  resources: INSTANCES,
  check({ type, props }, report) {
    if (type === "aws:ec2/instance:Instance") {
      if (isTrue(props.associatePublicIpAddress)) report("associatePublicIpAddress is true");
      return;
    }
    list(props.networkInterfaces).forEach((network, index) => {
      if (list(at(network, "accessConfigs")).length > 0)
        report(`networkInterfaces[${index}].accessConfigs is not empty`);
    });
  },
});

export const vpcRules: readonly Rule[] = [
  flowLogs,
  defaultGroupAdopted,
  defaultGroupEmpty,
  subnetPublicAddresses,
  endpoints,
  gcpCustomNetwork,
  gcpFlowLogs,
  gcpPrivateAccess,
  instancePublicAddress,
];
