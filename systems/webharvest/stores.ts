import type { SystemInput } from "../spec";

/** The source's data tier, with the volumes its compose file names. */
export const stores: NonNullable<SystemInput["stores"]> = {
  database: {
    kind: "postgres",
    version: "15",
    database: "webharvest",
    image: "postgres:15-alpine",
    resources: { requests: { cpu: "2000m", memory: "8Gi" }, limits: { cpu: "4000m", memory: "32Gi" } },
    // Cloud SQL gives a machine of four vCPU 26 GiB at most.
    classes: { aws: "db.r5.xlarge", gcp: "db-custom-4-26624" },
    storage: { size: "100Gi", volume: "postgres-data" },
    // The primary and its standby in another zone come with the environment; these are for reading.
    readReplicas: 2,
    backupRetentionDays: 14,
    backupWindow: "03:00-04:00",
  },
  redis: {
    kind: "redis",
    version: "7",
    image: "redis:7-alpine",
    resources: { requests: { cpu: "500m", memory: "4Gi" }, limits: { cpu: "2000m", memory: "13Gi" } },
    classes: { aws: "cache.r6g.large" },
    storage: { size: "20Gi", volume: "redis-data" },
    // One replica in the Kubernetes diagram, three masters and three replicas in the production pattern: the model that
    // scales takes the latter.
    mode: "cluster",
    shards: 3,
    replicas: 1,
    purpose: "cache",
    eviction: "allkeys-lru",
  },
  // The source draws its queue on the same Redis in one diagram and apart in the other. Celery cannot use cluster mode,
  // so it is apart.
  broker: {
    kind: "redis",
    version: "7",
    image: "redis:7-alpine",
    resources: { requests: { cpu: "250m", memory: "1Gi" }, limits: { cpu: "1000m", memory: "3Gi" } },
    storage: { size: "10Gi", volume: "broker-data" },
    mode: "sentinel",
    replicas: 2,
    purpose: "broker",
    eviction: "noeviction",
    deadLetter: { queue: "dead-letter", alertDepth: 1 },
  },
  qdrant: {
    kind: "vector",
    // Pinned by the source.
    version: "1.7.4",
    image: "qdrant/qdrant:v1.7.4",
    resources: { requests: { cpu: "2000m", memory: "8Gi" }, limits: { cpu: "4000m", memory: "14Gi" } },
    classes: { aws: "m5.xlarge", gcp: "n2-standard-4" },
    storage: { size: "100Gi", volume: "qdrant-data" },
    instances: 3,
    // Each shard twice, so that a node may be lost.
    replicationFactor: 2,
    nodePool: "vectors",
  },
  // Browsers the workers download once: all of them mount it.
  "playwright-cache": { kind: "file-share", size: "20Gi" },
  assets: { kind: "bucket", bucketName: "webharvest-assets", lifecycle: { infrequentAccessDays: 90 } },
  backups: {
    kind: "bucket",
    bucketName: "webharvest-backups",
    lifecycle: { expireDays: 14 },
    locked: true,
    retentionDays: 14,
  },
};
