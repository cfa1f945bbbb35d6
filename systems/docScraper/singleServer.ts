import type { SystemOverlay } from "../spec";

/**
 * The source's compose file: nginx (the host's own, as the edge), API, worker, Redis and Postgres on one machine. Its
 * image tag, latest, is overruled by the 2.0.0 of the manifests: a tag that moves cannot be rolled back.
 */
export const singleServer: SystemOverlay = {
  services: {
    api: {
      command: ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--workers", "4"],
      uses: [
        { to: "database", connections: 120, env: { DATABASE_URL: "url" } },
        { to: "redis", env: { REDIS_URL: "url" } },
        { to: "exports", env: { S3_BUCKET: "name" } },
      ],
      nodePool: null,
    },
    worker: { nodePool: null, interruptible: null },
  },
  stores: {
    database: {
      resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "1500m", memory: "3Gi" } },
      classes: null,
      storage: { size: "50Gi" },
      // Four API processes and four of the worker, each with a pool of 30, and a few for people.
      maxConnections: 250,
    },
    redis: {
      resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
      classes: null,
      storage: { size: "5Gi" },
    },
  },
  nodePools: null,
  // The heading says 4 to 8 GB of memory, the list of requirements 8 to 16: the list holds.
  capacity: {
    cpu: "4 to 8 cores",
    memory: "8 to 16 GB",
    disk: "100 GB",
    network: "100 Mbps",
    throughput: "1,000 to 10,000 pages a day",
    hostCpu: 8,
    hostMemory: "16Gi",
    hostDisk: "100Gi",
  },
};
