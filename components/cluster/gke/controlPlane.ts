import type * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { Project } from "../../gcp/project";
import { type Network, POD_RANGE, SERVICE_RANGE } from "../../networking/gcp";
import type { KeysContract } from "../../secrets/keys/contract";
import { HARDENED, type NodeAccount } from "./nodes";
import { MAINTENANCE, RELEASE_CHANNEL } from "./versions";

export interface ReachArgs {
  readonly network: Network;
  /** Ranges that may reach the API from outside. @default none: private only */
  readonly publicAccessCidrBlocks?: readonly string[];
  /** Whether the API answers under a name of Google's too, to whom IAM lets. @default false */
  readonly namedEndpoint?: boolean;
}

/** How the control plane is reached, and what addresses nodes and pods have. */
export function networkingOf({ network, publicAccessCidrBlocks = [], namedEndpoint = false }: ReachArgs) {
  const { ranges } = network;
  const outside = publicAccessCidrBlocks.map((cidrBlock) => ({ cidrBlock, displayName: "deployer" }));
  return {
    network: network.vpcId,
    subnetwork: network.subnetId,
    networkingMode: "VPC_NATIVE",
    ipAllocationPolicy: { clusterSecondaryRangeName: POD_RANGE, servicesSecondaryRangeName: SERVICE_RANGE },
    defaultMaxPodsPerNode: ranges.maxPodsPerNode,
    datapathProvider: "ADVANCED_DATAPATH",
    enableIntranodeVisibility: true,
    // NodeLocal DNSCache answers from an address no policy of a namespace names: pods there would find no names.
    dnsConfig: { clusterDns: "KUBE_DNS" },
    privateClusterConfig: {
      enablePrivateNodes: true,
      enablePrivateEndpoint: outside.length === 0,
      masterIpv4CidrBlock: ranges.controlPlane,
      // A runner in the first placement's region deploys to all of them.
      masterGlobalAccessConfig: { enabled: network.runnerCidrBlocks.length > 1 },
    },
    // A front of Google's, behind which container.clusters.connect is asked for before a request reaches the cluster.
    // https://docs.cloud.google.com/kubernetes-engine/docs/concepts/network-isolation
    controlPlaneEndpointsConfig: {
      dnsEndpointConfig: { allowExternalTraffic: namedEndpoint },
      ipEndpointsConfig: { enabled: true },
    },
    masterAuthorizedNetworksConfig: {
      cidrBlocks: [...network.runnerCidrBlocks.map((cidrBlock) => ({ cidrBlock, displayName: "network" })), ...outside],
      // Otherwise every machine in Google Cloud, whoever's, may reach a public endpoint.
      gcpPublicCidrsAccessEnabled: false,
    },
  };
}

export function hardeningOf(keys: KeysContract, project: Project) {
  return {
    databaseEncryption: { state: "ENCRYPTED", keyName: keys.arn("cluster") },
    workloadIdentityConfig: { workloadPool: pulumi.interpolate`${project.id}.svc.id.goog` },
    enableShieldedNodes: true,
    binaryAuthorization: { evaluationMode: "PROJECT_SINGLETON_POLICY_ENFORCE" },
    // Scanning running workloads is being withdrawn from GKE; the registry scans images when they are pushed.
    securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },
    masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
    enableLegacyAbac: false,
    // Whatever is bound to everybody, signed in or not, is refused.
    rbacBindingConfig: {
      enableInsecureBindingSystemAuthenticated: false,
      enableInsecureBindingSystemUnauthenticated: false,
    },
    // External addresses of Services let one namespace take another's traffic (CVE-2020-8554).
    serviceExternalIpsConfig: { enabled: false },
  };
}

export function operationsOf() {
  return {
    releaseChannel: { channel: RELEASE_CHANNEL },
    maintenancePolicy: { recurringWindow: { ...MAINTENANCE } },
    costManagementConfig: { enabled: true },
    verticalPodAutoscaling: { enabled: true },
    addonsConfig: {
      horizontalPodAutoscaling: { disabled: false },
      // Keeps the lists of pods the load balancer reads.
      httpLoadBalancing: { disabled: false },
      gcePersistentDiskCsiDriverConfig: { enabled: true },
      gcpFilestoreCsiDriverConfig: { enabled: true },
      dnsCacheConfig: { enabled: false },
    },
    loggingConfig: {
      enableComponents: ["SYSTEM_COMPONENTS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER", "WORKLOADS"],
    },
    monitoringConfig: {
      enableComponents: ["SYSTEM_COMPONENTS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER", "STORAGE"],
      // The system's rules and monitors are the Prometheus operator's, which the stack installs where something is
      // measured: a second collector beside it would be paid for by the sample and read by nobody.
      managedPrometheus: { enabled: false },
      advancedDatapathObservabilityConfig: { enableMetrics: true, enableRelay: false },
    },
  };
}

/** What the image and GKE's own pods need, GiB: the pool stands for minutes. */
const FIRST_DISK_GIB = 30;

/**
 * Nodes of the pool a cluster is made with. GKE waits for them to join: under another account than the nodes' own no
 * firewall rule would let them out, a project may have no default account, and an organization may refuse nodes that
 * are not shielded or whose disks have no key of the customer's.
 */
export function firstNodesOf(keys: KeysContract, account: NodeAccount): gcp.types.input.container.ClusterNodeConfig {
  return {
    ...HARDENED,
    diskSizeGb: FIRST_DISK_GIB,
    bootDiskKmsKey: keys.arn("volumes"),
    serviceAccount: account.email,
  };
}
