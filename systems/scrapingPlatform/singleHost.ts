import type { SystemInput, SystemOverlay } from "../spec";

type Uses = NonNullable<SystemInput["services"][string]["uses"]>;

/** The compose file: nginx, one API, one worker for every queue and one scheduler. It has no Memcached. */
const worker: Uses = [
  { to: "redis", env: { CELERY_BROKER_URL: "url", REDIS_URL: "url" } },
  { to: "files", env: { FILES_BUCKET: "name" } },
];

const composed = {
  services: {
    api: {
      uses: [
        { to: "database", connections: 20, env: { DATABASE_URL: "url" } },
        { to: "redis", env: { CELERY_BROKER_URL: "url" } },
      ] as Uses,
      scaling: { vertical: null },
    },
    "worker-scraping": {
      args: ["--loglevel=info", "--queues=scraping,processing,analytics"],
      uses: [...worker, "sites", "sites-plain"],
    },
    "worker-processing": null,
    "worker-analytics": null,
  },
  stores: {
    database: {
      resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1500m", memory: "2Gi" } },
      storage: { size: "40Gi", snapshots: null },
    },
    redis: {
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
      storage: { size: "5Gi", snapshots: null },
    },
    memcached: null,
    elasticsearch: {
      resources: { requests: { cpu: "250m", memory: "2Gi" }, limits: { cpu: "1000m", memory: "2Gi" } },
      storage: { size: "30Gi", snapshots: null },
    },
    // The files volume.
    files: { local: { path: "/data/files", size: "40Gi" }, replication: null },
  },
  edge: { cdn: false },
} satisfies SystemOverlay;

export const singleServer: SystemOverlay = {
  ...composed,
  capacity: { hostCpu: 8, hostMemory: "16Gi", hostDisk: "160Gi" },
};

/** The same for one person: nobody to sign in, nothing copied elsewhere. */
export const standalone: SystemOverlay = {
  ...composed,
  stores: { ...composed.stores, backups: null, logs: null },
  edge: { cdn: false, authentication: null },
  backups: null,
  objectives: null,
  observability: { logArchive: null },
  security: null,
  capacity: { hostCpu: 4, hostMemory: "16Gi", hostDisk: "160Gi" },
};
