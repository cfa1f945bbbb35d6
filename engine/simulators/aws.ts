import type { Simulated, SimulationContext, SimulatorTable } from "../simulation";
import { isObject, type Wire, type WireObject } from "../wire";
import { AWS_IDENTITIES, type AwsIdentity } from "./awsIdentities";
import { type CloudFacts, cloudOf } from "./cloudFacts";
import { FAKE_TIME, fakeNumber, fakePrivateIp, fakePublicIp, fakeToken, fakeUuid } from "./fakes";
import { autoName } from "./generic";

/** What AWS would call a resource. */
interface Identity {
  readonly id: string;
  readonly arn: string | undefined;
  readonly name: string;
  readonly cloud: CloudFacts;
  readonly hash: string;
}

/** Outputs of single types beyond their identity. */
type Extra = (context: SimulationContext, identity: Identity) => WireObject;

/** Resources of AWS. */
export const awsSimulators: SimulatorTable = { "aws:*": resource };

function resource(context: SimulationContext): Simulated {
  const key = (context.type.split(":")[1] ?? "").replace(/^index\//, "");
  const identity = identify(context, key);
  const row = AWS_IDENTITIES[key];
  const extra = EXTRAS[key]?.(context, identity) ?? {};
  const named: { [key: string]: Wire } = {};
  if (row?.name !== undefined) {
    named[row.name] = identity.name;
  }
  const outputs: WireObject = {
    ...(identity.arn === undefined ? {} : { arn: identity.arn }),
    ...named,
    region: identity.cloud.region,
    tagsAll: tagsAll(context),
    ...extra,
  };
  return { ...(row === undefined ? {} : { id: identity.id }), outputs };
}

function identify(context: SimulationContext, key: string): Identity {
  const { inputs, urn } = context;
  const cloud = cloudOf(context);
  const row: AwsIdentity = AWS_IDENTITIES[key] ?? { id: "name" };
  const given = inputs[row.name ?? "name"];
  const prefix = inputs[`${row.name ?? "name"}Prefix`];
  const generated = typeof prefix === "string" ? `${prefix}${fakeToken(urn, 8)}` : autoName(context);
  const name = typeof given === "string" ? given : generated;
  const hash = fakeToken(urn, 6);
  const words: Record<string, string> = {
    name,
    hash,
    hash16: fakeToken(urn, 16),
    uuid: fakeUuid(urn),
    region: cloud.region,
    account: cloud.account,
    partition: cloud.partition,
    scope: inputs.scope === "CLOUDFRONT" ? "global" : "regional",
    host: String(inputs.url ?? "").replace(/^https?:\/\//, ""),
    url: `https://sqs.${cloud.region}.amazonaws.com/${cloud.account}/${name}`,
  };
  const fill = (template: string) =>
    template
      .replace(/\{_(\w+)\}/g, (_, word: string) => (inputs[word] === undefined ? "" : `_${String(inputs[word])}`))
      .replace(/\{(\w+)\}/g, (_, word: string) => words[word] ?? String(inputs[word] ?? hash));
  const readId = context.options.readId ?? context.options.import;
  const id = readId ?? (row.id === "arn" ? undefined : makeId(row.id, name, urn, fill));
  words.id = id ?? "";
  const service = row.service ?? key.split("/")[0] ?? "";
  const place = `${row.global === true ? "" : cloud.region}:${cloud.account}`;
  const tail = row.arn === undefined ? undefined : fill(row.arn);
  const whole = tail?.startsWith("arn:") === true;
  const arn = tail === undefined || whole ? tail : `arn:${cloud.partition}:${service}:${place}:${tail}`;
  return { id: id ?? arn ?? name, arn, name, cloud, hash };
}

function makeId(kind: string, name: string, urn: string, fill: (template: string) => string): string {
  if (kind === "name") {
    return name;
  }
  if (kind === "uuid") {
    return fakeUuid(urn);
  }
  if (kind.endsWith("#")) {
    return `${kind.slice(0, -1)}${fakeToken(urn, 13).toUpperCase()}`;
  }
  return kind.endsWith("-") ? `${kind}${fakeToken(urn, 17)}` : fill(kind);
}

function tagsAll(context: SimulationContext): Wire {
  const { defaultTags } = context.provider;
  let parsed: unknown = defaultTags;
  if (typeof defaultTags === "string") {
    try {
      // A provider's nested configuration travels as JSON text.
      parsed = JSON.parse(defaultTags);
    } catch {
      parsed = undefined;
    }
  }
  const shared = isObject(parsed) && isObject(parsed.tags) ? parsed.tags : {};
  return { ...shared, ...(isObject(context.inputs.tags) ? context.inputs.tags : {}) };
}

const HOSTED_ZONE = "Z35SXDOTRQ7X7K";
const CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2";

const PORTS: Readonly<Record<string, number>> = {
  postgres: 5432,
  mysql: 3306,
  mariadb: 3306,
  "aurora-postgresql": 5432,
  "aurora-mysql": 3306,
};

const EXTRAS: Readonly<Record<string, Extra>> = {
  "ec2/vpc": ({ urn }, { cloud }) => ({
    ownerId: cloud.account,
    mainRouteTableId: `rtb-${fakeToken(`${urn}/main`, 17)}`,
    defaultRouteTableId: `rtb-${fakeToken(`${urn}/main`, 17)}`,
    defaultSecurityGroupId: `sg-${fakeToken(`${urn}/default`, 17)}`,
    defaultNetworkAclId: `acl-${fakeToken(`${urn}/default`, 17)}`,
    ipv6CidrBlock: `2001:db8:${fakeToken(urn, 4)}:ff00::/56`,
  }),
  "ec2/subnet": ({ inputs, urn }, { cloud }) => ({
    ownerId: cloud.account,
    availabilityZone: inputs.availabilityZone ?? cloud.zone,
    availabilityZoneId: `${cloud.region.replaceAll("-", "")}-az1`,
    ipv6CidrBlock: `2001:db8:${fakeToken(urn, 4)}:ff00::/64`,
  }),
  "ec2/natGateway": ({ urn }) => ({
    publicIp: fakePublicIp(urn),
    privateIp: fakePrivateIp(urn),
    networkInterfaceId: `eni-${fakeToken(urn, 17)}`,
    associationId: `eipassoc-${fakeToken(urn, 17)}`,
  }),
  "ec2/eip": ({ urn }, { id }) => ({
    allocationId: id,
    publicIp: fakePublicIp(urn),
    publicDns: `ec2-${fakePublicIp(urn).replaceAll(".", "-")}.compute-1.amazonaws.com`,
    privateIp: fakePrivateIp(urn),
  }),
  "ec2/vpcEndpoint": ({ urn, inputs }, { id }) => ({
    dnsEntries: [
      { dnsName: `${id}.${String(inputs.serviceName ?? "service")}.vpce.amazonaws.com`, hostedZoneId: HOSTED_ZONE },
    ],
    networkInterfaceIds: [`eni-${fakeToken(urn, 17)}`],
    prefixListId: `pl-${fakeToken(urn, 8)}`,
    state: "available",
  }),
  "ec2/launchTemplate": () => ({ latestVersion: 1, defaultVersion: 1 }),
  "ec2/instance": ({ urn, inputs }, { cloud }) => ({
    availabilityZone: inputs.availabilityZone ?? cloud.zone,
    privateIp: inputs.privateIp ?? fakePrivateIp(urn),
    publicIp: inputs.associatePublicIpAddress === true ? fakePublicIp(urn) : "",
    privateDns: `ip-${fakePrivateIp(urn).replaceAll(".", "-")}.${cloud.region}.compute.internal`,
    primaryNetworkInterfaceId: `eni-${fakeToken(urn, 17)}`,
    instanceState: "running",
  }),
  "eks/cluster": ({ urn, inputs }, { cloud }) => ({
    endpoint: `https://${fakeToken(urn, 32).toUpperCase()}.gr7.${cloud.region}.eks.amazonaws.com`,
    certificateAuthority: { data: fakeCertificate(urn) },
    certificateAuthorities: [{ data: fakeCertificate(urn) }],
    identities: [
      { oidcs: [{ issuer: `https://oidc.eks.${cloud.region}.amazonaws.com/id/${fakeToken(urn, 32).toUpperCase()}` }] },
    ],
    platformVersion: "eks.1",
    version: inputs.version ?? "1.33",
    status: "ACTIVE",
    createdAt: FAKE_TIME,
    vpcConfig: {
      ...(isObject(inputs.vpcConfig) ? inputs.vpcConfig : {}),
      clusterSecurityGroupId: `sg-${fakeToken(`${urn}/cluster`, 17)}`,
      vpcId: `vpc-${fakeToken(`${urn}/vpc`, 17)}`,
    },
  }),
  "eks/nodeGroup": ({ urn }, { name }) => ({
    resources: [{ autoscalingGroups: [{ name: `eks-${name}-${fakeToken(urn, 8)}` }], remoteAccessSecurityGroupId: "" }],
    status: "ACTIVE",
  }),
  "eks/podIdentityAssociation": (_, { id }) => ({ associationId: id }),
  "rds/instance": ({ urn, inputs }, { name, cloud }) => {
    const engine = typeof inputs.engine === "string" ? inputs.engine : "postgres";
    const port = typeof inputs.port === "number" ? inputs.port : (PORTS[engine] ?? 5432);
    const address = `${name}.${fakeToken(urn, 12)}.${cloud.region}.rds.amazonaws.com`;
    return {
      address,
      endpoint: `${address}:${port}`,
      port,
      hostedZoneId: HOSTED_ZONE,
      resourceId: `db-${fakeToken(urn, 26).toUpperCase()}`,
      identifier: name,
      engineVersionActual: inputs.engineVersion ?? "17.5",
      masterUserSecrets: masterUserSecrets(urn, `rds!db-${fakeUuid(urn)}`, cloud),
      status: "available",
    };
  },
  "rds/cluster": ({ urn, inputs }, { name, cloud }) => ({
    endpoint: `${name}.cluster-${fakeToken(urn, 12)}.${cloud.region}.rds.amazonaws.com`,
    readerEndpoint: `${name}.cluster-ro-${fakeToken(urn, 12)}.${cloud.region}.rds.amazonaws.com`,
    port: inputs.port ?? PORTS[String(inputs.engine)] ?? 5432,
    hostedZoneId: HOSTED_ZONE,
    masterUserSecrets: masterUserSecrets(urn, `rds!cluster-${fakeUuid(urn)}`, cloud),
    clusterResourceId: `cluster-${fakeToken(urn, 26).toUpperCase()}`,
  }),
  "rds/clusterInstance": ({ urn, inputs }, { name, cloud }) => ({
    endpoint: `${name}.${fakeToken(urn, 12)}.${cloud.region}.rds.amazonaws.com`,
    port: PORTS[String(inputs.engine)] ?? 5432,
  }),
  "elasticache/replicationGroup": ({ urn, inputs }, { name, cloud }) => {
    const suffix = `${fakeToken(urn, 6)}.${cloud.region}.cache.amazonaws.com`;
    return {
      primaryEndpointAddress: `master.${name}.${suffix}`,
      readerEndpointAddress: `replica.${name}.${suffix}`,
      configurationEndpointAddress: `clustercfg.${name}.${suffix}`,
      memberClusters: [`${name}-001`, `${name}-002`],
      port: inputs.port ?? 6379,
      engineVersionActual: inputs.engineVersion ?? "7.1",
    };
  },
  "elasticache/cluster": ({ urn, inputs }, { name, cloud }) => {
    const port = inputs.port ?? (inputs.engine === "memcached" ? 11211 : 6379);
    const suffix = `${name}.${fakeToken(urn, 6)}`;
    const nodes = Array.from({ length: Number(inputs.numCacheNodes ?? 1) }, (_, index) =>
      String(index + 1).padStart(4, "0"),
    );
    return {
      port,
      clusterAddress: `${suffix}.cfg.${cloud.region}.cache.amazonaws.com`,
      configurationEndpoint: `${suffix}.cfg.${cloud.region}.cache.amazonaws.com:${String(port)}`,
      cacheNodes: nodes.map((id) => ({
        id,
        address: `${suffix}.${id}.${cloud.region}.cache.amazonaws.com`,
        port,
        availabilityZone: cloud.zone,
        outpostArn: "",
      })),
    };
  },
  "elasticache/serverlessCache": ({ urn }, { name, cloud }) => ({
    endpoints: [{ address: `${name}-${fakeToken(urn, 6)}.serverless.${cloud.region}.cache.amazonaws.com`, port: 6379 }],
    readerEndpoints: [
      { address: `${name}-${fakeToken(urn, 6)}.serverless.${cloud.region}.cache.amazonaws.com`, port: 6380 },
    ],
  }),
  "s3/bucket": (_, { name, cloud }) => bucketDomains(name, cloud),
  "s3/bucketV2": (_, { name, cloud }) => bucketDomains(name, cloud),
  "kms/key": (_, { id }) => ({ keyId: id }),
  "kms/alias": ({ inputs }, { cloud }) => {
    const target = String(inputs.targetKeyId ?? "");
    return {
      targetKeyArn: target.startsWith("arn:")
        ? target
        : `arn:${cloud.partition}:kms:${cloud.region}:${cloud.account}:key/${target}`,
    };
  },
  "secretsmanager/secretVersion": ({ urn, inputs }) => ({
    versionId: fakeUuid(urn),
    arn: inputs.secretId ?? "",
    versionStages: ["AWSCURRENT"],
  }),
  "secretsmanager/secretRotation": () => ({ rotationEnabled: true }),
  "lambda/function": (_, { arn, cloud }) => ({
    invokeArn: `arn:${cloud.partition}:apigateway:${cloud.region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
    qualifiedArn: `${arn}:$LATEST`,
    version: "$LATEST",
    lastModified: FAKE_TIME,
  }),
  "iam/role": ({ urn }) => ({ uniqueId: `AROA${fakeToken(urn, 17).toUpperCase()}`, createDate: FAKE_TIME }),
  "iam/instanceProfile": ({ urn }) => ({ uniqueId: `AIPA${fakeToken(urn, 17).toUpperCase()}`, createDate: FAKE_TIME }),
  "lb/loadBalancer": ({ urn }, { name, cloud, arn }) => ({
    dnsName: `${name}-${fakeNumber(urn, 100000000, 999999999)}.${cloud.region}.elb.amazonaws.com`,
    zoneId: HOSTED_ZONE,
    arnSuffix: (arn ?? "").replace(/^.*:loadbalancer\//, ""),
  }),
  "lb/targetGroup": (_, { arn }) => ({ arnSuffix: (arn ?? "").replace(/^.*:/, ""), loadBalancerArns: [] }),
  "acm/certificate": ({ urn, inputs }) => ({
    domainValidationOptions: [
      inputs.domainName,
      ...(Array.isArray(inputs.subjectAlternativeNames) ? inputs.subjectAlternativeNames : []),
    ].map((domain) => ({
      domainName: domain ?? "",
      resourceRecordName: `_${fakeToken(`${urn}/${String(domain)}`, 32)}.${String(domain).replace(/^\*\./, "")}.`,
      resourceRecordType: "CNAME",
      resourceRecordValue: `_${fakeToken(`${urn}/${String(domain)}/value`, 32)}.acm-validations.aws.`,
    })),
    status: "ISSUED",
  }),
  "globalaccelerator/accelerator": ({ urn }) => ({
    ipSets: [{ ipAddresses: [fakePublicIp(urn), fakePublicIp(`${urn}/2`)], ipFamily: "IPv4" }],
  }),
  "route53/zone": (_, { id }) => ({
    zoneId: id,
    nameServers: [1, 2, 3, 4].map((at) => `ns-${at * 100}.awsdns-0${at}.org`),
    primaryNameServer: "ns-100.awsdns-01.org",
  }),
  "route53/record": ({ inputs }) => ({ fqdn: inputs.name ?? "" }),
  "cloudfront/distribution": (_, { id }) => ({
    domainName: `${id.toLowerCase()}.cloudfront.net`,
    hostedZoneId: CLOUDFRONT_ZONE,
    status: "Deployed",
    etag: id,
  }),
  "sqs/queue": (_, { id }) => ({ url: id }),
  "ecr/repository": (_, { name, cloud }) => ({
    repositoryUrl: `${cloud.account}.dkr.ecr.${cloud.region}.amazonaws.com/${name}`,
    registryId: cloud.account,
  }),
  "efs/fileSystem": (_, { id, cloud }) => ({
    dnsName: `${id}.efs.${cloud.region}.amazonaws.com`,
    ownerId: cloud.account,
  }),
};

function masterUserSecrets(urn: string, name: string, cloud: CloudFacts): Wire {
  const prefix = `arn:${cloud.partition}:secretsmanager:${cloud.region}:${cloud.account}:secret`;
  const kmsKeyId = `arn:${cloud.partition}:kms:${cloud.region}:${cloud.account}:key/${fakeUuid(`${urn}/kms`)}`;
  return [{ kmsKeyId, secretArn: `${prefix}:${name}-${fakeToken(urn, 6)}`, secretStatus: "active" }];
}

function bucketDomains(name: string, cloud: CloudFacts): WireObject {
  return {
    bucketDomainName: `${name}.s3.amazonaws.com`,
    bucketRegionalDomainName: `${name}.s3.${cloud.region}.amazonaws.com`,
    bucketRegion: cloud.region,
    hostedZoneId: "Z3AQBSTGFYJSTF",
  };
}

function fakeCertificate(seed: string): string {
  const body = Buffer.from(fakeToken(seed, 64)).toString("base64");
  return Buffer.from(`-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`).toString("base64");
}
