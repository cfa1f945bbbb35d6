import type { SystemInput, SystemOverlay } from "../spec";
import { worker } from "./programs";

/** The compose file's: one Redis for cache and queue, no read replicas, and one group of workers for every queue. */
const apiUses: NonNullable<SystemInput["services"][string]["uses"]> = [
  { to: "database", connections: 30, env: { DATABASE_URL: "url" } },
  { to: "redis", env: { REDIS_URL: "url", CELERY_BROKER_URL: "url" } },
  { to: "qdrant", env: { QDRANT_URL: "url", QDRANT_API_KEY: "password" } },
  { to: "assets", env: { ASSETS_BUCKET: "name" } },
];

const composed = {
  services: {
    api: { uses: apiUses, scaling: { vertical: "off" }, env: { REDIS_MODE: "single" }, nodePool: null },
    worker: {
      args: worker("general", "heavy", "browser").args ?? [],
      uses: [...apiUses, "web", "web-plain"],
      // Two of them, as in the source; a fixed count is moved by nothing.
      scaling: {
        replicas: 2,
        min: null,
        max: null,
        start: null,
        cpuPercent: null,
        memoryPercent: null,
        queue: null,
      },
      env: { REDIS_MODE: "single" },
      nodePool: null,
    },
    "worker-heavy": null,
    "worker-browser": null,
  },
  stores: {
    database: {
      resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "2000m", memory: "4Gi" } },
      classes: null,
      storage: { size: "50Gi" },
    },
    redis: {
      resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
      classes: null,
      storage: { size: "5Gi" },
      mode: "single",
      shards: 1,
      replicas: 0,
      purpose: "both",
      eviction: "noeviction",
      deadLetter: { queue: "dead-letter", alertDepth: 1 },
    },
    broker: null,
    qdrant: {
      resources: { requests: { cpu: "250m", memory: "1Gi" }, limits: { cpu: "1000m", memory: "3Gi" } },
      classes: null,
      storage: { size: "20Gi" },
      nodePool: null,
    },
    "playwright-cache": { size: "5Gi" },
  },
  nodePools: null,
} satisfies SystemOverlay;

/** The compose file: nginx (the host's own, as the edge), chat, API, two workers and three stores on one machine. */
export const singleServer: SystemOverlay = {
  ...composed,
  capacity: { hostCpu: 8, hostMemory: "32Gi", hostDisk: "200Gi" },
};

/** The same with one of each, assets in a directory, and nothing copied elsewhere. */
export const standalone: SystemOverlay = {
  ...composed,
  stores: {
    ...composed.stores,
    assets: { local: { path: "/data/assets", size: "20Gi" } },
    backups: null,
  },
  backups: null,
  // No dump and no point in time: what a personal machine loses with its disk is crawled again.
  objectives: null,
  capacity: { hostCpu: 4, hostMemory: "16Gi", hostDisk: "120Gi" },
};
