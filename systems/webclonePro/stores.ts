import type { SystemInput } from "../spec";

export const stores: NonNullable<SystemInput["stores"]> = {
  // Supabase's database in the source's clusters, postgres in its compose file: managed Postgres of our own, copied to
  // the other region and taken over from there.
  database: {
    kind: "postgres",
    version: "15",
    database: "webclone",
    image: "postgres:15-alpine",
    resources: { requests: { cpu: "1000m", memory: "4Gi" }, limits: { cpu: "2000m", memory: "8Gi" } },
    storage: { size: "50Gi", volume: "postgres-data" },
    backupRetentionDays: 30,
  },
  // Sessions and cache, in each region its own. The source deploys a single one; sessions outlive a node only with
  // failover.
  redis: {
    kind: "redis",
    version: "7",
    image: "redis:7-alpine",
    resources: { requests: { cpu: "250m", memory: "1Gi" }, limits: { cpu: "1000m", memory: "2Gi" } },
    storage: { size: "10Gi", volume: "redis-data" },
    mode: "sentinel",
    replicas: 2,
    purpose: "cache",
    // Only what was stored with an expiry may be dropped.
    eviction: "volatile-lru",
  },
  // What the AI operations wait in. A queue must never be evicted, which a cache must, so it has a Redis of its own.
  jobs: {
    kind: "redis",
    version: "7",
    image: "redis:7-alpine",
    resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
    storage: { size: "5Gi", volume: "jobs-data" },
    mode: "sentinel",
    replicas: 2,
    purpose: "broker",
    eviction: "noeviction",
    deadLetter: { queue: "ai-failed", alertDepth: 1 },
  },
  assets: {
    kind: "bucket",
    bucketName: "webclone-assets",
    cdn: true,
    replication: { storageClass: "standard" },
  },
  backups: {
    kind: "bucket",
    bucketName: "webclone-backups",
    lifecycle: { expireDays: 30 },
    locked: true,
    retentionDays: 30,
  },
};
