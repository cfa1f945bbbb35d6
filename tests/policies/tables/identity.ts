import { type CaseTable, chosen, filled, flag, missing, one, unflagged } from "../cases";
import { release } from "../fixtures";
import { DELETE, type TestResource } from "../harness";

const policy = (statement: object): string => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
const grant = { Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws:s3:::shop/*" };
const iam = one("aws:iam/rolePolicy:RolePolicy", { policy: policy(grant) });
const oidc = {
  Effect: "Allow",
  Principal: { Federated: "arn:aws:iam::1:oidc-provider/token.example.com" },
  Action: "sts:AssumeRoleWithWebIdentity",
  Condition: { StringEquals: { "token.example.com:aud": "sts.amazonaws.com", "token.example.com:sub": "repo:shop" } },
};
const role = one("aws:iam/role:Role", { assumeRolePolicy: policy(oidc) });
const BOUNDARY = "arn:aws:iam::1:policy/boundary";
const OTHER_BOUNDARY = "arn:aws:iam::2:policy/boundary";
const claims = (condition: object): string => policy({ ...oidc, Condition: condition });
const instance: readonly TestResource[] = [
  {
    type: "aws:ec2/instance:Instance",
    props: {
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      iamInstanceProfile: "profile",
      userData: "#cloud-config\nDB_PASSWORD=$(aws secretsmanager get-secret-value)",
    },
  },
  {
    type: "gcp:compute/instance:Instance",
    props: {
      serviceAccount: { email: "app@project.iam.gserviceaccount.com" },
      shieldedInstanceConfig: { enableSecureBoot: true, enableVtpm: true },
      metadata: { "user-data": "#cloud-config" },
    },
  },
];
const database = one("aws:rds/instance:Instance", {
  iamDatabaseAuthenticationEnabled: true,
  manageMasterUserPassword: true,
});
const cluster = one("gcp:container/cluster:Cluster", {
  workloadIdentityConfig: { workloadPool: "project.svc.id.goog" },
  enableShieldedNodes: true,
  binaryAuthorization: { evaluationMode: "PROJECT_SINGLETON_POLICY_ENFORCE" },
  datapathProvider: "ADVANCED_DATAPATH",
  enableIntranodeVisibility: true,
  masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
  enableLegacyAbac: false,
  removeDefaultNodePool: true,
});
const pool = one("gcp:container/nodePool:NodePool", {
  nodeConfig: {
    serviceAccount: "nodes@project.iam.gserviceaccount.com",
    workloadMetadataConfig: { mode: "GKE_METADATA" },
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
  },
});
const member = one("gcp:projects/iAMMember:IAMMember", {
  role: "roles/storage.objectViewer",
  member: "serviceAccount:app@project.iam.gserviceaccount.com",
});
const clusterRole = one("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", {
  rules: [{ apiGroups: [""], resources: ["configmaps", "pods/exec"], verbs: ["list"] }],
});
const binding = one("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", {
  roleRef: { kind: "ClusterRole", name: "reader" },
  subjects: [{ kind: "ServiceAccount", name: "app", namespace: "shop" }],
});

export const table: CaseTable = {
  "iam-no-wildcard-actions": {
    base: iam,
    fails: [
      { at: "policy", to: policy({ ...grant, Action: "s3:*" }), message: "policy.Statement[0] allows s3:*" },
      {
        at: "policy",
        to: policy({ ...grant, Action: ["s3:GetObject", "*"] }),
        message: "policy.Statement[0] allows *",
      },
      { at: "policy", to: "not json", message: "policy is no JSON document" },
    ],
    unknown: ["policy"],
  },
  "iam-no-wildcard-resources": {
    base: iam,
    fails: [
      {
        at: "policy",
        to: policy({ ...grant, Resource: "*" }),
        message: "policy.Statement[0] allows s3:GetObject on *",
      },
      {
        at: "policy",
        to: policy({ ...grant, Action: ["ec2:DescribeInstances", "ec2:RunInstances"], Resource: ["*"] }),
        message: "policy.Statement[0] allows ec2:RunInstances on *",
      },
    ],
    unknown: ["policy"],
  },
  "iam-no-administrator": {
    base: [
      {
        type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        props: { policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" },
      },
      ...role,
    ],
    fails: [
      {
        at: "policyArn",
        to: "arn:aws:iam::aws:policy/AdministratorAccess",
        message: "AdministratorAccess is attached",
      },
      {
        at: "managedPolicyArns",
        to: ["arn:aws:iam::aws:policy/IAMFullAccess"],
        on: 1,
        message: "IAMFullAccess is attached",
      },
    ],
    unknown: ["policyArn"],
  },
  "iam-role-trust-named": {
    base: role,
    fails: [
      {
        at: "assumeRolePolicy",
        to: policy({ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }),
        message: "assumeRolePolicy.Statement[0] trusts *",
      },
      { at: "assumeRolePolicy", to: "{", message: "assumeRolePolicy is no JSON document" },
    ],
    unknown: ["assumeRolePolicy"],
  },
  "iam-role-bounded": {
    base: one("aws:iam/role:Role", { assumeRolePolicy: policy(oidc), permissionsBoundary: BOUNDARY }),
    config: { boundaries: [BOUNDARY, OTHER_BOUNDARY] },
    fails: [
      {
        at: "permissionsBoundary",
        to: DELETE,
        message: `permissionsBoundary is unset, not ${BOUNDARY} or ${OTHER_BOUNDARY}`,
      },
      {
        at: "permissionsBoundary",
        to: "arn:aws:iam::1:policy/none",
        message: `permissionsBoundary is "arn:aws:iam::1:policy/none", not ${BOUNDARY} or ${OTHER_BOUNDARY}`,
      },
    ],
    passes: [{ at: "permissionsBoundary", to: OTHER_BOUNDARY }],
    skips: [{ at: "permissionsBoundary", to: DELETE, config: { boundaries: [] } }],
    unknown: ["permissionsBoundary"],
  },
  "iam-role-oidc-claims-pinned": {
    base: role,
    fails: [
      {
        at: "assumeRolePolicy",
        to: claims({ StringEquals: { "token.example.com:aud": "sts.amazonaws.com" } }),
        message: "assumeRolePolicy.Statement[0] does not pin the claim sub",
      },
      {
        at: "assumeRolePolicy",
        to: claims({ StringLike: { "token.example.com:aud": "sts.amazonaws.com", "token.example.com:sub": "*" } }),
        message: "assumeRolePolicy.Statement[0] lets the claim sub be anything",
      },
    ],
    unknown: ["assumeRolePolicy"],
  },
  "resource-policy-not-public": {
    base: one("aws:sqs/queuePolicy:QueuePolicy", {
      policy: policy({
        Effect: "Allow",
        Principal: "*",
        Action: "sqs:SendMessage",
        Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:sns:us-east-1:1:topic" } },
      }),
    }),
    fails: [
      {
        at: "policy",
        to: policy({ Effect: "Allow", Principal: "*", Action: "sqs:SendMessage" }),
        message: "policy.Statement[0] allows *",
      },
      {
        at: "policy",
        to: policy({
          Effect: "Allow",
          Principal: { AWS: ["*"] },
          Condition: { Bool: { "aws:SecureTransport": "true" } },
        }),
        message: "policy.Statement[0] allows *",
      },
    ],
    unknown: ["policy"],
  },
  "ec2-imdsv2-required": {
    base: instance,
    fails: [
      {
        at: "metadataOptions.httpTokens",
        to: "optional",
        message: 'metadataOptions.httpTokens is "optional", not required',
      },
      {
        at: "metadataOptions.httpPutResponseHopLimit",
        to: 2,
        message: "metadataOptions.httpPutResponseHopLimit 2 exceeds 1",
      },
    ],
    unknown: ["metadataOptions.httpTokens"],
  },
  "ec2-instance-role": missing(instance, "iamInstanceProfile"),
  "user-data-no-secret": {
    base: instance,
    fails: [
      {
        at: "userData",
        to: "#!/bin/sh\nexport DB_PASSWORD=hunter2\n",
        message: "the start script holds a value under a secret's name",
      },
      {
        at: "userDataBase64",
        to: Buffer.from("run --url postgres://app:hunter2@db/app").toString("base64"),
        message: "the start script holds a URL with a password",
      },
      {
        at: "metadata.user-data",
        to: "-----BEGIN PRIVATE KEY-----",
        on: 1,
        message: "the start script holds a private key",
      },
    ],
    unknown: ["userData"],
  },
  "lambda-no-secret-in-environment": {
    base: one("aws:lambda/function:Function", { environment: { variables: { LEVEL: "info", HOST: "db" } } }),
    fails: [
      {
        at: "environment.variables.DB_PASSWORD",
        to: "hunter2",
        message: "environment.variables.DB_PASSWORD holds a value under a secret's name",
      },
      {
        at: "environment.variables.HOST",
        to: "postgres://app:hunter2@db/app",
        message: "environment.variables.HOST holds a URL with a password",
      },
    ],
    unknown: ["environment.variables.LEVEL", "environment"],
  },
  "gcp-instance-own-service-account": {
    base: instance,
    fails: [
      { at: "serviceAccount", to: DELETE, on: 1, message: "serviceAccount.email is unset" },
      {
        at: "serviceAccount.email",
        to: "1-compute@developer.gserviceaccount.com",
        on: 1,
        message: 'serviceAccount.email is "1-compute@developer.gserviceaccount.com"',
      },
    ],
    unknown: [{ at: "serviceAccount.email", on: 1 }],
  },
  "gcp-instance-shielded": {
    base: instance,
    fails: [
      {
        at: "shieldedInstanceConfig.enableSecureBoot",
        to: DELETE,
        on: 1,
        message: "shieldedInstanceConfig.enableSecureBoot is unset, not true",
      },
      {
        at: "shieldedInstanceConfig.enableIntegrityMonitoring",
        to: false,
        on: 1,
        message: "shieldedInstanceConfig.enableIntegrityMonitoring is false, not true",
      },
    ],
    unknown: [{ at: "shieldedInstanceConfig.enableVtpm", on: 1 }],
  },
  "gcp-instance-no-serial-port": {
    base: instance,
    fails: [
      { at: "metadata.serial-port-enable", to: "true", on: 1, message: "metadata.serial-port-enable is on" },
      { at: "metadata.serial-port-enable", to: 1, on: 1, message: "metadata.serial-port-enable is on" },
    ],
    unknown: [{ at: "metadata.serial-port-enable", on: 1 }],
  },
  "eks-access-entries": chosen(
    one("aws:eks/cluster:Cluster", { accessConfig: { authenticationMode: "API" } }),
    "accessConfig.authenticationMode",
    "CONFIG_MAP",
    "API",
  ),
  "rds-iam-authentication": flag(database, "iamDatabaseAuthenticationEnabled"),
  "s3-owner-enforced": {
    base: one("aws:s3/bucketOwnershipControls:BucketOwnershipControls", {
      rule: { objectOwnership: "BucketOwnerEnforced" },
    }),
    fails: [
      {
        at: "rule.objectOwnership",
        to: "ObjectWriter",
        message: 'rule.objectOwnership is "ObjectWriter", not BucketOwnerEnforced',
      },
    ],
    unknown: ["rule.objectOwnership"],
  },
  "gcs-uniform-access": flag(
    one("gcp:storage/bucket:Bucket", { uniformBucketLevelAccess: true }),
    "uniformBucketLevelAccess",
  ),
  "rds-password-not-literal": {
    base: database,
    fails: [{ at: "manageMasterUserPassword", to: DELETE, message: "manageMasterUserPassword is not true" }],
    unknown: ["manageMasterUserPassword", "replicateSourceDb"],
  },
  "gke-workload-identity": missing(cluster, "workloadIdentityConfig.workloadPool"),
  "gke-metadata-server": chosen(pool, "nodeConfig.workloadMetadataConfig.mode", "GCE_METADATA", "GKE_METADATA"),
  "gke-shielded-nodes": {
    base: cluster,
    fails: [{ at: "enableShieldedNodes", to: false, message: "enableShieldedNodes is false" }],
    unknown: ["enableShieldedNodes"],
  },
  "gke-node-secure-boot": flag(pool, "nodeConfig.shieldedInstanceConfig.enableSecureBoot"),
  "gke-node-integrity-monitoring": flag(pool, "nodeConfig.shieldedInstanceConfig.enableIntegrityMonitoring"),
  "gke-binary-authorization": chosen(
    cluster,
    "binaryAuthorization.evaluationMode",
    "DISABLED",
    "PROJECT_SINGLETON_POLICY_ENFORCE",
  ),
  "gke-dataplane-v2": chosen(cluster, "datapathProvider", "LEGACY_DATAPATH", "ADVANCED_DATAPATH"),
  "gke-intranode-visibility": flag(cluster, "enableIntranodeVisibility"),
  "gke-no-client-certificate": unflagged(cluster, "masterAuth.clientCertificateConfig.issueClientCertificate"),
  "gke-no-legacy-abac": unflagged(cluster, "enableLegacyAbac"),
  "gke-node-own-service-account": {
    base: pool,
    fails: [
      { at: "nodeConfig.serviceAccount", to: DELETE, message: "nodeConfig.serviceAccount is unset" },
      { at: "nodeConfig.serviceAccount", to: "default", message: 'nodeConfig.serviceAccount is "default"' },
    ],
    unknown: ["nodeConfig.serviceAccount"],
  },
  "gke-separate-node-pools": {
    base: cluster,
    fails: [
      { at: "removeDefaultNodePool", to: false, message: "removeDefaultNodePool is not true" },
      { at: "nodePools", to: [{}], message: "nodes are declared inside the cluster" },
    ],
    unknown: ["removeDefaultNodePool"],
  },
  "gcp-iam-not-public": {
    base: [
      ...member,
      {
        type: "gcp:storage/bucketIAMBinding:BucketIAMBinding",
        props: { role: "roles/storage.objectViewer", members: ["user:someone@example.com"] },
      },
    ],
    fails: [
      { at: "member", to: "allUsers", message: "grants to allUsers" },
      { at: "members.1", to: "allAuthenticatedUsers", on: 1, message: "grants to allAuthenticatedUsers" },
    ],
    unknown: ["member"],
  },
  "gcp-iam-no-basic-roles": {
    base: member,
    fails: [{ at: "role", to: "roles/editor", message: "role is roles/editor" }],
    unknown: ["role"],
  },
  "gcp-iam-no-default-accounts": {
    base: member,
    fails: [
      {
        at: "member",
        to: "serviceAccount:1-compute@developer.gserviceaccount.com",
        message: "grants to serviceAccount:1-compute@developer.gserviceaccount.com",
      },
    ],
    unknown: ["member"],
  },
  "gcp-no-service-account-keys": {
    ...filled("gcp:serviceaccount/key:Key", "publicKeyData"),
    fails: [{ at: "publicKeyData", to: DELETE, message: "a private key would be made and kept in the state" }],
  },
  "rbac-no-wildcards": {
    base: clusterRole,
    fails: [
      { at: "rules.0.verbs", to: ["*"], message: "rules[0] has * in verbs" },
      {
        at: "rules.0.resources",
        to: ["*"],
        message: "rules[0] has * in resources",
        also: ["rbac-no-reading-all-secrets"],
      },
    ],
    unknown: ["rules"],
  },
  "rbac-no-cluster-admin": {
    base: binding,
    fails: [{ at: "roleRef.name", to: "cluster-admin", message: "roleRef is cluster-admin" }],
    unknown: ["roleRef.name"],
  },
  "rbac-no-anonymous": {
    base: binding,
    fails: [{ at: "subjects.0.name", to: "system:authenticated", message: "grants to system:authenticated" }],
    unknown: ["subjects.0.name"],
  },
  "rbac-no-escalation": {
    base: clusterRole,
    fails: [
      { at: "rules.0.verbs", to: ["get", "escalate"], message: "rules[0] allows escalate" },
      { at: "rules.0.verbs", to: ["create"], message: "rules[0] allows create pods/exec" },
    ],
    unknown: ["rules.0.verbs"],
  },
  "helm-auth-on": {
    base: [release],
    fails: [
      { at: "values.auth.enabled", to: false, message: "values.auth.enabled is false" },
      { at: "values.server.auth", to: false, message: "values.server.auth is false" },
      { at: "values.usePassword", to: false, message: "values.usePassword is false" },
    ],
    unknown: ["values.auth.enabled"],
  },
};
