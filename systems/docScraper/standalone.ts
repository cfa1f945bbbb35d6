import type { SystemOverlay } from "../spec";

/** One process with SQLite and local files: no database server, no Redis, no queue but the process's own. */
export const standalone: SystemOverlay = {
  services: {
    api: {
      resources: { requests: { cpu: "1000m", memory: "1Gi" }, limits: { cpu: "2000m", memory: "2Gi" } },
      uses: [
        { to: "database", env: { DATABASE_URL: "url" } },
        { to: "exports", env: { EXPORT_PATH: "name" } },
        "web",
        "web-plain",
      ],
      env: { TASK_QUEUE: "in-process", CACHE_BACKEND: "sqlite" },
      nodePool: null,
    },
    worker: null,
  },
  stores: {
    database: {
      storage: { size: "2Gi" },
      embedded: { url: "sqlite:////data/database/scraper.db", path: "/data/database" },
    },
    redis: null,
    exports: { local: { path: "/data/exports", size: "6Gi" } },
    backups: null,
  },
  nodePools: null,
  backups: null,
  // No dump and no point in time: what a personal machine loses with its disk is scraped again.
  objectives: null,
  alerts: { WorkerQueueBacklog: null, DatabaseConnectionExhausted: null },
  capacity: {
    cpu: "2 cores",
    memory: "1 to 2 GB",
    disk: "10 GB",
    throughput: "under 100 pages a day",
    hostCpu: 2,
    hostMemory: "2Gi",
    hostDisk: "10Gi",
  },
};
