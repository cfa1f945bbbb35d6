import { expect } from "chai";
import { GCP_CONSTRAINTS } from "../../../components/gcp/constraints";
import { type Constraint, problemsOf } from "../../../components/gcp/constraints/constraint";
import type { StoreOf } from "../../../systems/spec";
import { nodePool } from "../../../systems/spec/service";
import { store } from "../../../systems/spec/stores";

type Group = keyof typeof GCP_CONSTRAINTS;
type Subject<G extends Group> = (typeof GCP_CONSTRAINTS)[G][number] extends Constraint<infer S> ? S : never;

const requests = (cpu: string, memory: string) => ({ requests: { cpu, memory }, limits: { cpu, memory } });
const resources = requests("1", "4Gi");
const postgres = (more: object = {}) =>
  store.parse({
    kind: "postgres",
    version: "16",
    resources,
    storage: { size: "50Gi" },
    ...more,
  }) as StoreOf<"postgres">;
const redis = (more: object = {}) => store.parse({ kind: "redis", resources, ...more }) as StoreOf<"redis">;
const memcached = (more: object = {}, cpu = "1", memory = "4Gi") =>
  store.parse({ kind: "memcached", resources: requests(cpu, memory), ...more }) as StoreOf<"memcached">;
const bucket = (more: object = {}, region = "us-central1") => ({
  store: store.parse({ kind: "bucket", ...more }) as StoreOf<"bucket">,
  region,
});
const pool = (more: object = {}, region = "us-central1") => ({
  pool: nodePool.parse({ cpu: "4", memory: "8Gi", min: 1, max: 9, ...more }),
  region,
});
const route = (more: object = {}) => ({
  host: "example.com",
  path: "/",
  service: "web",
  namespace: "n",
  servicePort: 80,
  targetPort: 80,
  healthPath: "/",
  timeoutSeconds: 60,
  ready: [],
  ...more,
});
const edge = (more: object = {}) => ({ routes: [route()], headers: { "X-Frame-Options": "DENY" }, zones: 3, ...more });
const many = (count: number, of: (index: number) => object) =>
  edge({ routes: Array.from({ length: count }, (_, index) => route(of(index))) });
const headers = (count: number, value = "x") =>
  edge({ headers: Object.fromEntries(Array.from({ length: count }, (_, index) => [`X-${index}`, value])) });
const place = (more: object = {}) => ({ name: "main", region: "us-central1", ...more });
const key = (location: string) => `projects/p-1/locations/${location}/keyRings/r/cryptoKeys/k`;
const stack = (more: object = {}) => ({ tags: {}, fargateNamespaces: [], ...more });
const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, "x"]));
const network = (more: object = {}) => ({
  cidrBlock: "10.0.0.0/16",
  nodeRange: "10.0.128.0/20",
  podRange: "10.0.0.0/17",
  serviceRange: "10.0.144.0/20",
  privateRange: "10.0.192.0/18",
  nodes: 10,
  services: 50,
  managed: 3,
  databases: true,
  ...more,
});
const ranges = (count: number) => ({
  cidrBlocks: Array.from({ length: count }, (_, index) => `203.0.113.${index}/32`),
});

/** One subject that passes, one that fails, and the field the failure names. */
type Case<S> = readonly [passes: S, fails: S, field: string];

/** By id: a rule without its cases fails the test, as does a case without its rule. */
const CASES: { readonly [G in Group]: Readonly<Record<string, Case<Subject<G>>>> } = {
  project: {
    "project-id": ["my-project-1", "123456789012", ""],
    "project-words": ["goggles-1", "my-google-project", ""],
  },
  region: { "region-zone": ["us-central1", "us-central1-a", ""] },
  placement: {
    "placement-name": [place({ name: "x".repeat(26) }), place({ name: "x".repeat(27) }), "name"],
    "key-name": [place({ kmsKey: key("us-central1") }), place({ kmsKey: "arn:aws:kms:us-east-1:1:key/1" }), "kmsKey"],
    "key-region": [place({ kmsKey: key("us-central1") }), place({ kmsKey: key("europe-west1") }), "kmsKey"],
    "zone-name": [place({ zone: "example-com" }), place({ zone: "example.com." }), "zone"],
  },
  stack: {
    "label-count": [stack({ tags: tags(58) }), stack({ tags: tags(59) }), "tags"],
    "log-retention": [stack({ logsDays: 3_650 }), stack({ logsDays: 3_651 }), "retention.logsDays"],
    "billing-account": [
      stack({ billingAccount: "012345-6789AB-CDEF01" }),
      stack({ billingAccount: "my-billing" }),
      "access.gcp.billingAccount",
    ],
    "no-fargate": [stack(), stack({ fargateNamespaces: ["jobs"] }), "compute.fargateNamespaces"],
  },
  networkSize: { "network-size": [{ networkPrefix: 20 }, { networkPrefix: 21 }, "cidrBlock"] },
  network: {
    "network-nodes": [
      network({ nodes: 252, nodeRange: "10.0.0.0/24" }),
      network({ nodes: 253, nodeRange: "10.0.0.0/24" }),
      "cidrBlock",
    ],
    "network-pods": [network({ nodes: 512 }), network({ nodes: 513 }), "cidrBlock"],
    "network-services": [
      network({ services: 256, serviceRange: "10.0.0.0/24" }),
      network({ services: 257, serviceRange: "10.0.0.0/24" }),
      "cidrBlock",
    ],
    "network-managed": [
      network({ managed: 4, privateRange: "10.0.12.0/22" }),
      network({ managed: 5, privateRange: "10.0.12.0/22" }),
      "cidrBlock",
    ],
    "network-docker": [
      network({ cidrBlock: "172.17.0.0/16", databases: false }),
      network({ cidrBlock: "172.17.0.0/16" }),
      "cidrBlock",
    ],
  },
  cluster: { "cluster-networks": [ranges(48), ranges(49), "access.deployer.cidrBlocks"] },
  nodePool: {
    "node-size": [pool({ cpu: "96" }), pool({ cpu: "200" }), ""],
    "node-family": [pool({ classes: { gcp: "n2-standard-4" } }), pool({ classes: { gcp: "m5.large" } }), "classes.gcp"],
    "node-family-region": [
      pool({ architecture: "arm64" }),
      pool({ architecture: "arm64" }, "africa-south1"),
      "architecture",
    ],
    "node-architecture": [
      pool({ architecture: "arm64", classes: { gcp: "c4a-standard-4" } }),
      pool({ classes: { gcp: "c4a-standard-4" } }),
      "classes.gcp",
    ],
    "node-disk": [pool({ diskSize: "64Ti" }), pool({ diskSize: "65Ti" }), "diskSize"],
    "node-labels": [pool({ labels: { tier: "web" } }), pool({ labels: { "kubernetes.io/role": "x" } }), "labels"],
  },
  postgres: {
    "sql-version": [postgres(), postgres({ version: "12" }), "version"],
    "sql-database": [postgres(), postgres({ database: "cloudsqladmin" }), "database"],
    "sql-size": [
      postgres({ resources: requests("96", "64Gi") }),
      postgres({ resources: requests("97", "64Gi") }),
      "resources.requests",
    ],
    "sql-tier": [
      postgres({ classes: { gcp: "db-custom-2-8192" } }),
      postgres({ classes: { gcp: "db.r5.large" } }),
      "classes.gcp",
    ],
    "sql-tier-cpu": [
      postgres({ classes: { gcp: "db-custom-4-8192" } }),
      postgres({ classes: { gcp: "db-custom-3-8192" } }),
      "classes.gcp",
    ],
    "sql-tier-memory": [
      postgres({ classes: { gcp: "db-custom-1-3840" } }),
      postgres({ classes: { gcp: "db-custom-1-3841" } }),
      "classes.gcp",
    ],
    "sql-tier-ratio": [
      postgres({ classes: { gcp: "db-custom-2-13312" } }),
      postgres({ classes: { gcp: "db-custom-2-13568" } }),
      "classes.gcp",
    ],
    "sql-tier-optimized": [
      postgres({ classes: { gcp: "db-perf-optimized-N-8" } }),
      postgres({ classes: { gcp: "db-perf-optimized-N-7" } }),
      "classes.gcp",
    ],
    "sql-replicas": [postgres({ readReplicas: 10 }), postgres({ readReplicas: 11 }), "readReplicas"],
    "sql-disk": [postgres({ storage: { size: "64Ti" } }), postgres({ storage: { size: "65Ti" } }), "storage.size"],
    "sql-disk-growth": [
      postgres({ storage: { size: "50Gi", maxSize: "50Gi" } }),
      postgres({ storage: { size: "50Gi", maxSize: "49Gi" } }),
      "storage.maxSize",
    ],
    "sql-disk-growth-end": [
      postgres({ storage: { size: "50Gi", maxSize: "64Ti" } }),
      postgres({ storage: { size: "50Gi", maxSize: "65Ti" } }),
      "storage.maxSize",
    ],
    "sql-window": [postgres(), postgres({ maintenanceWindow: "mon:04:30-mon:05:30" }), "maintenanceWindow"],
    "sql-recovery": [postgres(), postgres({ pointInTimeRecovery: false }), "pointInTimeRecovery"],
    "sql-extensions": [
      postgres({ extensions: ["vector", "pg_trgm"] }),
      postgres({ extensions: ["vector", "timescaledb"] }),
      "extensions",
    ],
  },
  redis: {
    "redis-version": [redis(), redis({ version: "5" }), "version"],
    "redis-class": [redis(), redis({ classes: { gcp: "M3" } }), "classes.gcp"],
    "redis-memory": [
      redis({ resources: requests("1", "300Gi") }),
      redis({ resources: requests("1", "301Gi") }),
      "resources.requests.memory",
    ],
    "redis-cluster-version": [redis({ mode: "cluster" }), redis({ mode: "cluster", version: "6" }), "version"],
    "redis-cluster-broker": [redis({ mode: "cluster" }), redis({ mode: "cluster", purpose: "broker" }), "mode"],
    "redis-node-type": [
      redis({ mode: "cluster", classes: { gcp: "REDIS_HIGHMEM_XLARGE" } }),
      redis({ mode: "cluster", classes: { gcp: "M3" } }),
      "classes.gcp",
    ],
    "redis-shard-memory": [
      redis({ mode: "cluster", resources: requests("1", "58Gi") }),
      redis({ mode: "cluster", resources: requests("1", "59Gi") }),
      "resources.requests.memory",
    ],
    "redis-cluster-units": [
      redis({ mode: "cluster", shards: 83, replicas: 2 }),
      redis({ mode: "cluster", shards: 84, replicas: 2 }),
      "shards",
    ],
    "redis-replicas": [redis({ replicas: 5 }), { ...redis(), replicas: 6 }, "replicas"],
  },
  bucket: {
    "bucket-archive": [
      bucket({ lifecycle: { infrequentAccessDays: 30, archiveDays: 60 } }),
      bucket({ lifecycle: { infrequentAccessDays: 30, archiveDays: 59 } }),
      "lifecycle.archiveDays",
    ],
    "bucket-expiry": [
      bucket({ lifecycle: { archiveDays: 90, expireDays: 91 } }),
      bucket({ lifecycle: { archiveDays: 90, expireDays: 90 } }),
      "lifecycle.expireDays",
    ],
    "bucket-versions": [bucket(), bucket({ versioning: false }), "versioning"],
    "bucket-retention": [bucket({ locked: true, retentionDays: 30 }), bucket({ locked: true }), "retentionDays"],
    "bucket-retention-expiry": [
      bucket({ locked: true, retentionDays: 30, lifecycle: { expireDays: 30 } }),
      bucket({ locked: true, retentionDays: 30, lifecycle: { expireDays: 29 } }),
      "lifecycle.expireDays",
    ],
    "bucket-name-google": [bucket({ bucketName: "exports" }), bucket({ bucketName: "google-exports" }), "bucketName"],
    "bucket-pair": [bucket({ replication: {} }), bucket({ replication: {} }, "africa-south1"), "replication"],
  },
  fileShare: { "filestore-size": [{ size: "100Ti" }, { size: "101Ti" }, "size"] },
  edge: {
    "balancer-hosts": [
      many(1_000, (index) => ({ host: `h${index}.example.com` })),
      many(1_001, (index) => ({ host: `h${index}.example.com` })),
      "routes",
    ],
    "balancer-paths": [
      many(1_000, (index) => ({ path: `/${index}` })),
      many(1_001, (index) => ({ path: `/${index}` })),
      "routes",
    ],
    "balancer-services": [
      many(50, (index) => ({ service: `s${index}` })),
      many(51, (index) => ({ service: `s${index}` })),
      "routes",
    ],
    "balancer-groups": [edge({ zones: 50 }), edge({ zones: 51 }), "routes"],
    "balancer-timeout": [
      edge({ routes: [route({ timeoutSeconds: 86_400 })] }),
      edge({ routes: [route({ timeoutSeconds: 86_401 })] }),
      "routes[0].timeoutSeconds",
    ],
    "balancer-path": [
      edge({ routes: [route({ path: "/api" })] }),
      edge({ routes: [route({ path: "/api/*/v1" })] }),
      "routes[0].path",
    ],
    "balancer-host": [
      edge({ routes: [route({ host: "h".repeat(253) })] }),
      edge({ routes: [route({ host: "h".repeat(254) })] }),
      "routes[0].host",
    ],
    "balancer-headers": [headers(16), headers(17), "edge.headers"],
    "balancer-header-size": [headers(2, "x".repeat(4_000)), headers(2, "x".repeat(4_100)), "edge.headers"],
    "balancer-header-name": [edge(), edge({ headers: { "X-Goog-Meta": "1" } }), "edge.headers.X-Goog-Meta"],
  },
  admission: {
    "admission-image": [
      { image: "ghcr.io/acme/api:1", allow: ["ghcr.io/acme/*"], attested: false },
      { image: "ghcr.io/acme/team/api:1", allow: ["ghcr.io/acme/*"], attested: false },
      "image",
    ],
    "admission-digest": [
      { image: `ghcr.io/acme/api@sha256:${"0".repeat(64)}`, allow: [], attested: true },
      { image: "ghcr.io/acme/api:1", allow: [], attested: true },
      "image",
    ],
  },
  memcached: {
    "memcached-version": [memcached({ version: "1.6.15" }), memcached({ version: "1.6.22" }), "version"],
    "memcached-nodes": [memcached({ instances: 20 }), memcached({ instances: 21 }), "instances"],
    "memcached-cpus": [memcached({}, "32", "64Gi"), memcached({}, "32500m", "64Gi"), "resources.requests.cpu"],
    "memcached-memory": [memcached({}, "2", "256Gi"), memcached({}, "2", "257Gi"), "resources.requests.memory"],
    "memcached-class": [memcached({}), memcached({ classes: { gcp: "M1" } }), "classes.gcp"],
  },
  secret: {
    "secret-rotation-period": [
      { description: "x", rotateDays: 36_500 },
      { description: "x", rotateDays: 36_501 },
      "rotateDays",
    ],
    "secret-annotations": [{ description: "x".repeat(16_372) }, { description: "x".repeat(16_373) }, "description"],
  },
};

describe("what Google Cloud refuses, and this program before it", () => {
  const groups = Object.entries(GCP_CONSTRAINTS) as [Group, readonly Constraint<unknown>[]][];

  it("is at least fifty things, each with an id of its own and where Google says so", () => {
    const all = groups.flatMap(([, constraints]) => constraints);
    expect(all.length).to.be.at.least(50);
    expect(new Set(all.map(({ id }) => id)).size).to.equal(all.length);
    for (const { id, what, limit, link } of all) {
      expect(link, id).to.match(/^https:\/\/docs\.cloud\.google\.com\/[\w./#-]+$/);
      expect(what, id).to.be.a("string").with.length.above(4);
      expect(limit, id).to.be.a("string").that.is.not.empty;
    }
  });

  for (const [group, constraints] of groups) {
    const cases = CASES[group] as Readonly<Record<string, Case<unknown>>>;
    it(`has a case for each rule on ${group}, and no other`, () => {
      expect(Object.keys(cases)).to.have.members(constraints.map(({ id }) => id));
    });

    for (const constraint of constraints) {
      it(`${constraint.id}: ${constraint.what}`, () => {
        const [passes, fails, field] = cases[constraint.id] ?? [];
        expect(problemsOf([constraint], passes, "")).to.deep.equal([]);
        const found = problemsOf([constraint], fails, "root");
        expect(found.map(({ path }) => path)).to.deep.equal([["root", field].filter(Boolean).join(".")]);
        for (const { allowed, fix } of found) {
          for (const words of [allowed, fix]) expect(words).to.be.a("string").that.is.not.empty;
        }
      });
    }
  }
});
