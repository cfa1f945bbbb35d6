import type { Plan, PlanResource } from "../../engine";

/** Something a bill names: how much of what, of which class and size. */
export interface Billable {
  readonly what: string;
  readonly class: string;
  /** Number of them, or a range where something scales. */
  readonly count: string;
  readonly size: string;
  readonly placement: string;
}

type Inputs = PlanResource["inputs"];
type Reader = (inputs: Inputs) => Partial<Pick<Billable, "class" | "count" | "size">>;

const none: Reader = () => ({});

/** Paid for by the hour in every zone it has a subnet in; a gateway is free. */
function endpoint(inputs: Inputs): Partial<Billable> {
  const type = at(inputs, "vpcEndpointType") || "Gateway";
  const { subnetIds } = inputs;
  const zones = Array.isArray(subnetIds) ? subnetIds.length : 0;
  return { class: zones === 0 ? type : join(type, zones === 1 ? "one zone" : `${zones} zones`) };
}

/** What each type is billed by. Nothing else of a resource's inputs gets into the report. */
const TYPES: Readonly<Record<string, readonly [what: string, read: Reader]>> = {
  "aws:ec2/instance:Instance": [
    "EC2 instance",
    (i) => ({ class: at(i, "instanceType"), size: gib(at(i, "rootBlockDevice.volumeSize")) }),
  ],
  "aws:ebs/volume:Volume": ["EBS volume", (i) => ({ class: at(i, "type"), size: gib(at(i, "size")) })],
  "aws:eks/cluster:Cluster": ["EKS control plane", (i) => ({ class: at(i, "version") })],
  "aws:eks/nodeGroup:NodeGroup": [
    "EKS nodes",
    (i) => ({
      class: join(at(i, "instanceTypes"), at(i, "capacityType").toLowerCase()),
      count: range(at(i, "scalingConfig.minSize"), at(i, "scalingConfig.maxSize")),
    }),
  ],
  "aws:rds/instance:Instance": [
    "RDS instance",
    (i) => ({
      class: join(at(i, "instanceClass"), at(i, "multiAz") === "true" ? "multi-AZ" : ""),
      size: gib(at(i, "allocatedStorage")),
    }),
  ],
  "aws:rds/clusterInstance:ClusterInstance": ["Aurora instance", (i) => ({ class: at(i, "instanceClass") })],
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    "ElastiCache nodes",
    (i) => ({ class: at(i, "nodeType"), count: at(i, "numCacheClusters") || shards(i) }),
  ],
  "aws:elasticache/cluster:Cluster": [
    "ElastiCache nodes",
    (i) => ({ class: at(i, "nodeType"), count: at(i, "numCacheNodes") }),
  ],
  "aws:opensearch/domain:Domain": [
    "OpenSearch nodes",
    (i) => ({
      class: at(i, "clusterConfig.instanceType"),
      count: at(i, "clusterConfig.instanceCount"),
      size: gib(at(i, "ebsOptions.volumeSize")),
    }),
  ],
  "aws:efs/fileSystem:FileSystem": ["EFS file system", none],
  "aws:lb/loadBalancer:LoadBalancer": ["load balancer", (i) => ({ class: at(i, "loadBalancerType") })],
  "aws:ec2/natGateway:NatGateway": ["NAT gateway", none],
  "aws:ec2/eip:Eip": ["public IPv4 address", none],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["VPC endpoint", endpoint],
  "aws:cloudfront/distribution:Distribution": ["CloudFront distribution", (i) => ({ class: at(i, "priceClass") })],
  "aws:wafv2/webAcl:WebAcl": ["WAF web ACL", none],
  "aws:route53/zone:Zone": ["Route 53 zone", none],
  "aws:route53/healthCheck:HealthCheck": ["Route 53 health check", none],
  "aws:kms/key:Key": ["KMS key", none],
  "aws:secretsmanager/secret:Secret": ["Secrets Manager secret", none],
  "aws:s3/bucket:Bucket": ["S3 bucket", none],
  "aws:cloudwatch/logGroup:LogGroup": [
    "CloudWatch log group",
    (i) => ({ class: at(i, "retentionInDays") && `${at(i, "retentionInDays")} days kept` }),
  ],
  "aws:networkfirewall/firewall:Firewall": ["Network Firewall", none],
  "aws:guardduty/detector:Detector": ["GuardDuty", none],
  "gcp:compute/instance:Instance": ["Compute Engine instance", (i) => ({ class: at(i, "machineType") })],
  "gcp:compute/disk:Disk": ["persistent disk", (i) => ({ class: at(i, "type"), size: gib(at(i, "size")) })],
  "gcp:container/cluster:Cluster": ["GKE cluster", none],
  "gcp:container/nodePool:NodePool": [
    "GKE nodes",
    (i) => ({
      class: join(at(i, "nodeConfig.machineType"), at(i, "nodeConfig.spot") === "true" ? "spot" : ""),
      count: range(
        at(i, "autoscaling.totalMinNodeCount") || at(i, "autoscaling.minNodeCount"),
        at(i, "autoscaling.totalMaxNodeCount") || at(i, "autoscaling.maxNodeCount"),
      ),
    }),
  ],
  "gcp:sql/databaseInstance:DatabaseInstance": [
    "Cloud SQL instance",
    (i) => ({
      class: join(at(i, "settings.tier"), at(i, "settings.availabilityType").toLowerCase()),
      size: gib(at(i, "settings.diskSize")),
    }),
  ],
  "gcp:redis/instance:Instance": [
    "Memorystore for Redis",
    (i) => ({ class: at(i, "tier"), size: gib(at(i, "memorySizeGb")) }),
  ],
  "gcp:memcache/instance:Instance": ["Memorystore for Memcached", (i) => ({ count: at(i, "nodeCount") })],
  "gcp:filestore/instance:Instance": ["Filestore", (i) => ({ class: at(i, "tier") })],
  "gcp:storage/bucket:Bucket": ["Cloud Storage bucket", (i) => ({ class: at(i, "storageClass").toLowerCase() })],
  "gcp:compute/globalForwardingRule:GlobalForwardingRule": ["forwarding rule", none],
  "gcp:compute/forwardingRule:ForwardingRule": ["forwarding rule", none],
  "gcp:compute/routerNat:RouterNat": ["Cloud NAT", none],
  "gcp:compute/securityPolicy:SecurityPolicy": ["Cloud Armor policy", none],
  "gcp:dns/managedZone:ManagedZone": ["Cloud DNS zone", none],
  "gcp:kms/cryptoKey:CryptoKey": ["KMS key", none],
  "gcp:secretmanager/secret:Secret": ["Secret Manager secret", none],
  "kubernetes:core/v1:PersistentVolumeClaim": [
    "volume claim",
    (i) => ({
      class: at(i, "spec.storageClassName") || "default class",
      size: at(i, "spec.resources.requests.storage"),
    }),
  ],
};

/** What costs money in a plan. There are no prices offline, and a guess would be worse than none. */
export function billables(plan: Pick<Plan, "resources">): readonly Billable[] {
  const rows = new Map<string, { row: Billable; times: number }>();
  for (const resource of plan.resources) {
    const [what, read] = TYPES[resource.type] ?? [];
    if (what === undefined || read === undefined) {
      continue;
    }
    const row = {
      what,
      class: "",
      count: "1",
      size: "",
      placement: resource.placement ?? "",
      ...read(resource.inputs),
    };
    const key = JSON.stringify(row);
    const entry = rows.get(key) ?? { row, times: 0 };
    rows.set(key, { row, times: entry.times + 1 });
  }
  return [...rows.values()]
    .map(({ row, times }) =>
      times === 1 ? row : { ...row, count: row.count === "1" ? String(times) : `${times} × ${row.count}` },
    )
    .sort((a, b) => order(a, b));
}

function order(a: Billable, b: Billable): number {
  const [left, right] = [a, b].map(
    ({ placement, what, class: kind, size }) => `${placement}\n${what}\n${kind}\n${size}`,
  );
  return (left ?? "") < (right ?? "") ? -1 : 1;
}

/** The plain value at a path, lists joined; empty where there is none, where it is not known yet or where it is secret. */
function at(inputs: Inputs, path: string): string {
  const value = path
    .split(".")
    .reduce<unknown>(
      (current, key) =>
        typeof current === "object" && current !== null ? (current as Record<string, unknown>)[key] : undefined,
      inputs,
    );
  if (Array.isArray(value)) {
    return value.filter((item) => typeof item === "string").join(" or ");
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(", ");
}

function range(from: string, to: string): string {
  return from === to || to === "" ? from || "1" : `${from || "0"} to ${to}`;
}

function gib(text: string): string {
  return text === "" ? "" : `${text} GiB`;
}

/** Nodes of a sharded group: each shard has its own replicas. */
function shards(inputs: Inputs): string {
  const groups = Number(at(inputs, "numNodeGroups"));
  const replicas = Number(at(inputs, "replicasPerNodeGroup"));
  return groups > 0 ? String(groups * (1 + replicas)) : "1";
}
