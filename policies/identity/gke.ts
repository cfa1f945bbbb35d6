import { at, isFalse, isSet, isTrue, oneOrMany, shown, text } from "../read";
import { type Rule, resourceRule } from "../rule";
import { mustBeOneOf, mustBeSet, mustBeTrue, mustNotBeTrue, property } from "../simple";

const CLUSTER = ["gcp:container/cluster:Cluster"];
const POOL = ["gcp:container/nodePool:NodePool"];
const facts = { severity: "medium", level: "mandatory" } as const;

export const workloadIdentity = mustBeSet(
  {
    ...facts,
    id: "gke-workload-identity",
    title: "GKE gives pods identities of their own",
    severity: "high",
    fix: "Set workloadIdentityConfig.workloadPool.",
    sources: ["CKV_GCP_69"],
    resources: CLUSTER,
  },
  ["workloadIdentityConfig", "workloadPool"],
);

export const metadataServer = mustBeOneOf(
  {
    ...facts,
    id: "gke-metadata-server",
    title: "GKE nodes hide their own identity from pods",
    severity: "high",
    fix: "Set nodeConfig.workloadMetadataConfig.mode: GKE_METADATA.",
    sources: ["CKV_GCP_69"],
    resources: POOL,
  },
  ["nodeConfig", "workloadMetadataConfig", "mode"],
  ["GKE_METADATA"],
);

export const shieldedNodes = resourceRule({
  ...facts,
  id: "gke-shielded-nodes",
  title: "GKE clusters use shielded nodes",
  fix: "Remove enableShieldedNodes: false.",
  sources: ["CKV_GCP_71"],
  resources: CLUSTER,
  check({ props }, report) {
    if (isFalse(props.enableShieldedNodes)) report("enableShieldedNodes is false");
  },
});

export const secureBoot = mustBeTrue(
  {
    ...facts,
    id: "gke-node-secure-boot",
    title: "GKE nodes boot securely",
    fix: "Set nodeConfig.shieldedInstanceConfig.enableSecureBoot: true.",
    sources: ["CKV_GCP_68"],
    resources: POOL,
  },
  ["nodeConfig", "shieldedInstanceConfig", "enableSecureBoot"],
);

export const integrity = mustBeTrue(
  {
    ...facts,
    id: "gke-node-integrity-monitoring",
    title: "GKE nodes watch their own integrity",
    fix: "Set nodeConfig.shieldedInstanceConfig.enableIntegrityMonitoring: true.",
    sources: ["CKV_GCP_72"],
    resources: POOL,
  },
  ["nodeConfig", "shieldedInstanceConfig", "enableIntegrityMonitoring"],
);

export const binaryAuthorization = mustBeOneOf(
  {
    ...facts,
    id: "gke-binary-authorization",
    title: "GKE runs authorized images only",
    fix: "Set binaryAuthorization.evaluationMode: PROJECT_SINGLETON_POLICY_ENFORCE.",
    sources: ["CKV_GCP_66"],
    resources: CLUSTER,
  },
  ["binaryAuthorization", "evaluationMode"],
  ["PROJECT_SINGLETON_POLICY_ENFORCE"],
);

export const dataplane = mustBeOneOf(
  {
    ...facts,
    id: "gke-dataplane-v2",
    title: "GKE enforces network policies with Dataplane V2",
    fix: "Set datapathProvider: ADVANCED_DATAPATH.",
    sources: ["CKV_GCP_12"],
    resources: CLUSTER,
  },
  ["datapathProvider"],
  ["ADVANCED_DATAPATH"],
);

export const intranode = mustBeTrue(
  {
    ...facts,
    id: "gke-intranode-visibility",
    title: "GKE shows traffic within a node to the network",
    severity: "low",
    fix: "Set enableIntranodeVisibility: true.",
    sources: ["CKV_GCP_61"],
    resources: CLUSTER,
  },
  ["enableIntranodeVisibility"],
);

export const clientCertificate = mustNotBeTrue(
  {
    ...facts,
    id: "gke-no-client-certificate",
    title: "GKE issues no client certificate",
    severity: "high",
    fix: "Set masterAuth.clientCertificateConfig.issueClientCertificate: false.",
    sources: ["CKV_GCP_13"],
    resources: CLUSTER,
  },
  ["masterAuth", "clientCertificateConfig", "issueClientCertificate"],
);

export const legacyAbac = mustNotBeTrue(
  {
    ...facts,
    id: "gke-no-legacy-abac",
    title: "GKE authorizes by RBAC alone",
    severity: "high",
    fix: "Remove enableLegacyAbac.",
    sources: ["CKV_GCP_7"],
    resources: CLUSTER,
  },
  ["enableLegacyAbac"],
);

export const nodeAccount = resourceRule({
  ...facts,
  id: "gke-node-own-service-account",
  title: "GKE nodes run under an account of their own",
  severity: "high",
  fix: "Set nodeConfig.serviceAccount to an account with the node roles only.",
  sources: ["CKV2_GCP_1"],
  resources: POOL,
  check({ props }, report) {
    const account = text(at(props, "nodeConfig", "serviceAccount"));
    if (account === undefined || account === "default" || account.endsWith("-compute@developer.gserviceaccount.com")) {
      report(`nodeConfig.serviceAccount is ${shown(account)}`);
    }
  },
});

export const separatePools = resourceRule({
  ...facts,
  id: "gke-separate-node-pools",
  title: "GKE clusters leave their nodes to separate pools",
  severity: "low",
  fix: "Set removeDefaultNodePool: true and add NodePool resources.",
  sources: ["CKV_GCP_123"],
  resources: CLUSTER,
  check({ props, notApplicable }, report) {
    if (isTrue(props.enableAutopilot)) notApplicable("Autopilot has no node pools");
    const removed = isTrue(props.removeDefaultNodePool);
    if (!removed) report("removeDefaultNodePool is not true");
    // Beside removeDefaultNodePool, nodeConfig is of the pool that goes as soon as the cluster stands.
    if (oneOrMany(props.nodePools).length > 0 || (isSet(props.nodeConfig) && !removed))
      report("nodes are declared inside the cluster");
  },
});

export const nodeImage = property(
  {
    ...facts,
    id: "gke-node-container-optimized-os",
    title: "GKE nodes run Container-Optimized OS",
    description: "Unset means so",
    fix: "Set nodeConfig.imageType: COS_CONTAINERD, or leave it out.",
    sources: ["CKV_GCP_22"],
    resources: POOL,
  },
  ["nodeConfig", "imageType"],
  (value) => (text(value) === undefined || value === "COS_CONTAINERD" ? undefined : `is ${shown(value)}`),
);

export const noAlpha = mustNotBeTrue(
  {
    ...facts,
    id: "gke-no-alpha-features",
    title: "GKE clusters are no alpha clusters",
    description: "These are deleted after 30 days and get no upgrades",
    fix: "Remove enableKubernetesAlpha.",
    sources: [],
    resources: CLUSTER,
  },
  ["enableKubernetesAlpha"],
);

export const vpcNative = property(
  {
    ...facts,
    id: "gke-vpc-native",
    title: "GKE pods have addresses of the network",
    description: "Routes-based clusters have no firewall between pods and the network",
    fix: "Set networkingMode: VPC_NATIVE, or leave it out.",
    sources: ["CKV_GCP_23"],
    resources: CLUSTER,
  },
  ["networkingMode"],
  (value) => (value === "ROUTES" ? `is ${shown(value)}` : undefined),
);

export const gkeRules: readonly Rule[] = [
  workloadIdentity,
  metadataServer,
  shieldedNodes,
  secureBoot,
  integrity,
  binaryAuthorization,
  dataplane,
  intranode,
  clientCertificate,
  legacyAbac,
  nodeAccount,
  separatePools,
  nodeImage,
  noAlpha,
  vpcNative,
];
