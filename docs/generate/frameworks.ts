/** One control of a framework: the rules that hold it, or why none does. */
export interface Control {
  readonly id: string;
  readonly title: string;
  readonly rules?: readonly string[];
  /** Why no rule holds it, or what of it is left. */
  readonly note?: string;
}

export interface Framework {
  readonly name: string;
  readonly note: string;
  readonly controls: readonly Control[];
}

const held = (id: string, title: string, ...rules: readonly string[]): Control => ({ id, title, rules });
const not = (id: string, title: string, note: string): Control => ({ id, title, note });

const ACCOUNT = "A setting of the account, not of a program's resources.";
const MANAGED = "The cloud runs this part.";
const REVIEW = "A judgement for a person; no input says whether it holds.";
const ABSENT = "No resource of this kind is made here; a rule would be untested against a real program.";

export const podSecurity: Framework = {
  name: "Pod Security Standards, restricted",
  note: "Complete: every control of the baseline and of the restricted profile, on containers, initContainers and ephemeralContainers.",
  controls: [
    held("Baseline", "HostProcess", "container-no-windows-host-process"),
    held("Baseline", "Host namespaces", "pod-no-host-namespaces"),
    held("Baseline", "Privileged containers", "container-not-privileged"),
    held("Baseline", "Capabilities", "container-adds-no-capabilities"),
    held("Baseline", "HostPath volumes", "pod-no-host-path", "pod-no-runtime-socket"),
    held("Baseline", "Host ports", "container-no-host-port"),
    held("Baseline", "Host probes and lifecycle hooks", "container-probes-own-address"),
    held("Baseline", "AppArmor", "container-apparmor-confined"),
    held("Baseline", "SELinux", "container-selinux-options"),
    held("Baseline", "/proc mount type", "container-default-proc-mount"),
    held("Baseline", "Seccomp", "container-seccomp-profile"),
    held("Baseline", "Sysctls", "pod-safe-sysctls"),
    held("Restricted", "Volume types", "pod-allowed-volume-types"),
    held("Restricted", "Privilege escalation", "container-no-privilege-escalation"),
    held("Restricted", "Running as non-root", "container-runs-as-non-root"),
    held("Restricted", "Running as non-root user", "container-high-user-id"),
    held("Restricted", "Seccomp", "container-seccomp-profile"),
    held("Restricted", "Capabilities", "container-drops-all-capabilities", "container-adds-no-capabilities"),
    held("Admission", "The namespace enforces it", "namespace-enforces-pod-security"),
  ],
};

export const cisEks: Framework = {
  name: "CIS Amazon EKS Benchmark 1.5.0",
  note: "Sections 2, 4 and 5. Section 3 is about files on nodes, which no resource's inputs show.",
  controls: [
    held("2.1.1", "Audit logs", "eks-control-plane-logs"),
    held("4.1.1", "cluster-admin only where required", "rbac-no-cluster-admin"),
    {
      id: "4.1.2",
      title: "Access to secrets",
      rules: ["rbac-no-reading-all-secrets"],
      note: "In part: reading those of every namespace.",
    },
    held("4.1.3", "Wildcards in roles", "rbac-no-wildcards"),
    not(
      "4.1.4",
      "Access to create pods",
      "Which controllers need it is a judgement; exec into pods is refused by rbac-no-escalation.",
    ),
    held("4.1.5", "Default service accounts unused", "pod-own-service-account"),
    held("4.1.6", "Tokens mounted where necessary", "pod-no-token-automount"),
    not("4.1.7", "system:masters unused", "Groups come from access entries here; see eks-access-entries."),
    held("4.1.8", "Bind, impersonate and escalate limited", "rbac-no-escalation"),
    held("4.2.1", "Privileged containers", "container-not-privileged", "namespace-enforces-pod-security"),
    held("4.2.2", "Host process namespace", "pod-no-host-namespaces"),
    held("4.2.3", "Host IPC namespace", "pod-no-host-namespaces"),
    held("4.2.4", "Host network namespace", "pod-no-host-namespaces"),
    held("4.2.5", "allowPrivilegeEscalation", "container-no-privilege-escalation"),
    not("4.3.1", "The CNI supports network policies", "An add-on's setting, read by no rule."),
    held("4.3.2", "Network policies in all namespaces", "namespace-default-deny", "pod-selected-by-network-policy"),
    held("4.4.1", "Secrets as files", "container-no-secret-in-env"),
    not("4.4.2", "External secret storage", REVIEW),
    not("4.5.1", "Namespaces as boundaries", REVIEW),
    held("4.5.2", "Security contexts", "container-runs-as-non-root", "container-read-only-root"),
    held("4.5.3", "Default namespace unused", "workload-own-namespace"),
    held("5.1.1", "Image scanning", "ecr-scan-on-push"),
    held("5.1.2", "User access to ECR", "resource-policy-not-public"),
    not(
      "5.1.3",
      "Cluster access to ECR read-only",
      "The node role's attached policy is AWS's own; only administrators are refused.",
    ),
    held("5.1.4", "Approved registries", "image-trusted-registry", "image-pinned-by-digest"),
    held("5.2.1", "Dedicated service accounts", "pod-own-service-account"),
    held("5.3.1", "Secrets encrypted with KMS", "eks-secrets-encrypted"),
    held("5.4.1", "Control plane endpoint restricted", "eks-endpoint-restricted"),
    held("5.4.2", "Private endpoint", "eks-endpoint-restricted"),
    held("5.4.3", "Private nodes", "subnet-no-public-addresses"),
    held("5.4.4", "Network policy", "namespace-default-deny"),
    held("5.4.5", "TLS at load balancers", "lb-listener-tls-1-2", "lb-http-redirects", "ingress-tls"),
    held("5.5.1", "Users through IAM", "eks-access-entries"),
  ],
};

export const cisGke: Framework = {
  name: "CIS Google GKE Benchmark 1.6.0",
  note: "Sections 4 and 5. Sections 2 and 3 are about the control plane and nodes' files, which Google runs.",
  controls: [
    held("4.1.1", "cluster-admin only where required", "rbac-no-cluster-admin"),
    {
      id: "4.1.2",
      title: "Access to secrets",
      rules: ["rbac-no-reading-all-secrets"],
      note: "In part: reading those of every namespace.",
    },
    held("4.1.3", "Wildcards in roles", "rbac-no-wildcards"),
    held("4.1.4", "Default service accounts unused", "pod-own-service-account"),
    held("4.1.5", "Tokens mounted where necessary", "pod-no-token-automount"),
    not("4.1.6", "system:masters unused", "Google issues no such credential; see gke-no-client-certificate."),
    held("4.1.7", "Bind, impersonate and escalate limited", "rbac-no-escalation"),
    held("4.1.8", "No binding to system:anonymous", "rbac-no-anonymous"),
    held("4.1.9", "No binding to system:unauthenticated", "rbac-no-anonymous"),
    held("4.1.10", "No binding to system:authenticated", "rbac-no-anonymous"),
    held("4.2.1", "Pod Security Standard in all namespaces", "namespace-enforces-pod-security"),
    held("4.3.1", "The CNI supports network policies", "gke-dataplane-v2"),
    held("4.3.2", "Network policies in all namespaces", "namespace-default-deny", "pod-selected-by-network-policy"),
    held("4.4.1", "Secrets as files", "container-no-secret-in-env"),
    not("4.4.2", "External secret storage", REVIEW),
    held("4.5.1", "Image provenance", "gke-binary-authorization"),
    not("4.6.1", "Namespaces as boundaries", REVIEW),
    held("4.6.2", "Seccomp profile", "container-seccomp-profile"),
    held("4.6.3", "Security contexts", "container-runs-as-non-root", "container-read-only-root"),
    held("4.6.4", "Default namespace unused", "workload-own-namespace"),
    not("5.1.1", "Image scanning", ACCOUNT),
    held("5.1.2", "User access to repositories", "gcp-iam-not-public"),
    not("5.1.3", "Cluster access to repositories read-only", REVIEW),
    held("5.1.4", "Trusted images", "image-trusted-registry", "gke-binary-authorization"),
    held("5.2.1", "Nodes not under the default account", "gke-node-own-service-account"),
    held("5.2.2", "Workload Identity", "gke-workload-identity"),
    held("5.3.1", "Secrets encrypted with Cloud KMS", "gke-secrets-encrypted"),
    held("5.4.1", "Metadata server", "gke-metadata-server"),
    held("5.5.1", "Container-Optimized OS", "gke-node-container-optimized-os"),
    held("5.5.2", "Auto-repair", "gke-node-repair"),
    held("5.5.3", "Auto-upgrade", "gke-node-upgrade"),
    held("5.5.4", "Release channel", "gke-release-channel"),
    held("5.5.5", "Shielded nodes", "gke-shielded-nodes"),
    held("5.5.6", "Integrity monitoring", "gke-node-integrity-monitoring"),
    held("5.5.7", "Secure boot", "gke-node-secure-boot"),
    held("5.6.1", "Flow logs and intranode visibility", "gcp-subnet-flow-logs", "gke-intranode-visibility"),
    held("5.6.2", "VPC-native clusters", "gke-vpc-native"),
    held("5.6.3", "Authorized networks", "gke-authorized-networks"),
    {
      id: "5.6.4",
      title: "Private endpoint",
      rules: ["gke-authorized-networks"],
      note: "In part: a public endpoint must list its networks.",
    },
    held("5.6.5", "Private nodes", "gke-private-nodes"),
    held("5.6.6", "Firewalls", "gcp-firewall-no-world-ingress"),
    {
      id: "5.6.7",
      title: "Managed certificates",
      rules: ["ingress-tls", "gcp-https-proxy-has-tls-policy"],
      note: "In part: TLS, whoever issued the certificate.",
    },
    held("5.7.1", "Logging and monitoring", "gke-logging-and-monitoring"),
    not("5.7.2", "auditd", MANAGED),
    held("5.8.1", "No client certificates", "gke-no-client-certificate"),
    not("5.8.2", "Google Groups", REVIEW),
    held("5.8.3", "No legacy ABAC", "gke-no-legacy-abac"),
    held("5.9.1", "Keys of one's own for persistent disks", "gcp-disk-customer-key", "storage-class-encrypted"),
    held("5.9.2", "Keys of one's own for boot disks", "gke-node-disk-customer-key"),
    not("5.10.1", "No web UI", "Removed from every supported version."),
    held("5.10.2", "No alpha clusters", "gke-no-alpha-features"),
    not("5.10.3", "GKE Sandbox", REVIEW),
    held("5.10.4", "Binary Authorization", "gke-binary-authorization"),
    not("5.10.5", "Security posture", ACCOUNT),
  ],
};

export const cisAws: Framework = {
  name: "CIS AWS Foundations Benchmark 3.0.0",
  note: "Titles shortened. What sets up the account itself is the landing zone's, not a program's that deploys a system.",
  controls: [
    not("1.1 to 1.14", "Contacts, root, passwords, access keys", ACCOUNT),
    not("1.15", "Permissions through groups", "Not asked: no program here makes users."),
    held(
      "1.16",
      "No full administrative policies",
      "iam-no-wildcard-actions",
      "iam-no-wildcard-resources",
      "iam-no-administrator",
    ),
    not("1.17", "Support role", ACCOUNT),
    held("1.18", "Instance roles", "ec2-instance-role"),
    not("1.19 to 1.21", "Expired certificates, Access Analyzer, central identities", ACCOUNT),
    not("1.22", "No AWSCloudShellFullAccess", "Not asked: only administrator policies are refused by name."),
    held("2.1.1", "S3 refuses plain HTTP", "s3-bucket-tls-only"),
    not("2.1.2", "MFA delete", "Only the root user can set it."),
    not("2.1.3", "Data in S3 classified", ACCOUNT),
    held("2.1.4", "S3 blocks public access", "s3-public-access-blocked", "s3-bucket-has-public-access-block"),
    held(
      "2.2.1",
      "EBS encryption",
      "ebs-volume-encrypted",
      "ec2-volumes-encrypted",
      "launch-template-volumes-encrypted",
    ),
    held("2.3.1", "RDS encryption", "rds-storage-encrypted", "aurora-storage-encrypted"),
    held("2.3.2", "RDS minor upgrades", "rds-minor-upgrades"),
    held("2.3.3", "RDS not public", "rds-not-public"),
    held("2.4.1", "EFS encryption", "efs-encrypted"),
    not("3.1 to 3.3", "CloudTrail, Config", ACCOUNT),
    held("3.4", "Access logs of the trail's bucket", "s3-bucket-access-logs"),
    not("3.5", "CloudTrail encryption", ACCOUNT),
    held("3.6", "KMS rotation", "kms-key-rotates"),
    held("3.7", "VPC flow logs", "vpc-flow-log"),
    not("3.8 to 3.9", "Object-level logging", ACCOUNT),
    not("4.1 to 4.16", "Alarms on account events", ACCOUNT),
    not("5.1", "Network ACLs", "Security groups are what is asked; no program here makes ACLs of its own."),
    held("5.2", "No administration from 0.0.0.0/0", "security-group-no-world-ingress"),
    held("5.3", "No administration from ::/0", "security-group-no-world-ingress"),
    held("5.4", "Default security group empty", "default-security-group-empty", "vpc-default-security-group-adopted"),
    not("5.5", "Least routes for peering", ABSENT),
    held("5.6", "IMDSv2", "ec2-imdsv2-required"),
  ],
};

/** Ids of catalogues that rules name themselves, and which no rule names, with the reason. */
export interface Subset {
  readonly name: string;
  /** What an id of the catalogue looks like among a rule's sources. */
  readonly pattern: RegExp;
  readonly not: readonly (readonly [ids: string, reason: string])[];
}

export const subsets: readonly Subset[] = [
  {
    name: "AWS Foundational Security Best Practices",
    pattern: /^[A-Z][A-Za-z0-9]+\.\d+$/,
    not: [
      ["Account.*, CloudTrail.*, Config.*, GuardDuty.*, Inspector.*, Macie.*, SSM.*", ACCOUNT],
      ["IAM.2 to IAM.8, IAM.19", "Users, passwords and keys: no program here makes users."],
      ["Lambda.*, DynamoDB.*, Redshift.*, DMS.*, EMR.*, Glue.*, SageMaker.*, ECS.*, Kinesis.*", ABSENT],
      ["EC2.7, EC2.182", "EBS defaults of the region: a setting of the account; volumes are asked themselves."],
      [
        "EC2.18, EC2.19",
        "Held by security-group-no-world-ingress, whose ports are config; allowed ports are not a list here.",
      ],
      ["EC2.21", "Network ACLs: no program here makes any of its own."],
      ["CloudFront.1, CloudFront.4", "Default root object and origin failover are the application's matters."],
    ],
  },
  {
    name: "Checkov, AWS",
    pattern: /^CKV2?_AWS_\d+$/,
    not: [
      ["CKV_AWS_260", "Port 80 stays open for the redirect to HTTPS."],
      ["CKV_AWS_35, CKV_AWS_36, CKV_AWS_67, CKV_AWS_252", "CloudTrail: a setting of the account."],
      ["CKV_AWS_45, CKV_AWS_50, CKV_AWS_115 to 117", `Lambda. ${ABSENT}`],
      ["CKV_AWS_28, CKV_AWS_119", `DynamoDB. ${ABSENT}`],
      ["CKV_AWS_65, CKV_AWS_97, CKV_AWS_332 to 336", `ECS. ${ABSENT}`],
    ],
  },
  {
    name: "Checkov, Google",
    pattern: /^CKV2?_GCP_\d+$/,
    not: [
      ["CKV_GCP_24", "PodSecurityPolicy is gone since Kubernetes 1.25."],
      ["CKV_GCP_33, CKV_GCP_34", "OS Login: a setting of the project's metadata."],
      ["CKV_GCP_15, CKV_GCP_80, CKV_GCP_81, CKV_GCP_100", `BigQuery. ${ABSENT}`],
      ["CKV_GCP_89 to 94, CKV_GCP_98, CKV_GCP_103", `Vertex AI, Dataflow, Dataproc, Spanner. ${ABSENT}`],
    ],
  },
  {
    name: "Checkov, Kubernetes",
    pattern: /^CKV2?_K8S_\d+$/,
    not: [
      ["CKV_K8S_1 to 7, 24, 32, 36", "PodSecurityPolicy is gone since Kubernetes 1.25."],
      ["CKV_K8S_15", "Pull policy Always adds nothing to an image pinned by digest."],
      [
        "CKV_K8S_28, 29, 30, 39",
        "Parts of what container-drops-all-capabilities and the security context rules ask in full.",
      ],
      ["CKV_K8S_33, 34, 44, 45", "The dashboard and Tiller are gone."],
      ["CKV_K8S_42", "A default service account is refused to every pod by pod-own-service-account."],
      ["CKV_K8S_68 to 151", `Flags of a control plane's programs. ${MANAGED}`],
      [
        "CKV2_K8S_1",
        "Changing bindings is what the API refuses to whom does not hold the rights; the verb bind is asked.",
      ],
    ],
  },
  {
    name: "Kubescape",
    pattern: /^C-\d{4}$/,
    not: [["Controls of a running cluster (such as C-0052)", "Not to be seen in a program's inputs."]],
  },
];

export const frameworks: readonly Framework[] = [podSecurity, cisAws, cisEks, cisGke];
