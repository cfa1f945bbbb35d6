import type { SystemInput } from "../spec";

export const stores: NonNullable<SystemInput["stores"]> = {
  database: {
    kind: "postgres",
    // The source names no version; pgvector is part of every cloud's 16.
    version: "16",
    database: "charterflow",
    resources: { requests: { cpu: "1000m", memory: "4Gi" }, limits: { cpu: "2000m", memory: "8Gi" } },
    storage: { size: "50Gi", snapshots: { schedule: "0 3 * * *", keep: 7 } },
    // "Read replica for queries".
    readReplicas: 1,
    extensions: ["vector"],
    pointInTimeRecovery: true,
    backupRetentionDays: 30,
  },
  // Sessions and the queue. BullMQ cannot use cluster mode, and neither may be evicted.
  redis: {
    kind: "redis",
    version: "7",
    resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1000m", memory: "1Gi" } },
    storage: { size: "5Gi" },
    mode: "sentinel",
    replicas: 2,
    purpose: "broker",
    eviction: "noeviction",
    deadLetter: { queue: "jobs-failed", alertDepth: 1 },
  },
  // "Cache: Redis clustering". The source draws cache, sessions and queue as one; only a cache can be clustered.
  cache: {
    kind: "redis",
    version: "7",
    resources: { requests: { cpu: "250m", memory: "1Gi" }, limits: { cpu: "1000m", memory: "2Gi" } },
    mode: "cluster",
    shards: 3,
    replicas: 1,
    purpose: "cache",
    eviction: "allkeys-lru",
  },
  uploads: {
    kind: "bucket",
    // In us-east-1 in the source: the region is the placement's.
    bucketName: "charterflow-uploads",
    // "Automatic cleanup of old files", without a figure.
    lifecycle: { infrequentAccessDays: 90, expireDays: 730 },
    // Files are recovered from the copy, so it is one that can be read at once.
    replication: { storageClass: "standard" },
    cdn: true,
  },
  backups: {
    kind: "bucket",
    bucketName: "charterflow-backups",
    lifecycle: { expireDays: 30 },
    locked: true,
    retentionDays: 30,
  },
};
