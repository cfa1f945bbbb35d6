import { small } from "../fixture";
import type { Mistake } from "./mistake";

const redis = { kind: "redis", resources: small };

/** Mistakes in stores, backups, names, node pools and monitoring. */
export const stores: readonly Mistake[] = [
  {
    name: "a store's request above its limit",
    change: { stores: { queue: { resources: { requests: { memory: "1Gi" } } } } },
    path: "stores.queue.resources.requests.memory",
  },
  {
    name: "a broker in cluster mode",
    change: { stores: { queue: { mode: "cluster", shards: 3, replicas: 1 } } },
    path: "stores.queue.mode",
  },
  {
    name: "sentinel without three members",
    change: { stores: { queue: { replicas: 1 } } },
    path: "stores.queue.replicas",
  },
  {
    name: "a cluster of two masters",
    change: { stores: { other: { ...redis, mode: "cluster", shards: 2 } } },
    path: "stores.other.shards",
  },
  {
    name: "a bucket's path that a route takes",
    change: { stores: { media: { kind: "bucket", cdn: true, cdnPath: "/" } } },
    path: "stores.media.cdnPath",
  },
  {
    name: "two buckets below one path",
    change: {
      stores: { media: { kind: "bucket", cdn: true }, films: { kind: "bucket", cdn: true, cdnPath: "/media/" } },
    },
    path: "stores.films.cdnPath",
  },
  {
    name: "a path of a bucket that the CDN does not deliver",
    change: { stores: { media: { kind: "bucket", cdnPath: "/media" } } },
    path: "stores.media.cdnPath",
  },
  { name: "shards outside cluster mode", change: { stores: { queue: { shards: 3 } } }, path: "stores.queue.shards" },
  {
    name: "replicas of a single Redis",
    change: { stores: { other: { ...redis, replicas: 1 } } },
    path: "stores.other.replicas",
  },
  {
    name: "a broker that evicts",
    change: { stores: { queue: { eviction: "allkeys-lru" } } },
    path: "stores.queue.eviction",
  },
  {
    name: "a dead-letter queue in a cache",
    change: { stores: { other: { ...redis, deadLetter: { queue: "dead" } } } },
    path: "stores.other.deadLetter",
  },
  {
    name: "more copies than peers",
    change: { stores: { v: { kind: "vector", resources: small, storage: { size: "1Gi" }, replicationFactor: 2 } } },
    path: "stores.v.replicationFactor",
  },
  {
    name: "a disk that shrinks as it grows",
    change: { stores: { "main-db": { storage: { maxSize: "5Gi" } } } },
    path: "stores.main-db.storage.maxSize",
  },
  {
    name: "a lifecycle out of order",
    change: { stores: { files: { lifecycle: { archiveDays: 90, expireDays: 60 } } } },
    path: "stores.files.lifecycle.expireDays",
  },
  {
    name: "infrequent access before S3 allows it",
    change: { stores: { files: { lifecycle: { infrequentAccessDays: 10 } } } },
    path: "stores.files.lifecycle.infrequentAccessDays",
  },
  { name: "a lock without days", change: { stores: { files: { locked: true } } }, path: "stores.files.retentionDays" },
  {
    name: "days without a lock",
    change: { stores: { files: { retentionDays: 5 } } },
    path: "stores.files.retentionDays",
  },
  {
    name: "a lock without versions",
    change: { stores: { files: { locked: true, retentionDays: 5, versioning: false } } },
    path: "stores.files.versioning",
  },
  {
    name: "expiry before the lock ends",
    change: { stores: { files: { locked: true, retentionDays: 30, lifecycle: { expireDays: 20 } } } },
    path: "stores.files.lifecycle.expireDays",
  },
  {
    name: "a backup of nothing",
    change: { backups: { daily: { store: "main-bd" } } },
    path: "backups.daily.store",
    fix: "did you mean main-db?",
  },
  {
    name: "a backup of what cannot be dumped",
    change: { backups: { daily: { store: "queue" } } },
    path: "backups.daily.store",
  },
  {
    name: "a backup of an embedded database",
    change: { stores: { "main-db": { embedded: { url: "sqlite:///a", path: "/a" } } } },
    path: "backups.daily.store",
  },
  {
    name: "a backup to no bucket",
    change: { backups: { daily: { bucket: "fils" } } },
    path: "backups.daily.bucket",
    fix: "did you mean files?",
  },
  {
    name: "a backup kept longer than its bucket keeps it",
    change: { stores: { files: { lifecycle: { expireDays: 3 } } } },
    path: "backups.daily.retentionDays",
  },
  {
    name: "backups that overwrite each other",
    change: { backups: { daily: { fileName: "dump.sql" } } },
    path: "backups.daily.fileName",
  },
  {
    name: "one name for a service and a store",
    change: { stores: { worker: { kind: "bucket" } } },
    path: "stores.worker",
  },
  {
    name: "one name for a store and an external service",
    change: { external: { files: { hosts: ["a.example"] } } },
    path: "external.files",
  },
  { name: "a name that edges use", change: { stores: { monitoring: { kind: "bucket" } } }, path: "stores.monitoring" },
  {
    name: "a pool with more nodes at least than at most",
    change: { nodePools: { workers: { min: 4 } } },
    path: "nodePools.workers.min",
  },
  {
    name: "a quantile of no buckets",
    change: { alerts: { WebDown: { expr: "histogram_quantile(0.95, seconds) > 5" } } },
    path: "alerts.WebDown.expr",
  },
  {
    name: "an alert without a threshold",
    change: { alerts: { WebDown: { expr: 'up{job=~"a>b"}' } } },
    path: "alerts.WebDown.expr",
  },
  {
    name: "an alert whose brackets do not match",
    change: { alerts: { WebDown: { expr: "sum(rate(x[5m]) > 1" } } },
    path: "alerts.WebDown.expr",
  },
  {
    name: "an uptime probe of nothing",
    change: { observability: { uptime: ["wbe"] } },
    path: "observability.uptime[0]",
    fix: "did you mean web?",
  },
];
