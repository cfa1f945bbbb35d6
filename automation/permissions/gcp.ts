import type { RunResult } from "../../engine";
import { unwrap } from "../../engine/wire";

/** A predefined role, and why no narrower one does. */
export interface GcpRole {
  readonly role: string;
  /** Where it is granted. */
  readonly on: "project" | "billing account";
  readonly reason: string;
  /** Planned types that need it. */
  readonly types: readonly string[];
}

/** What a deployer needs on Google Cloud. */
export interface GcpPermissions {
  /** Projects of the plan, where settings name them. */
  readonly projects: readonly string[];
  readonly roles: readonly GcpRole[];
  readonly notes: readonly string[];
  readonly unknown: readonly string[];
}

type Row = Omit<GcpRole, "on"> & { readonly on?: GcpRole["on"] };

const IAM = "granting access to a thing is a right no editor of it has";

/**
 * Predefined roles: Google Cloud keeps them up to date with its APIs, and a custom one would break with the next field.
 * https://cloud.google.com/iam/docs/roles-permissions
 */
const ROLES: readonly Row[] = [
  {
    role: "roles/compute.networkAdmin",
    reason: "networks, subnets, addresses, routers and their NAT; it can read firewalls and change none",
    types: [
      "compute/address:Address",
      "compute/globalAddress:GlobalAddress",
      "compute/network:Network",
      "compute/router:Router",
      "compute/routerNat:RouterNat",
      "compute/subnetwork:Subnetwork",
      "servicenetworking/connection:Connection",
    ],
  },
  {
    role: "roles/servicenetworking.networksAdmin",
    reason: "a private connection to Google's services is made in their API, not in the network's",
    types: ["servicenetworking/connection:Connection"],
  },
  {
    role: "roles/networkconnectivity.consumerNetworkAdmin",
    reason: "policies by which a service may open endpoints in the network",
    types: ["networkconnectivity/serviceConnectionPolicy:ServiceConnectionPolicy"],
  },
  {
    role: "roles/compute.securityAdmin",
    reason: "firewall rules, Cloud Armor and TLS policies, which a network's administrator may not change",
    types: [
      "compute/firewall:Firewall",
      "compute/projectCloudArmorTier:ProjectCloudArmorTier",
      "compute/sSLPolicy:SSLPolicy",
      "compute/securityPolicy:SecurityPolicy",
    ],
  },
  {
    role: "roles/compute.loadBalancerAdmin",
    reason: "the parts of a load balancer",
    types: [
      "compute/backendService:BackendService",
      "compute/globalForwardingRule:GlobalForwardingRule",
      "compute/healthCheck:HealthCheck",
      "compute/targetHttpProxy:TargetHttpProxy",
      "compute/targetHttpsProxy:TargetHttpsProxy",
      "compute/uRLMap:URLMap",
    ],
  },
  {
    role: "roles/compute.instanceAdmin.v1",
    reason: "machines, their disks and their snapshot schedules",
    types: [
      "compute/disk:Disk",
      "compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment",
      "compute/instance:Instance",
      "compute/resourcePolicy:ResourcePolicy",
    ],
  },
  {
    role: "roles/iam.serviceAccountUser",
    reason: "whoever makes a machine, a node pool or a job acts as the account it runs as",
    types: [
      "cloudscheduler/job:Job",
      "compute/instance:Instance",
      "container/cluster:Cluster",
      "container/nodePool:NodePool",
      "workflows/workflow:Workflow",
    ],
  },
  {
    role: "roles/iam.serviceAccountAdmin",
    reason: "accounts, and who may act as them: Workload Identity is a binding on the account",
    types: ["serviceaccount/account:Account", "serviceaccount/iAMMember:IAMMember"],
  },
  {
    role: "roles/container.admin",
    reason: "the cluster, and what is deployed to it: container.clusterAdmin alone sees no object in it",
    types: ["container/cluster:Cluster", "container/nodePool:NodePool"],
  },
  {
    role: "roles/binaryauthorization.policyEditor",
    reason: "the project's policy of images",
    types: ["binaryauthorization/policy:Policy"],
  },
  { role: "roles/memcache.admin", reason: "caches of Memcached", types: ["memcache/instance:Instance"] },
  { role: "roles/file.editor", reason: "file shares", types: ["filestore/instance:Instance"] },
  {
    role: "roles/cloudkms.admin",
    reason: `keys and who may use them; it can use none itself: ${IAM}`,
    types: ["kms/cryptoKey:CryptoKey", "kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "kms/keyRing:KeyRing"],
  },
  {
    role: "roles/secretmanager.admin",
    reason: `secrets, their versions and who may read them: ${IAM}`,
    types: [
      "secretmanager/secret:Secret",
      "secretmanager/secretIamMember:SecretIamMember",
      "secretmanager/secretVersion:SecretVersion",
    ],
  },
  {
    role: "roles/cloudsql.admin",
    reason: "instances, databases and users; cloudsql.editor can make no instance",
    types: ["sql/database:Database", "sql/databaseInstance:DatabaseInstance", "sql/user:User"],
  },
  {
    role: "roles/redis.admin",
    reason: "Memorystore's instances and clusters; redis.editor can make none",
    types: ["redis/cluster:Cluster", "redis/instance:Instance"],
  },
  {
    role: "roles/storage.admin",
    reason: `buckets and who may read them: ${IAM}`,
    types: ["storage/bucket:Bucket", "storage/bucketIAMMember:BucketIAMMember"],
  },
  {
    role: "roles/artifactregistry.admin",
    reason: `repositories and who may pull from them: ${IAM}`,
    types: ["artifactregistry/repository:Repository", "artifactregistry/repositoryIamMember:RepositoryIamMember"],
  },
  {
    role: "roles/pubsub.admin",
    reason: `topics and who may publish to them: ${IAM}`,
    types: ["pubsub/subscription:Subscription", "pubsub/topic:Topic", "pubsub/topicIAMMember:TopicIAMMember"],
  },
  {
    role: "roles/certificatemanager.owner",
    reason: "certificates and their maps; certificatemanager.editor can delete none",
    types: [
      "certificatemanager/certificate:Certificate",
      "certificatemanager/certificateMap:CertificateMap",
      "certificatemanager/certificateMapEntry:CertificateMapEntry",
      "certificatemanager/dnsAuthorization:DnsAuthorization",
    ],
  },
  {
    role: "roles/dns.admin",
    reason: "records of the zone; where the zone is another project's, granted there",
    types: ["dns/recordSet:RecordSet"],
  },
  {
    role: "roles/logging.configWriter",
    reason: "sinks and log buckets; it reads no log",
    types: [
      "logging/projectBucketConfig:ProjectBucketConfig",
      "logging/projectExclusion:ProjectExclusion",
      "logging/projectSink:ProjectSink",
    ],
  },
  {
    role: "roles/monitoring.editor",
    reason: "alerts, channels, uptime checks and the descriptors of metrics, which no narrower role makes together",
    types: [
      "monitoring/alertPolicy:AlertPolicy",
      "monitoring/metricDescriptor:MetricDescriptor",
      "monitoring/notificationChannel:NotificationChannel",
      "monitoring/uptimeCheckConfig:UptimeCheckConfig",
    ],
  },
  {
    role: "roles/serviceusage.serviceUsageAdmin",
    reason: "APIs the system needs, and the accounts their services act as",
    types: ["projects/service:Service", "projects/serviceIdentity:ServiceIdentity"],
  },
  {
    role: "roles/resourcemanager.projectIamAdmin",
    reason:
      "roles of the system's own accounts and the audit log's settings; give it with a condition on the roles it may grant",
    types: ["projects/iAMAuditConfig:IAMAuditConfig", "projects/iAMMember:IAMMember"],
  },
  {
    role: "roles/iam.roleAdmin",
    reason: "a role with only what starts and stops machines",
    types: ["projects/iAMCustomRole:IAMCustomRole"],
  },
  { role: "roles/cloudscheduler.admin", reason: "jobs that start and stop things", types: ["cloudscheduler/job:Job"] },
  {
    role: "roles/workflows.editor",
    reason: "the workflow that starts and stops a cluster",
    types: ["workflows/workflow:Workflow"],
  },
  {
    role: "roles/billing.costsManager",
    on: "billing account",
    reason: "a budget belongs to the account that pays, not to the project",
    types: ["billing/budget:Budget"],
  },
];

/** What reading a project, its zones or a service's account asks for. */
const READS: Readonly<Record<string, string>> = {
  "gcp:compute/getZones:getZones": "compute/network:Network",
  "gcp:organizations/getProject:getProject": "projects/service:Service",
  "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": "storage/bucket:Bucket",
};

/** The roles a deployer of this run needs, from what it made. */
export function gcpPermissions(run: RunResult): GcpPermissions | undefined {
  const made = run.resources.filter(({ type, custom }) => custom && type.startsWith("gcp:"));
  if (made.length === 0) {
    return undefined;
  }
  const read = run.asked.map(({ token }) => token).filter((token) => token.startsWith("gcp:"));
  const types = new Set([
    ...made.map(({ type }) => type.slice("gcp:".length)),
    ...read.flatMap((token) => READS[token] ?? []),
  ]);
  const known = new Set(ROLES.flatMap((row) => row.types));
  const projects = run.resources
    .filter(({ type }) => type === "pulumi:providers:gcp")
    .flatMap(({ inputs }) => unwrap(inputs.project ?? null))
    .filter((project): project is string => typeof project === "string");
  return {
    projects: [...new Set(projects)].sort(),
    roles: ROLES.flatMap(({ on = "project", ...row }) => {
      const needing = row.types.filter((type) => types.has(type));
      return needing.length === 0 ? [] : [{ ...row, on, types: needing.map((type) => `gcp:${type}`) }];
    }),
    notes: ["roles of a project reach everything in it: give each system a project of its own"],
    unknown: [
      ...[...types].filter((type) => !known.has(type)).map((type) => `gcp:${type}`),
      ...read.filter((token) => READS[token] === undefined),
    ].sort(),
  };
}
