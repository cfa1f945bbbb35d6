import type { SystemInput } from "../spec";

/** The source's data tier: namespace data in a cluster, network database on a host. */
const data = { namespace: "data", segment: "database" } as const;
/** "Volume snapshots": daily, a week of them. */
const snapshots = { schedule: "0 4 * * *", keep: 7 };

export const stores: NonNullable<SystemInput["stores"]> = {
  database: {
    kind: "postgres",
    // PostgreSQL without a version in the source.
    version: "16",
    database: "scraping",
    ...data,
    resources: { requests: { cpu: "1000m", memory: "4Gi" }, limits: { cpu: "2000m", memory: "8Gi" } },
    storage: { size: "100Gi", volume: "database-data", snapshots },
    readReplicas: 2,
    backupRetentionDays: 30,
  },
  // Cache and queue in one, as the source draws it. It has one replica; Sentinel, which takes over, needs two. Its
  // backup of Redis to backup storage is the append-only file with its snapshots here, the managed service's elsewhere.
  redis: {
    kind: "redis",
    version: "7",
    ...data,
    resources: { requests: { cpu: "250m", memory: "1Gi" }, limits: { cpu: "1000m", memory: "2Gi" } },
    storage: { size: "10Gi", volume: "redis-data", snapshots },
    mode: "sentinel",
    replicas: 2,
    purpose: "both",
    eviction: "noeviction",
    deadLetter: { queue: "dead-letter", alertDepth: 1 },
  },
  memcached: {
    kind: "memcached",
    ...data,
    resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
    instances: 1,
  },
  elasticsearch: {
    kind: "search",
    ...data,
    resources: { requests: { cpu: "1000m", memory: "4Gi" }, limits: { cpu: "2000m", memory: "4Gi" } },
    storage: { size: "100Gi", volume: "logs-data", snapshots },
    // Three elect a master by majority.
    instances: 3,
  },
  files: {
    kind: "bucket",
    bucketName: "scraping-files",
    lifecycle: { infrequentAccessDays: 90 },
    replication: { storageClass: "infrequent-access" },
  },
  backups: {
    kind: "bucket",
    bucketName: "scraping-backups",
    lifecycle: { expireDays: 30 },
    locked: true,
    retentionDays: 30,
  },
  logs: {
    kind: "bucket",
    bucketName: "scraping-logs",
    lifecycle: { infrequentAccessDays: 30, archiveDays: 90, expireDays: 365 },
    // Audit logs are no use if who they tell of can take them back.
    locked: true,
    retentionDays: 365,
  },
};
