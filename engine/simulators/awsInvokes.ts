import { type InvokeContext, type InvokeTable, listArg, stringArg } from "../invokes";
import type { Wire, WireObject } from "../wire";
import { type CloudFacts, cloudOf } from "./cloudFacts";
import { FAKE_TIME, fakeToken, fakeUuid } from "./fakes";
import { policyDocument } from "./policyDocument";
import { awsZones } from "./zones";

/** Functions of AWS that need no account to be answered, or whose answer has a form anyone can make up. */
export const awsInvokes: InvokeTable = {
  "aws:iam/getPolicyDocument:getPolicyDocument": (args) => policyDocument(args),
  "aws:index/getCallerIdentity:getCallerIdentity": (_, context) => {
    const { account, partition } = facts(context);
    return {
      accountId: account,
      arn: `arn:${partition}:sts::${account}:assumed-role/simulated/groundplan`,
      userId: `AROA${fakeToken(account, 17).toUpperCase()}:groundplan`,
      id: account,
    };
  },
  "aws:index/getRegion:getRegion": (args, context) => {
    const region = stringArg(args, "region") ?? stringArg(args, "name") ?? facts(context).region;
    return { region, name: region, id: region, description: region, endpoint: `ec2.${region}.amazonaws.com` };
  },
  "aws:index/getPartition:getPartition": (_, context) => {
    const { partition } = facts(context);
    const dnsSuffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
    return { partition, id: partition, dnsSuffix, reverseDnsPrefix: dnsSuffix.split(".").reverse().join(".") };
  },
  "aws:index/getServicePrincipal:getServicePrincipal": (args, context) => {
    const service = stringArg(args, "serviceName") ?? "";
    const region = stringArg(args, "region") ?? facts(context).region;
    return {
      id: `${service}.${region}.amazonaws.com`,
      name: `${service}.amazonaws.com`,
      serviceName: service,
      suffix: "amazonaws.com",
      region,
    };
  },
  "aws:index/getDefaultTags:getDefaultTags": () => ({ id: "aws", tags: {} }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": (args, context) => {
    const region = stringArg(args, "region") ?? facts(context).region;
    const without = new Set<Wire>([...listArg(args, "excludeNames"), ...listArg(args, "excludeZoneIds")]);
    const zones = awsZones(region).filter((zone) => !without.has(zone.name) && !without.has(zone.id));
    return {
      ...args,
      id: region,
      region,
      names: zones.map((zone) => zone.name),
      zoneIds: zones.map((zone) => zone.id),
      groupNames: [region],
    };
  },
  "aws:index/getAvailabilityZone:getAvailabilityZone": (args, context) => {
    const region = stringArg(args, "region") ?? facts(context).region;
    const zones = awsZones(region);
    const zone = zones.find(({ name, id }) => name === args.name || id === args.zoneId) ?? zones[0];
    return {
      ...args,
      id: zone?.name ?? "",
      name: zone?.name ?? "",
      zoneId: zone?.id ?? "",
      region,
      state: "available",
    };
  },
  "aws:ec2/getAmi:getAmi": (args, context) => {
    const { region, account } = facts(context);
    const imageId = `ami-${fakeToken(`${region}${JSON.stringify(args)}`, 17)}`;
    const architecture = JSON.stringify(args).includes("arm64") ? "arm64" : "x86_64";
    return {
      ...args,
      id: imageId,
      imageId,
      arn: `arn:aws:ec2:${region}::image/${imageId}`,
      architecture,
      creationDate: FAKE_TIME,
      name: `simulated-${architecture}`,
      ownerId: account,
      region,
      rootDeviceName: "/dev/xvda",
      rootDeviceType: "ebs",
      virtualizationType: "hvm",
      blockDeviceMappings: [],
      state: "available",
      tags: {},
    };
  },
  "aws:ssm/getParameter:getParameter": (args, context) => {
    const { region, account, partition } = facts(context);
    const name = stringArg(args, "name") ?? "";
    const value = name.endsWith("/release_version")
      ? "1.0.0-20260101"
      : name.includes("ami")
        ? `ami-${fakeToken(`${region}${name}`, 17)}`
        : `simulated-${fakeToken(name, 12)}`;
    const arn = `arn:${partition}:ssm:${region}:${account}:parameter${name.startsWith("/") ? "" : "/"}${name}`;
    return { ...args, id: name, name, value, insecureValue: value, type: "String", version: 1, arn, region };
  },
  "aws:ec2/getManagedPrefixList:getManagedPrefixList": (args, context) => {
    const id = `pl-${fakeToken(`${facts(context).region}${String(args.name)}`, 8)}`;
    const { region, partition } = facts(context);
    return {
      ...args,
      id,
      arn: `arn:${partition}:ec2:${region}:aws:prefix-list/${id}`,
      name: args.name ?? id,
      entries: [],
      maxEntries: 55,
      addressFamily: "IPv4",
      ownerId: "AWS",
      version: 1,
      tags: {},
      region,
    };
  },
  "aws:ec2/getVpc:getVpc": (args, context) => {
    const id = stringArg(args, "id") ?? `vpc-${seeded(args, 17)}`;
    const { region, account, partition } = facts(context);
    return {
      ...args,
      id,
      arn: `arn:${partition}:ec2:${region}:${account}:vpc/${id}`,
      cidrBlock: args.cidrBlock ?? "10.0.0.0/16",
      mainRouteTableId: `rtb-${fakeToken(id, 17)}`,
      ownerId: account,
      state: "available",
      enableDnsHostnames: true,
      enableDnsSupport: true,
      instanceTenancy: "default",
      cidrBlockAssociations: [],
      tags: args.tags ?? {},
      region,
    };
  },
  "aws:ec2/getSubnets:getSubnets": (args) => ({
    ...args,
    id: seeded(args, 12),
    ids: ["a", "b", "c"].map((letter) => `subnet-${fakeToken(`${JSON.stringify(args)}${letter}`, 17)}`),
  }),
  "aws:ec2/getSubnet:getSubnet": (args, context) => {
    const id = stringArg(args, "id") ?? `subnet-${seeded(args, 17)}`;
    const { region, account, partition } = facts(context);
    const zones = awsZones(region);
    const zone = zones[Number.parseInt(fakeToken(id, 4), 16) % zones.length];
    return {
      ...args,
      id,
      arn: `arn:${partition}:ec2:${region}:${account}:subnet/${id}`,
      availabilityZone: zone?.name ?? "",
      availabilityZoneId: zone?.id ?? "",
      cidrBlock: "10.0.0.0/20",
      vpcId: args.vpcId ?? `vpc-${fakeToken(id, 17)}`,
      tags: args.tags ?? {},
      region,
    };
  },
  "aws:route53/getZone:getZone": (args, context) => {
    const zoneId = stringArg(args, "zoneId") ?? `Z${seeded(args, 13).toUpperCase()}`;
    const { partition } = facts(context);
    return {
      ...args,
      id: zoneId,
      zoneId,
      name: args.name ?? "simulated.invalid",
      arn: `arn:${partition}:route53:::hostedzone/${zoneId}`,
      nameServers: [1, 2, 3, 4].map((at) => `ns-${at * 100}.awsdns-0${at}.org`),
      privateZone: args.privateZone ?? false,
      tags: {},
    };
  },
  "aws:guardduty/getDetector:getDetector": (args, context) => {
    const { region, account, partition } = facts(context);
    const id = stringArg(args, "id") ?? seeded(args, 32);
    return {
      ...args,
      id,
      arn: `arn:${partition}:guardduty:${region}:${account}:detector/${id}`,
      features: [],
      findingPublishingFrequency: "SIX_HOURS",
      region,
      serviceRoleArn: `arn:${partition}:iam::${account}:role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty`,
      status: "ENABLED",
      tags: {},
    };
  },
  "aws:lb/getHostedZoneId:getHostedZoneId": () => ({ id: "Z35SXDOTRQ7X7K" }),
  "aws:elb/getServiceAccount:getServiceAccount": (_, context) => ({
    id: "127311923021",
    arn: `arn:${facts(context).partition}:iam::127311923021:root`,
  }),
  "aws:kms/getKey:getKey": (args, context) => kmsKey(args, context),
  "aws:kms/getAlias:getAlias": (args, context) => {
    const { region, account, partition } = facts(context);
    const name = stringArg(args, "name") ?? "";
    const keyId = fakeUuid(name);
    return {
      ...args,
      id: name,
      arn: `arn:${partition}:kms:${region}:${account}:${name}`,
      targetKeyId: keyId,
      targetKeyArn: `arn:${partition}:kms:${region}:${account}:key/${keyId}`,
    };
  },
  "aws:cloudfront/getCachePolicy:getCachePolicy": named,
  "aws:cloudfront/getOriginRequestPolicy:getOriginRequestPolicy": named,
  "aws:cloudfront/getResponseHeadersPolicy:getResponseHeadersPolicy": named,
  "aws:eks/getAddonVersion:getAddonVersion": (args) => ({
    ...args,
    id: String(args.addonName),
    version: "v1.0.0-eksbuild.1",
  }),
  "aws:eks/getClusterAuth:getClusterAuth": (args) => ({
    ...args,
    id: String(args.name),
    token: `k8s-aws-v1.${seeded(args, 24)}`,
  }),
  "aws:eks/getCluster:getCluster": (args, context) => {
    const { region, account, partition } = facts(context);
    const name = stringArg(args, "name") ?? "";
    const token = fakeToken(`${region}${name}`, 32).toUpperCase();
    return {
      ...args,
      id: name,
      arn: `arn:${partition}:eks:${region}:${account}:cluster/${name}`,
      endpoint: `https://${token}.gr7.${region}.eks.amazonaws.com`,
      certificateAuthorities: [{ data: Buffer.from(token).toString("base64") }],
      identities: [{ oidcs: [{ issuer: `https://oidc.eks.${region}.amazonaws.com/id/${token}` }] }],
      version: "1.33",
      status: "ACTIVE",
      vpcConfig: {
        clusterSecurityGroupId: `sg-${fakeToken(name, 17)}`,
        vpcId: `vpc-${fakeToken(name, 17)}`,
        subnetIds: [],
      },
      tags: {},
    };
  },
};

function facts(context: InvokeContext): CloudFacts {
  return cloudOf({ config: context.config, provider: context.provider, inputs: context.args, type: context.token });
}

function seeded(args: WireObject, length: number): string {
  return fakeToken(JSON.stringify(args), length);
}

function named(args: WireObject): WireObject {
  const id = stringArg(args, "id") ?? fakeUuid(String(args.name));
  return { ...args, id, name: args.name ?? id, etag: fakeToken(id, 13).toUpperCase() };
}

function kmsKey(args: WireObject, context: InvokeContext): WireObject {
  const { region, account, partition } = facts(context);
  const given = stringArg(args, "keyId") ?? "";
  const id = /[0-9a-f-]{36}$/.exec(given)?.[0] ?? fakeUuid(given);
  const arn =
    given.startsWith("arn:") && given.includes(":key/") ? given : `arn:${partition}:kms:${region}:${account}:key/${id}`;
  return {
    ...args,
    id,
    keyId: given,
    arn,
    awsAccountId: account,
    enabled: true,
    keyManager: "CUSTOMER",
    keySpec: "SYMMETRIC_DEFAULT",
    keyState: "Enabled",
    keyUsage: "ENCRYPT_DECRYPT",
    multiRegion: false,
    creationDate: FAKE_TIME,
    region,
  };
}
