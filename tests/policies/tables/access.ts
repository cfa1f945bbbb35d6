import { type CaseTable, missing, one, unflagged } from "../cases";
import { DELETE } from "../harness";

const cluster = one("gcp:container/cluster:Cluster", {
  workloadIdentityConfig: { workloadPool: "project.svc.id.goog" },
  binaryAuthorization: { evaluationMode: "PROJECT_SINGLETON_POLICY_ENFORCE" },
  datapathProvider: "ADVANCED_DATAPATH",
  enableIntranodeVisibility: true,
  removeDefaultNodePool: true,
  enableKubernetesAlpha: false,
  networkingMode: "VPC_NATIVE",
});
const pool = one("gcp:container/nodePool:NodePool", {
  nodeConfig: {
    imageType: "COS_CONTAINERD",
    serviceAccount: "nodes@project.iam.gserviceaccount.com",
    workloadMetadataConfig: { mode: "GKE_METADATA" },
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
  },
});
const instance = one("gcp:compute/instance:Instance", {
  canIpForward: false,
  serviceAccount: { email: "app@project.iam.gserviceaccount.com" },
  shieldedInstanceConfig: { enableSecureBoot: true },
});
const grant = one("gcp:projects/iAMMember:IAMMember", {
  role: "roles/storage.objectViewer",
  member: "serviceAccount:app@project.iam.gserviceaccount.com",
});
const reader = one("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", {
  rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"], resourceNames: ["settings"] }],
});

/** The rest of the identity pack's cases: who may reach nodes, accounts and secrets. */
export const table: CaseTable = {
  "gke-node-container-optimized-os": {
    base: pool,
    fails: [
      { at: "nodeConfig.imageType", to: "UBUNTU_CONTAINERD", message: 'nodeConfig.imageType is "UBUNTU_CONTAINERD"' },
    ],
    passes: [{ at: "nodeConfig.imageType", to: DELETE }],
    unknown: ["nodeConfig.imageType"],
  },
  "gke-no-alpha-features": unflagged(cluster, "enableKubernetesAlpha"),
  "gke-vpc-native": {
    base: cluster,
    fails: [{ at: "networkingMode", to: "ROUTES", message: 'networkingMode is "ROUTES"' }],
    passes: [{ at: "networkingMode", to: DELETE }],
    unknown: ["networkingMode"],
  },
  "gcp-instance-no-ip-forwarding": unflagged(instance, "canIpForward"),
  "gcp-iam-no-impersonation-of-all": {
    base: grant,
    fails: ["User", "TokenCreator", "KeyAdmin", "Admin"].map((name) => ({
      at: "role",
      to: `roles/iam.serviceAccount${name}`,
      message: `role is roles/iam.serviceAccount${name}`,
    })),
    passes: [{ at: "role", to: "roles/iam.serviceAccountViewer" }],
    unknown: ["role"],
  },
  "gcp-workload-pool-restricted": missing(
    one("gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider", {
      attributeCondition: "assertion.repository_owner == 'acme'",
    }),
    "attributeCondition",
  ),
  "rbac-no-reading-all-secrets": {
    base: reader,
    fails: [
      { at: "rules.0.resourceNames", to: DELETE, message: "rules[0] allows get of all secrets" },
      ...["list", "watch"].map((verb) => ({
        at: "rules.0",
        to: { apiGroups: [""], resources: ["configmaps", "secrets"], verbs: ["create", verb] },
        message: `rules[0] allows ${verb} of all secrets`,
      })),
      {
        at: "rules.0",
        to: { apiGroups: ["apps", ""], resources: ["secrets"], verbs: ["get"] },
        message: "rules[0] allows get of all secrets",
      },
      {
        at: "rules.0",
        to: { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
        message: "rules[0] allows * of all secrets",
        also: ["rbac-no-wildcards"],
      },
    ],
    passes: [
      { at: "rules.0", to: { apiGroups: [""], resources: ["secrets"], verbs: ["create"] } },
      { at: "rules.0", to: { apiGroups: [""], resources: ["pods"], verbs: ["get"] } },
      { at: "rules.0", to: { apiGroups: ["vault.example.com"], resources: ["secrets"], verbs: ["get"] } },
    ],
    unknown: ["rules.0.verbs", "rules.0.resources"],
  },
};
