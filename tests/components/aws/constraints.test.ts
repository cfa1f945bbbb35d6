import { expect } from "chai";
import type { Constraint } from "../../../components/aws/constraint";
import { CLUSTER_CONSTRAINTS, type ClusterSubject } from "../../../components/cluster/eks/constraints";
import { MEMCACHED_CONSTRAINTS, type MemcachedSubject } from "../../../components/data/memcached/constraints";
import { POSTGRES_CONSTRAINTS, type PostgresSubject } from "../../../components/data/postgres/constraints";
import { REDIS_CONSTRAINTS, type RedisSubject } from "../../../components/data/redis/constraints";
import { SEARCH_CONSTRAINTS, type SearchSubject } from "../../../components/data/search/constraints";
import { CDN_CONSTRAINTS, type CdnSubject } from "../../../components/edge/cdn/constraints";
import { LOAD_BALANCER_CONSTRAINTS, type LoadBalancerSubject } from "../../../components/edge/loadBalancer/constraints";
import type { LoadBalancerRoute } from "../../../components/edge/loadBalancer/contract";
import { BUCKET_CONSTRAINTS, type BucketSubject } from "../../../components/storage/bucket/constraints";
import { FARGATE_CONSTRAINTS, type FargateSubject } from "../../../stacks/sites/aws/fargateConstraints";
import { PLACEMENT_CONSTRAINTS, type PlacementSubject } from "../../../stacks/sites/aws/placementConstraints";
import { docScraper } from "../../../systems/docScraper";
import { resolveSystem } from "../../../systems/resolve";
import type { StoreOf } from "../../../systems/spec";
import { nodePool } from "../../../systems/spec/service";
import { store } from "../../../systems/spec/stores";
import { vibebox } from "../../../systems/vibebox";
import { webharvest } from "../../../systems/webharvest";

/** A subject the constraint refuses at a path; what it is changed from, the constraint takes. */
type Case<Change> = readonly [id: string, change: Change, path: string];

const resources = { requests: { cpu: "1", memory: "4Gi" }, limits: { cpu: "2", memory: "8Gi" } };
const many = (count: number) => Array.from({ length: count }, (_, index) => index);

function table<Subject, Change>(
  what: string,
  constraints: readonly Constraint<Subject>[],
  subjectOf: (change?: Change) => Subject,
  cases: readonly Case<Change>[],
): void {
  describe(`service constraints of ${what}`, () => {
    it("has one case each", () => {
      expect(cases.map(([id]) => id)).to.deep.equal(constraints.map(({ id }) => id));
    });
    for (const { id, limit, source, find } of constraints) {
      it(`${id}: ${limit}`, () => {
        const [, change, path] = cases.find(([each]) => each === id) ?? [];
        expect(find(subjectOf())).to.deep.equal([]);
        const [problem, ...others] = find(subjectOf(change));
        expect([problem?.path, others]).to.deep.equal([path, []]);
        expect(problem?.allowed).to.not.equal("");
        expect(problem?.fix).to.not.equal("");
        expect(source).to.match(/^https:\/\/(docs\.aws\.amazon\.com|kubernetes\.io|github\.com)\//);
      });
    }
  });
}

/** `raw` fields are past what the spec itself refuses. */
const postgres = (change: { spec?: object; raw?: object; password?: "managed" } = {}): PostgresSubject => {
  const { spec, raw, ...others } = change;
  const parsed = store.parse({ kind: "postgres", version: "16", resources, storage: { size: "50Gi" }, ...spec });
  return { name: "db", store: { ...parsed, ...raw } as StoreOf<"postgres">, ...others };
};
table("RDS", POSTGRES_CONSTRAINTS, postgres, [
  ["rds-major-version", { spec: { version: "12" } }, "stores.db.version"],
  ["rds-database-name", { raw: { database: "0app" } }, "stores.db.database"],
  [
    "rds-largest-class",
    { spec: { resources: { ...resources, requests: { cpu: "65", memory: "4Gi" } } } },
    "stores.db.resources.requests",
  ],
  ["rds-class-form", { spec: { classes: { aws: "r5.large" } } }, "stores.db.classes.aws"],
  ["rds-class-encryption", { spec: { classes: { aws: "db.m1.large" } } }, "stores.db.classes.aws"],
  ["rds-class-engine", { spec: { classes: { aws: "db.m4.large" } } }, "stores.db.classes.aws"],
  ["rds-read-replicas", { spec: { readReplicas: 16 } }, "stores.db.readReplicas"],
  ["rds-managed-password-replicas", { spec: { readReplicas: 1 }, password: "managed" }, "stores.db.readReplicas"],
  ["rds-storage-size", { spec: { storage: { size: "65Ti" } } }, "stores.db.storage.size"],
  ["rds-storage-growth", { spec: { storage: { size: "50Gi", maxSize: "52Gi" } } }, "stores.db.storage.maxSize"],
  ["rds-backup-retention", { raw: { backupRetentionDays: 36 } }, "stores.db.backupRetentionDays"],
  ["rds-backup-window-length", { spec: { backupWindow: "03:00-03:20" } }, "stores.db.backupWindow"],
  [
    "rds-maintenance-window-length",
    { spec: { maintenanceWindow: "mon:05:00-tue:06:00" } },
    "stores.db.maintenanceWindow",
  ],
  ["rds-windows-apart", { spec: { maintenanceWindow: "mon:03:30-mon:04:30" } }, "stores.db.maintenanceWindow"],
  ["rds-extensions", { spec: { extensions: ["timescaledb"] } }, "stores.db.extensions[0]"],
]);

const redis = (change: object = {}): RedisSubject => {
  const { replicas = 0, regions, ...fields } = change as { replicas?: number; regions?: number };
  const parsed = store.parse({ kind: "redis", resources, ...fields }) as StoreOf<"redis">;
  const everywhere = regions === undefined ? {} : { regions };
  return { name: "r", store: { ...parsed, replicas }, multiZone: false, ...everywhere };
};
table("ElastiCache", REDIS_CONSTRAINTS, redis, [
  ["elasticache-version", { version: "5" }, "stores.r.version"],
  [
    "elasticache-largest-node",
    { resources: { ...resources, requests: { cpu: "1", memory: "420Gi" } } },
    "stores.r.resources.requests.memory",
  ],
  ["elasticache-type-form", { classes: { aws: "r6g.large" } }, "stores.r.classes.aws"],
  ["elasticache-type-failover", { classes: { aws: "cache.m1.small" } }, "stores.r.classes.aws"],
  ["elasticache-type-encryption", { classes: { aws: "cache.r3.large" } }, "stores.r.classes.aws"],
  ["elasticache-nodes", { mode: "cluster", shards: 60, replicas: 1 }, "stores.r.shards"],
  ["elasticache-replicas", { replicas: 6 }, "stores.r.replicas"],
  [
    "elasticache-global-type",
    { regions: 2, replicas: 1, classes: { aws: "cache.t4g.medium" } },
    "stores.r.classes.aws",
  ],
  ["elasticache-global-regions", { regions: 4, replicas: 1, classes: { aws: "cache.m6g.large" } }, "stores.r.kind"],
  ["elasticache-global-failover", { regions: 2, classes: { aws: "cache.r7g.xlarge" } }, "stores.r.replicas"],
  ["elasticache-cluster-broker", { mode: "cluster", purpose: "broker" }, "stores.r.mode"],
]);

const memcached = (change: object = {}): MemcachedSubject => ({
  name: "m",
  store: store.parse({ kind: "memcached", resources, ...change }) as StoreOf<"memcached">,
});
table("ElastiCache for Memcached", MEMCACHED_CONSTRAINTS, memcached, [
  ["memcached-version", { version: "1.5" }, "stores.m.version"],
  ["memcached-nodes", { instances: 61 }, "stores.m.instances"],
  [
    "memcached-largest-node",
    { resources: { ...resources, requests: { cpu: "1", memory: "420Gi" } } },
    "stores.m.resources.requests.memory",
  ],
  ["memcached-type-form", { classes: { aws: "t4g.small" } }, "stores.m.classes.aws"],
  ["memcached-type-encryption", { classes: { aws: "cache.m3.large" } }, "stores.m.classes.aws"],
]);

const search = (change: { spec?: object; logs?: boolean } = {}): SearchSubject => ({
  name: "s",
  store: store.parse({
    kind: "search",
    version: "2",
    resources,
    storage: { size: "100Gi" },
    ...change.spec,
  }) as StoreOf<"search">,
  multiZone: true,
  ...(change.logs ? { logs: true } : {}),
});
table("OpenSearch Service", SEARCH_CONSTRAINTS, search, [
  ["opensearch-version", { spec: { version: "8" } }, "stores.s.version"],
  ["opensearch-log-collectors", { logs: true }, "stores.s.kind"],
  ["opensearch-nodes", { spec: { instances: 79 } }, "stores.s.instances"],
  ["opensearch-largest-disk", { spec: { storage: { size: "25Ti" } } }, "stores.s.storage.size"],
  [
    "opensearch-largest-node",
    { spec: { resources: { ...resources, requests: { cpu: "1", memory: "385Gi" } } } },
    "stores.s.resources.requests.memory",
  ],
  ["opensearch-type-form", { spec: { classes: { aws: "r6g.large" } } }, "stores.s.classes.aws"],
  ["opensearch-type-access-control", { spec: { classes: { aws: "t2.small.search" } } }, "stores.s.classes.aws"],
]);

const bucket = (change: { place?: string; spec?: object } = {}): BucketSubject => ({
  name: "b",
  store: store.parse({ kind: "bucket", ...change.spec }) as StoreOf<"bucket">,
  place: {
    region: "us-east-1",
    replicaRegion: change.place === "none" ? undefined : change.place === "same" ? "us-east-1" : "us-west-2",
  },
});
table("S3", BUCKET_CONSTRAINTS, bucket, [
  [
    "s3-infrequent-access-days",
    { spec: { lifecycle: { infrequentAccessDays: 29 } } },
    "stores.b.lifecycle.infrequentAccessDays",
  ],
  [
    "s3-archive-after-infrequent-access",
    { spec: { lifecycle: { infrequentAccessDays: 30, archiveDays: 59 } } },
    "stores.b.lifecycle.archiveDays",
  ],
  [
    "s3-expiry-after-transitions",
    { spec: { lifecycle: { archiveDays: 90, expireDays: 90 } } },
    "stores.b.lifecycle.expireDays",
  ],
  ["s3-lock-versioning", { spec: { locked: true, retentionDays: 1, versioning: false } }, "stores.b.versioning"],
  ["s3-lock-retention", { spec: { locked: true } }, "stores.b.retentionDays"],
  ["s3-replication-versioning", { spec: { replication: {}, versioning: false } }, "stores.b.versioning"],
  ["s3-replication-region", { spec: { replication: {} }, place: "none" }, "stores.b.replication"],
  ["s3-replication-other-region", { spec: { replication: {} }, place: "same" }, "stores.b.replication"],
  ["s3-bucket-name", { spec: { bucketName: "sthree-data" } }, "stores.b.bucketName"],
]);

const route = (change: Partial<LoadBalancerRoute> = {}): LoadBalancerRoute => ({
  host: "example.com",
  path: "/",
  service: "web",
  namespace: "app",
  servicePort: 80,
  targetPort: 3000,
  healthPath: "/health",
  timeoutSeconds: 60,
  ready: [],
  ...change,
});
const balancer = (change: Partial<LoadBalancerSubject> = {}): LoadBalancerSubject => ({
  routes: [route()],
  edge: { headers: { "x-frame-options": "DENY", "x-content-type-options": "nosniff" }, rateLimit: 100 },
  ...change,
});
const routes = (...changes: readonly Partial<LoadBalancerRoute>[]) => ({ routes: changes.map(route) });
const headers = (given: Readonly<Record<string, string>>) => ({ edge: { headers: given } });
table("load balancers", LOAD_BALANCER_CONSTRAINTS, balancer, [
  ["alb-rules", routes(...many(101).map((index) => ({ path: `/${index}` }))), "routes"],
  ["alb-target-groups", routes(...many(101).map((index) => ({ service: `s${index}` }))), "routes"],
  ["alb-path", routes({ path: `/${"a".repeat(126)}` }), "routes[0].path"],
  ["alb-health-path", routes({ healthPath: `/${"a".repeat(1_024)}` }), "routes[0].healthPath"],
  ["alb-idle-timeout", routes({ timeoutSeconds: 4_001 }), "routes[0].timeoutSeconds"],
  ["alb-header-values", headers({ "x-content-type-options": "sniff" }), "edge.headers.x-content-type-options"],
  ["alb-frame-options", headers({ "x-frame-options": "MAYBE" }), "edge.headers.x-frame-options"],
  ["acm-names", routes(...many(11).map((index) => ({ host: `h${index}.example.com` }))), "routes"],
  ["acm-common-name", routes({ host: `${"a".repeat(60)}.example.com` }), "routes[0].host"],
  ["acm-name", routes({}, { host: `${"a".repeat(64)}.example.com` }), "routes[1].host"],
  ["waf-rate-limit", { edge: { headers: {}, rateLimit: 9 } }, "edge.rateLimit"],
]);

const cdn = (change: Partial<CdnSubject> = {}): CdnSubject => ({
  region: "us-east-1",
  hosts: ["example.com"],
  edge: { headers: { "referrer-policy": "no-referrer" }, staticPaths: ["/static"] },
  buckets: [{ store: "assets", path: "/assets" }],
  ...change,
});
const delivered = (count: number, path: (index: number) => string) => ({
  buckets: many(count).map((index) => ({ store: `s${index}`, path: path(index) })),
});
const ownHeaders = Object.fromEntries(many(11).map((index) => [`x-own-${index}`, "1"]));
table("CloudFront", CDN_CONSTRAINTS, cdn, [
  ["cloudfront-certificate-region", { region: "eu-west-1" }, "region"],
  ["cloudfront-hosts", { hosts: many(101).map((index) => `h${index}.example.com`) }, "routes"],
  [
    "cloudfront-behaviors",
    { edge: { headers: {}, staticPaths: many(76).map((index) => `/${index}`) } },
    "edge.staticPaths",
  ],
  ["cloudfront-origins", delivered(100, (index) => `/${index}`), "stores"],
  ["cloudfront-function-size", delivered(60, (index) => `/${"a".repeat(200)}${index}`), "stores"],
  ["cloudfront-bucket-path", delivered(1, () => "/static"), "stores.s0.cdnPath"],
  ["cloudfront-path-pattern", { edge: { headers: {}, staticPaths: ["/a b"] } }, "edge.staticPaths[0]"],
  ["cloudfront-custom-headers", { edge: { headers: ownHeaders } }, "edge.headers"],
  ["cloudfront-referrer-policy", headers({ "referrer-policy": "always" }), "edge.headers.referrer-policy"],
]);

const pools = (change: object = {}) => ({
  nodePools: { one: nodePool.parse({ cpu: "4", memory: "8Gi", min: 1, max: 3, ...change }) },
});
const cluster = (change: Partial<ClusterSubject> = {}): ClusterSubject => ({
  ...pools({ labels: { "example.com/kind": "worker" }, classes: { aws: "c5.xlarge" } }),
  version: "1.35",
  cidrBlock: "172.21.0.0/16",
  publicAccessCidrBlocks: ["203.0.113.0/24"],
  fargateNamespaces: ["jobs"],
  identities: { jobs: "web-identity" },
  ...change,
});
table("EKS", CLUSTER_CONSTRAINTS, cluster, [
  ["eks-version", { version: "1.20" }, "groundplan:compute.kubernetesVersion"],
  [
    "eks-node-groups",
    { nodePools: Object.fromEntries(many(30).map((index) => [`p${index}`, pools().nodePools.one])) },
    "nodePools",
  ],
  ["eks-nodes-per-group", pools({ max: 451 }), "nodePools.one.max"],
  [
    "eks-instance-types",
    pools({ alternatives: { aws: many(20).map((index) => `c${index}.large`) } }),
    "nodePools.one.alternatives.aws",
  ],
  ["ec2-instance-type-form", pools({ classes: { aws: "large" } }), "nodePools.one.classes.aws"],
  ["ec2-instance-architecture", pools({ classes: { aws: "c7g.large" } }), "nodePools.one.classes.aws"],
  ["ec2-largest-node", pools({ cpu: "65" }), "nodePools.one"],
  ["ebs-volume-size", pools({ diskSize: "65Ti" }), "nodePools.one.diskSize"],
  [
    "eks-node-labels",
    pools({ labels: Object.fromEntries(many(49).map((index) => [`l${index}`, ""])) }),
    "nodePools.one.labels",
  ],
  [
    "eks-node-label-form",
    pools({ labels: { "node.kubernetes.io/kind": "x" } }),
    "nodePools.one.labels.node.kubernetes.io/kind",
  ],
  [
    "eks-public-ranges",
    { publicAccessCidrBlocks: many(41).map((index) => `203.0.113.${index}/32`) },
    "groundplan:access.deployer.cidrBlocks",
  ],
  ["eks-public-range-routed", { publicAccessCidrBlocks: ["10.0.0.0/8"] }, "groundplan:access.deployer.cidrBlocks[0]"],
  ["eks-service-range", { cidrBlock: "172.20.0.0/18" }, "groundplan:placements.cidrBlock"],
  [
    "eks-fargate-profiles",
    { fargateNamespaces: many(11).map((index) => `n${index}`) },
    "groundplan:compute.fargateNamespaces",
  ],
  ["eks-pod-identity-fargate", { identities: { jobs: "pod-identity" } }, "groundplan:compute.fargateNamespaces[0]"],
]);

const target = { model: "distributed", environment: "staging", placement: "main" } as const;
const unpooled = { services: { api: { nodePool: null }, worker: { nodePool: null } } };
const scraper = resolveSystem(docScraper, { ...target, overrides: unpooled });
const api = (change: object): FargateSubject => ({
  system: resolveSystem(docScraper, {
    ...target,
    overrides: { services: { ...unpooled.services, api: { nodePool: null, ...change } } },
  }),
  namespaces: ["doc-scraper"],
});
const fargate = (change: Partial<FargateSubject> = {}): FargateSubject => ({
  system: scraper,
  namespaces: ["doc-scraper"],
  ...change,
});
const isolated = resolveSystem(vibebox, target);
const harvest = resolveSystem(webharvest, target);
table("Fargate", FARGATE_CONSTRAINTS, fargate, [
  ["fargate-namespaces", { namespaces: ["nowhere"] }, "groundplan:compute.fargateNamespaces[0]"],
  ["fargate-daemonsets", { system: isolated, namespaces: ["docker"] }, "services.docker.kind"],
  ["fargate-mesh", { system: isolated, namespaces: ["backend"], meshed: true }, "services.backend.mesh"],
  ["fargate-node-pools", api({ nodePool: "workers", interruptible: true }), "services.api.nodePool"],
  ["fargate-privileged", { system: isolated, namespaces: ["docker"] }, "services.docker.security.podSecurity"],
  ["fargate-volumes", api({ volumes: [{ name: "data", path: "/data", size: "1Gi" }] }), "services.api.volumes[0].size"],
  ["fargate-store-disks", { system: harvest, namespaces: ["webharvest"] }, "stores.qdrant.namespace"],
  ["fargate-architecture", { architecture: "arm64" }, "groundplan:compute.architecture"],
  [
    "fargate-pod-size",
    api({ resources: { requests: { memory: "121Gi" }, limits: { memory: "121Gi" } } }),
    "services.api.resources.requests",
  ],
  [
    "fargate-ephemeral-storage",
    api({ resources: { limits: { ephemeralStorage: "176Gi" } } }),
    "services.api.resources.limits.ephemeralStorage",
  ],
]);

const KEY = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000000";
const here = {
  name: "main",
  cloud: "aws",
  region: "us-east-1",
  role: "primary",
  cidrIndex: 0,
  zones: 3,
  existing: { kmsKey: KEY, zone: "Z0123456789ABCDEFGHIJ", databases: {}, buckets: {} },
} as const;
type Placement = PlacementSubject["placement"];
const subject = (
  change: {
    placement?: Partial<Placement>;
    others?: readonly Partial<Placement>[];
    settings?: object;
    externalPorts?: readonly number[];
  } = {},
): PlacementSubject => {
  const placement: Placement = { ...here, ...change.placement };
  const before = (change.others ?? []).map((other): Placement => ({ ...here, ...other }));
  return {
    settings: {
      retention: { logsDays: 90, metricsDays: 90 },
      tags: { owner: "platform team" },
      alerts: { budget: { monthlyUsd: 1, to: ["a@example.com"] } },
      placements: [...before, placement],
      ...change.settings,
    },
    placement,
    edge: { cdn: true },
    externalPorts: change.externalPorts ?? [443],
  };
};
const existing = (fields: object) => ({ placement: { existing: { ...here.existing, ...fields } } });
table("a placement's settings", PLACEMENT_CONSTRAINTS, subject, [
  ["cloudwatch-logs-retention", { settings: { retention: { logsDays: 45 } } }, "groundplan:retention.logsDays"],
  [
    "cloudwatch-metrics-retention",
    { settings: { retention: { metricsDays: 456 } } },
    "groundplan:retention.metricsDays",
  ],
  [
    "kms-key-arn",
    existing({ kmsKey: "arn:aws:kms:us-east-1:111122223333:alias/mine" }),
    "groundplan:existing.main.kmsKey",
  ],
  ["kms-key-region", existing({ kmsKey: KEY.replace("us-east-1", "eu-west-1") }), "groundplan:existing.main.kmsKey"],
  ["route53-zone-id", existing({ zone: "example.com" }), "groundplan:existing.main.zone"],
  ["cloudfront-partition", { placement: { region: "us-gov-west-1" } }, "groundplan:placements[0].region"],
  ["vpc-zones", { placement: { region: "us-west-1", zones: 3 } }, "groundplan:placements[0].zones"],
  [
    "rds-replication-account",
    { placement: { account: "111122223333" }, others: [{ name: "first", account: "444455556666" }] },
    "groundplan:placements[1].account",
  ],
  [
    "tags-count",
    { settings: { tags: Object.fromEntries(many(41).map((index) => [`t${index}`, ""])) } },
    "groundplan:tags",
  ],
  ["tags-characters", { settings: { tags: { owner: "a;b" } } }, "groundplan:tags.owner"],
  [
    "budgets-subscribers",
    { settings: { alerts: { budget: { monthlyUsd: 1, to: many(11).map((index) => `a${index}@example.com`) } } } },
    "groundplan:alerts.budget.to",
  ],
  ["vpc-security-group-rules", { externalPorts: many(36) }, "external"],
]);

describe("service constraints of AWS", () => {
  const all = [
    ...POSTGRES_CONSTRAINTS,
    ...REDIS_CONSTRAINTS,
    ...BUCKET_CONSTRAINTS,
    ...LOAD_BALANCER_CONSTRAINTS,
    ...CDN_CONSTRAINTS,
    ...CLUSTER_CONSTRAINTS,
    ...FARGATE_CONSTRAINTS,
    ...PLACEMENT_CONSTRAINTS,
  ].map(({ id }) => id);

  it("are more than fifty, each under a name of its own", () => {
    expect(all.length).to.be.greaterThan(50);
    expect(new Set(all).size).to.equal(all.length);
  });
});
