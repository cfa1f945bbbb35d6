import type { SystemOverlay } from "../spec";

/** One machine: the same programs, one database without a copy and one Redis for sessions, queue and cache. */
export const singleServer: SystemOverlay = {
  services: {
    web: { scaling: { vertical: null } },
    api: {
      uses: [
        { to: "database", connections: 10, env: { DATABASE_URL: "url" } },
        { to: "redis", env: { REDIS_URL: "url", CACHE_URL: "url" } },
        { to: "uploads", env: { S3_BUCKET: "name", S3_REGION: "region" } },
      ],
      scaling: { vertical: null },
    },
  },
  stores: {
    database: {
      resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1500m", memory: "2Gi" } },
      storage: { size: "20Gi" },
    },
    redis: { mode: "single", replicas: 0, purpose: "both" },
    cache: null,
  },
  edge: { cdn: false, staticPaths: null },
  capacity: { hostCpu: 4, hostMemory: "8Gi", hostDisk: "80Gi" },
};

/** The source's development: web on 3000, API on 3001, SQLite and a directory; no Redis, so jobs run in the API. */
export const standalone: SystemOverlay = {
  services: {
    web: {
      env: { NEXT_PUBLIC_API_URL: "http://localhost:3001", NEXT_PUBLIC_APP_URL: "http://localhost:3000" },
      scaling: { vertical: null },
    },
    api: {
      uses: [{ to: "database", env: { DATABASE_URL: "url" } }, "uploads"],
      env: { UPLOAD_PATH: "./uploads", CORS_ORIGIN: "http://localhost:3000", JOB_QUEUE: "in-process" },
      scaling: { vertical: null },
    },
    workers: null,
    // The API migrates the file it opens.
    migrate: null,
  },
  stores: {
    database: {
      storage: { size: "2Gi", snapshots: null },
      extensions: null,
      embedded: { url: "sqlite:./data/app.db", path: "/app/data" },
    },
    redis: null,
    cache: null,
    uploads: { local: { path: "/app/uploads", size: "5Gi" }, cdn: null, replication: null },
    backups: null,
  },
  // TLS 1.3 stays; what stands before a production has nothing to do on a developer's machine.
  edge: { cdn: false, staticPaths: null, redirects: null, authentication: null },
  backups: null,
  objectives: null,
  alerts: { DatabaseConnectionExhausted: null, QueueBacklog: null, DeadLetterJobs: null },
  capacity: { hostCpu: 2, hostMemory: "4Gi", hostDisk: "20Gi" },
};
