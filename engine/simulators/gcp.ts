import { type InvokeContext, type InvokeTable, stringArg } from "../invokes";
import type { Simulated, SimulationContext, SimulatorTable } from "../simulation";
import { isObject, type Wire, type WireObject } from "../wire";
import { type CloudFacts, cloudOf } from "./cloudFacts";
import { FAKE_TIME, fakeNumber, fakePrivateIp, fakePublicIp, fakeToken } from "./fakes";
import { autoName } from "./generic";
import { gcpZones } from "./zones";

/** What Google Cloud would call a resource. */
interface Identity {
  readonly name: string;
  readonly id: string;
  readonly cloud: CloudFacts;
}

type Extra = (context: SimulationContext, identity: Identity) => WireObject;

/** Resources of Google Cloud. */
export const gcpSimulators: SimulatorTable = { "gcp:*": resource };

/** The input that names a resource, where it is not `name`. */
const NAMES: Readonly<Record<string, string>> = {
  "serviceaccount/account": "accountId",
  "secretmanager/secret": "secretId",
  "artifactregistry/repository": "repositoryId",
};

/** The path of a resource in its project. Templates: {name}, {region}, {location}, {zone}, and any input. */
const PATHS: Readonly<Record<string, string>> = {
  "compute/network": "global/networks/{name}",
  "compute/subnetwork": "regions/{region}/subnetworks/{name}",
  "compute/firewall": "global/firewalls/{name}",
  "compute/router": "regions/{region}/routers/{name}",
  "compute/routerNat": "{router}/{name}",
  "compute/address": "regions/{region}/addresses/{name}",
  "compute/globalAddress": "global/addresses/{name}",
  "compute/instance": "zones/{zone}/instances/{name}",
  "compute/disk": "zones/{zone}/disks/{name}",
  "compute/securityPolicy": "global/securityPolicies/{name}",
  "compute/backendService": "global/backendServices/{name}",
  "compute/backendBucket": "global/backendBuckets/{name}",
  "compute/uRLMap": "global/urlMaps/{name}",
  "compute/targetHttpsProxy": "global/targetHttpsProxies/{name}",
  "compute/targetHttpProxy": "global/targetHttpProxies/{name}",
  "compute/globalForwardingRule": "global/forwardingRules/{name}",
  "compute/managedSslCertificate": "global/sslCertificates/{name}",
  "compute/sSLPolicy": "global/sslPolicies/{name}",
  "compute/healthCheck": "global/healthChecks/{name}",
  "compute/resourcePolicy": "regions/{region}/resourcePolicies/{name}",
  "compute/networkEndpointGroup": "zones/{zone}/networkEndpointGroups/{name}",
  "container/cluster": "locations/{location}/clusters/{name}",
  "container/nodePool": "locations/{location}/clusters/{cluster}/nodePools/{name}",
  "redis/instance": "locations/{region}/instances/{name}",
  "memcache/instance": "locations/{region}/instances/{name}",
  "filestore/instance": "locations/{location}/instances/{name}",
  "kms/keyRing": "locations/{location}/keyRings/{name}",
  "secretmanager/secret": "secrets/{name}",
  "artifactregistry/repository": "locations/{location}/repositories/{name}",
  "dns/managedZone": "managedZones/{name}",
  "serviceaccount/account": "serviceAccounts/{name}@{project}.iam.gserviceaccount.com",
  "certificatemanager/certificate": "locations/global/certificates/{name}",
  "certificatemanager/certificateMap": "locations/global/certificateMaps/{name}",
  "certificatemanager/certificateMapEntry": "locations/global/certificateMaps/{map}/certificateMapEntries/{name}",
  "certificatemanager/dnsAuthorization": "locations/global/dnsAuthorizations/{name}",
  "redis/cluster": "locations/{region}/clusters/{name}",
  "pubsub/topic": "topics/{name}",
  "pubsub/subscription": "subscriptions/{name}",
};

function resource(context: SimulationContext): Simulated {
  const key = context.type.split(":")[1] ?? "";
  const cloud = cloudOf(context);
  const { inputs } = context;
  const nameKey = NAMES[key] ?? "name";
  const given = inputs[nameKey];
  const name = typeof given === "string" ? given : autoName(context);
  const location = typeof inputs.location === "string" ? inputs.location : cloud.region;
  const words: Record<string, string> = {
    name,
    region: cloud.region,
    zone: cloud.zone,
    location,
    project: cloud.project,
  };
  const fill = (template: string) =>
    template.replace(
      /\{(\w+)\}/g,
      (_, word: string) => words[word] ?? String(inputs[word] ?? word).replace(/^.*\//, ""),
    );
  const path = PATHS[key];
  const id =
    context.options.readId ??
    context.options.import ??
    (path === undefined
      ? (ROOTED[key] ?? ((it: Identity) => it.name))({ name, id: name, cloud }, context)
      : `projects/${cloud.project}/${fill(path)}`);
  const identity = { name, id, cloud };
  const service = key.split("/")[0] ?? "compute";
  const host = service === "compute" ? "https://www.googleapis.com/compute/v1" : `https://${service}.googleapis.com/v1`;
  return {
    id,
    outputs: {
      [nameKey]: name,
      project: cloud.project,
      ...(path === undefined ? {} : { selfLink: `${host}/${id}` }),
      // Only the labels once more; but the SDK calls both secret, and what is secret is kept out of every text.
      effectiveLabels: {},
      pulumiLabels: {},
      ...EXTRAS[key]?.(context, identity),
    },
    override: OVERRIDES[key] ?? [],
  };
}

/** Inputs that come back with more in them than was given. */
const OVERRIDES: Readonly<Record<string, readonly string[]>> = {
  "container/cluster": ["controlPlaneEndpointsConfig", "masterAuth"],
  "filestore/instance": ["networks"],
};

/** Resources whose id is not a path in a project. */
const ROOTED: Readonly<Record<string, (identity: Identity, context: SimulationContext) => string>> = {
  "kms/cryptoKey": ({ name }, { inputs }) => `${String(inputs.keyRing)}/cryptoKeys/${name}`,
  "secretmanager/secretVersion": (_, { inputs }) => `${String(inputs.secret)}/versions/1`,
  "sql/database": ({ name, cloud }, { inputs }) =>
    `projects/${cloud.project}/instances/${String(inputs.instance)}/databases/${name}`,
  "sql/user": ({ name }, { inputs }) => `${name}//${String(inputs.instance)}`,
};

const EXTRAS: Readonly<Record<string, Extra>> = {
  "compute/network": ({ urn }) => ({
    gatewayIpv4: "",
    networkId: String(fakeNumber(urn, 1e12, 9e12)),
    numericId: String(fakeNumber(urn, 1e12, 9e12)),
  }),
  "compute/subnetwork": ({ urn }) => ({ gatewayAddress: fakePrivateIp(urn), subnetworkId: fakeNumber(urn, 1e6, 9e6) }),
  "compute/address": ({ urn, inputs }) => ({
    address: inputs.addressType === "INTERNAL" ? fakePrivateIp(urn) : fakePublicIp(urn),
  }),
  "compute/globalAddress": ({ urn, inputs }) => ({
    address: inputs.addressType === "INTERNAL" ? fakePrivateIp(urn) : fakePublicIp(urn),
  }),
  "compute/instance": ({ urn }) => ({
    instanceId: String(fakeNumber(urn, 1e12, 9e12)),
    currentStatus: "RUNNING",
    cpuPlatform: "Intel Emerald Rapids",
  }),
  "container/cluster": ({ urn, inputs }, { cloud }) => ({
    endpoint: fakePublicIp(urn),
    masterAuth: {
      clusterCaCertificate: Buffer.from(fakeToken(urn, 64)).toString("base64"),
      clientCertificate: "",
      clientKey: "",
      clientCertificateConfig: { issueClientCertificate: false },
    },
    controlPlaneEndpointsConfig: endpointsOf(inputs.controlPlaneEndpointsConfig, urn, cloud),
    masterVersion: inputs.minMasterVersion ?? "1.33.2-gke.1000",
    nodeVersion: inputs.minMasterVersion ?? "1.33.2-gke.1000",
    clusterIpv4Cidr: "10.64.0.0/14",
    servicesIpv4Cidr: "10.68.0.0/20",
    workloadIdentityConfig: inputs.workloadIdentityConfig ?? { workloadPool: `${cloud.project}.svc.id.goog` },
    nodeLocations: inputs.nodeLocations ?? [...gcpZones(cloud.region)],
  }),
  "container/nodePool": ({ urn, inputs }, { cloud, name }) => ({
    instanceGroupUrls: gcpZones(cloud.region).map(
      (zone) =>
        `https://www.googleapis.com/compute/v1/projects/${cloud.project}/zones/${zone}/instanceGroupManagers/gke-${name}-${fakeToken(urn, 8)}`,
    ),
    managedInstanceGroupUrls: [],
    version: inputs.version ?? "1.33.2-gke.1000",
  }),
  "sql/databaseInstance": ({ urn }, { cloud, name }) => ({
    connectionName: `${cloud.project}:${cloud.region}:${name}`,
    privateIpAddress: fakePrivateIp(urn),
    publicIpAddress: "",
    firstIpAddress: fakePrivateIp(urn),
    ipAddresses: [{ ipAddress: fakePrivateIp(urn), type: "PRIVATE", timeToRetire: "" }],
    dnsName: `${fakeToken(urn, 12)}.${fakeToken(`${urn}/dns`, 12)}.${cloud.region}.sql.goog.`,
    serviceAccountEmailAddress: `p${fakeNumber(urn, 1e9, 9e9)}-${fakeToken(urn, 6)}@gcp-sa-cloud-sql.iam.gserviceaccount.com`,
    serverCaCerts: [
      {
        cert: "-----BEGIN CERTIFICATE-----\nsimulated\n-----END CERTIFICATE-----\n",
        commonName: "simulated",
        createTime: FAKE_TIME,
        expirationTime: FAKE_TIME,
        sha1Fingerprint: fakeToken(urn, 40),
      },
    ],
  }),
  "redis/instance": ({ urn, inputs }) => ({
    host: fakePrivateIp(urn),
    port: inputs.transitEncryptionMode === "SERVER_AUTHENTICATION" ? 6378 : 6379,
    readEndpoint: fakePrivateIp(`${urn}/read`),
    readEndpointPort: 6379,
    authString: fakeToken(urn, 36),
    serverCaCerts: [
      {
        cert: "-----BEGIN CERTIFICATE-----\nsimulated\n-----END CERTIFICATE-----\n",
        createTime: FAKE_TIME,
        expireTime: FAKE_TIME,
        serialNumber: "1",
        sha1Fingerprint: fakeToken(urn, 40),
      },
    ],
  }),
  "redis/cluster": ({ urn }) => ({
    discoveryEndpoints: [{ address: fakePrivateIp(urn), port: 6379, pscConfigs: [] }],
  }),
  "filestore/instance": ({ urn, inputs }) => ({
    networks: Array.isArray(inputs.networks)
      ? inputs.networks.map((network) =>
          isObject(network) ? { ...network, ipAddresses: [fakePrivateIp(urn)] } : network,
        )
      : [],
  }),
  "certificatemanager/dnsAuthorization": ({ urn, inputs }) => ({
    dnsResourceRecords: [
      {
        name: `_acme-challenge.${String(inputs.domain)}.`,
        type: "CNAME",
        data: `${fakeToken(urn, 24)}.authorize.certificatemanager.goog.`,
      },
    ],
  }),
  "memcache/instance": ({ urn, inputs }) => ({
    discoveryEndpoint: `${fakePrivateIp(urn)}:11211`,
    memcacheNodes: Array.from({ length: Number(inputs.nodeCount) || 1 }, (_, index) => ({
      nodeId: `node-a-${index + 1}`,
      host: fakePrivateIp(index === 0 ? urn : `${urn}/${index}`),
      port: 11211,
      state: "READY",
      zone: "",
    })),
  }),
  "storage/bucket": (_, { name }) => ({
    url: `gs://${name}`,
    selfLink: `https://www.googleapis.com/storage/v1/b/${name}`,
  }),
  "serviceaccount/account": ({ urn }, { name, cloud }) => {
    const email = `${name}@${cloud.project}.iam.gserviceaccount.com`;
    return {
      email,
      member: `serviceAccount:${email}`,
      uniqueId: String(fakeNumber(urn, 1e12, 9e12)),
      name: `projects/${cloud.project}/serviceAccounts/${email}`,
    };
  },
  "secretmanager/secret": (_, { id }) => ({ name: id }),
  "secretmanager/secretVersion": (_, { id }) => ({ name: id, version: "1" }),
  "dns/managedZone": ({ urn }) => ({
    nameServers: [1, 2, 3, 4].map((at) => `ns-cloud-a${at}.googledomains.com.`),
    managedZoneId: fakeNumber(urn, 1e6, 9e6),
  }),
  "artifactregistry/repository": ({ inputs }, { name, cloud }) => ({
    registryUri: `${String(inputs.location ?? cloud.region)}-docker.pkg.dev/${cloud.project}/${name}`,
  }),
};

/** Functions of Google Cloud that need no project to be answered. */
export const gcpInvokes: InvokeTable = {
  "gcp:organizations/getProject:getProject": (args, context) => {
    const project = stringArg(args, "projectId") ?? facts(context).project;
    return {
      ...args,
      id: `projects/${project}`,
      projectId: project,
      name: project,
      number: String(fakeNumber(project, 1e11, 9e11)),
      orgId: "",
      folderId: "",
      billingAccount: "",
      labels: {},
      effectiveLabels: {},
      tags: {},
    };
  },
  "gcp:organizations/getClientConfig:getClientConfig": (_, context) => {
    const { project, region, zone } = facts(context);
    return {
      id: `projects/${project}`,
      project,
      region,
      zone,
      accessToken: `simulated-${fakeToken(project, 24)}`,
      defaultLabels: {},
    };
  },
  "gcp:organizations/getClientOpenIdUserInfo:getClientOpenIdUserInfo": (_, context) => {
    const email = `simulated@${facts(context).project}.iam.gserviceaccount.com`;
    return { id: email, email };
  },
  "gcp:compute/getZones:getZones": (args, context) => {
    const { region, project } = facts(context);
    return { ...args, id: `projects/${project}/regions/${region}`, project, region, names: [...gcpZones(region)] };
  },
  "gcp:compute/getNetwork:getNetwork": (args, context) =>
    lookedUp(args, context, `global/networks/${String(args.name)}`, { subnetworksSelfLinks: [] }),
  "gcp:compute/getSubnetwork:getSubnetwork": (args, context) =>
    lookedUp(args, context, `regions/${facts(context).region}/subnetworks/${String(args.name)}`, {
      ipCidrRange: "10.0.0.0/20",
      secondaryIpRanges: [],
    }),
  "gcp:compute/getImage:getImage": (args, context) => {
    const name = String(args.name ?? args.family ?? "image");
    return lookedUp(args, context, `global/images/${name}`, { name, family: args.family ?? "" });
  },
  "gcp:dns/getManagedZone:getManagedZone": (args, context) =>
    lookedUp(args, context, `managedZones/${String(args.name)}`, {
      dnsName: "simulated.invalid.",
      nameServers: [1, 2, 3, 4].map((at) => `ns-cloud-a${at}.googledomains.com.`),
      visibility: "public",
    }),
  "gcp:container/getEngineVersions:getEngineVersions": (args) => ({
    ...args,
    id: FAKE_TIME,
    latestMasterVersion: "1.33.2-gke.1000",
    latestNodeVersion: "1.33.2-gke.1000",
    defaultClusterVersion: "1.33.2-gke.1000",
    validMasterVersions: ["1.33.2-gke.1000"],
    validNodeVersions: ["1.33.2-gke.1000"],
    releaseChannelDefaultVersion: {},
    releaseChannelLatestVersion: {},
  }),
  "gcp:kms/getKMSKeyRing:getKMSKeyRing": (args, context) =>
    lookedUp(args, context, `locations/${String(args.location)}/keyRings/${String(args.name)}`, {}),
  "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": (args, context) =>
    serviceAgent(args, context, "gs-project-accounts"),
};

function facts(context: InvokeContext): CloudFacts {
  return cloudOf({ config: context.config, provider: context.provider, inputs: context.args, type: "gcp:" });
}

function lookedUp(
  args: WireObject,
  context: InvokeContext,
  path: string,
  more: { readonly [key: string]: Wire },
): WireObject {
  const { project, region } = facts(context);
  const id = `projects/${project}/${path}`;
  return { ...args, id, project, region, selfLink: `https://www.googleapis.com/compute/v1/${id}`, ...more };
}

function serviceAgent(args: WireObject, context: InvokeContext, service: string): WireObject {
  const { project } = facts(context);
  const emailAddress = `service-${fakeNumber(project, 1e11, 9e11)}@${service}.iam.gserviceaccount.com`;
  return { ...args, id: emailAddress, emailAddress, member: `serviceAccount:${emailAddress}`, project };
}

/** How a cluster is reached, with the name Google gives each. */
function endpointsOf(config: Wire | undefined, urn: string, cloud: CloudFacts): WireObject {
  const asked = isObject(config) ? config : {};
  const byName = isObject(asked.dnsEndpointConfig) ? asked.dnsEndpointConfig : {};
  return {
    ...asked,
    dnsEndpointConfig: { ...byName, endpoint: `gke-${fakeToken(urn, 12)}.${cloud.region}.gke.goog` },
  };
}
