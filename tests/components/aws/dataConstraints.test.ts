import { MEMCACHED_CONSTRAINTS, type MemcachedSubject } from "../../../components/data/memcached/constraints";
import { POSTGRES_CONSTRAINTS, type PostgresSubject } from "../../../components/data/postgres/constraints";
import { REDIS_CONSTRAINTS, type RedisSubject } from "../../../components/data/redis/constraints";
import { SEARCH_CONSTRAINTS, type SearchSubject } from "../../../components/data/search/constraints";
import { BUCKET_CONSTRAINTS, type BucketSubject } from "../../../components/storage/bucket/constraints";
import type { StoreOf } from "../../../systems/spec";
import { store } from "../../../systems/spec/stores";
import { table } from "./constraintTable";

const resources = { requests: { cpu: "1", memory: "4Gi" }, limits: { cpu: "2", memory: "8Gi" } };

/** `raw` fields are past what the spec itself refuses. */
const postgres = (
  change: { spec?: object; raw?: object; password?: "managed"; pooledClients?: number } = {},
): PostgresSubject => {
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
  ["rds-proxy-secrets", { pooledClients: 201 }, "groundplan:compute.pooledDatabases"],
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
