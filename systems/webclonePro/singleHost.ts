import type { SystemOverlay } from "../spec";
import { externalUses } from "./external";

/** The compose file: nginx (the host's own, as the edge), Next.js, Postgres and Redis; AI operations in its process. */
export const singleServer: SystemOverlay = {
  services: {
    web: {
      uses: [
        { to: "database", connections: 10, env: { DATABASE_URL: "url" } },
        { to: "redis", env: { REDIS_URL: "url" } },
        { to: "assets", env: { ASSETS_BUCKET: "name" } },
        ...externalUses("supabase", "openai", "stripe", "liveblocks", "sentry"),
      ],
      scaling: { vertical: null },
      env: { AI_QUEUE: "in-process" },
      // The pool itself stays, unused: the placements' overlays change it in every model.
      nodePool: null,
    },
    ai: null,
  },
  stores: {
    database: {
      resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1500m", memory: "2Gi" } },
      storage: { size: "20Gi" },
    },
    redis: {
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
      storage: { size: "2Gi" },
    },
    jobs: null,
    assets: { cdn: null, replication: null },
  },
  edge: { cdn: false, cdnRegions: null, staticPaths: null },
  alerts: { AIBacklog: null, AIDeadLetter: null },
  capacity: { hostCpu: 4, hostMemory: "8Gi", hostDisk: "80Gi" },
};

/** The same, with assets in a directory and nothing copied elsewhere. */
export const standalone: SystemOverlay = {
  ...singleServer,
  stores: {
    ...singleServer.stores,
    assets: { local: { path: "/data/assets", size: "10Gi" }, cdn: null, replication: null },
    backups: null,
  },
  backups: null,
  objectives: null,
  capacity: { hostCpu: 2, hostMemory: "4Gi", hostDisk: "40Gi" },
};
