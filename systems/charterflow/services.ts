import type { SystemInput } from "../spec";

const node = { NODE_ENV: "production", LOG_FORMAT: "json" };

/** The images' names are ours: the source says Next.js and NestJS in containers, and no more. */
export const services: SystemInput["services"] = {
  web: {
    kind: "deployment",
    image: "charterflow-web:1.0.0",
    ports: { http: { port: 3000 } },
    resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1000m", memory: "1Gi" } },
    // Static pages come from the CDN: these replicas make what is new, and make old pages again (ISR).
    scaling: { min: 2, max: 6, cpuPercent: 70, memoryPercent: 80, vertical: "recommend" },
    probes: {
      // The source's paths are the API's; the front end answers likewise.
      liveness: { path: "/health/live", initialDelaySeconds: 10 },
      readiness: { path: "/health/ready", periodSeconds: 5 },
    },
    uses: [{ to: "api", port: "http", env: { API_INTERNAL_URL: "url" } }],
    env: {
      ...node,
      PORT: "3000",
      HOSTNAME: "0.0.0.0",
      // Next.js writes these into what browsers load when the image is built; here they are for pages made on the server.
      // Another domain than the source's overrides both, and builds an image of its own.
      NEXT_PUBLIC_API_URL: "https://api.charterflow.app",
      NEXT_PUBLIC_APP_URL: "https://charterflow.app",
    },
    scratch: [
      { path: "/tmp", size: "128Mi" },
      // Pages made again are kept here.
      { path: "/app/.next/cache", size: "512Mi" },
    ],
  },
  api: {
    kind: "deployment",
    image: "charterflow-api:1.0.0",
    ports: { http: { port: 3001 } },
    resources: {
      requests: { cpu: "500m", memory: "512Mi", ephemeralStorage: "512Mi" },
      limits: { cpu: "2000m", memory: "2Gi", ephemeralStorage: "4Gi" },
    },
    scaling: { min: 2, max: 10, cpuPercent: 70, memoryPercent: 80, vertical: "recommend" },
    probes: {
      startup: { path: "/health", periodSeconds: 5, failureThreshold: 24 },
      liveness: { path: "/health/live" },
      // Asks the database, Redis and the external services it needs.
      readiness: { path: "/health/ready", periodSeconds: 5 },
    },
    metrics: { port: "http", path: "/metrics" },
    uses: [
      { to: "database", connections: 10, env: { DATABASE_URL: "url" } },
      { to: "database", endpoint: "replica", access: "read", connections: 10, env: { DATABASE_REPLICA_URL: "url" } },
      { to: "redis", env: { REDIS_URL: "url" } },
      { to: "cache", env: { CACHE_URL: "url" } },
      // The only one to use the bucket.
      { to: "uploads", env: { S3_BUCKET: "name", S3_REGION: "region" } },
    ],
    env: {
      ...node,
      PORT: "3001",
      UPLOAD_PATH: "/tmp/uploads",
      CORS_ORIGIN: "https://charterflow.app",
      RATE_LIMIT_WINDOW_SECONDS: "300",
      RATE_LIMIT_MAX: "2000",
    },
    secretEnv: { JWT_SECRET: "jwt-secret" },
    // Uploads rest here on their way to the bucket.
    scratch: [{ path: "/tmp", size: "2Gi" }],
  },
  workers: {
    kind: "deployment",
    image: "charterflow-api:1.0.0",
    command: ["node", "dist/worker.js"],
    ports: { metrics: { port: 9464 } },
    resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1000m", memory: "1Gi" } },
    scaling: {
      min: 1,
      max: 10,
      cpuPercent: 70,
      queue: { store: "redis", library: "bullmq", queue: "jobs", lengthPerReplica: 20 },
    },
    probes: {
      liveness: { path: "/health/live", port: "metrics", initialDelaySeconds: 10 },
      readiness: { path: "/health/ready", port: "metrics" },
    },
    metrics: { port: "metrics", path: "/metrics" },
    uses: [
      // Embeddings, in the database's vector columns.
      { to: "database", connections: 5, env: { DATABASE_URL: "url" } },
      { to: "redis", env: { REDIS_URL: "url" } },
    ],
    env: { ...node, METRICS_PORT: "9464" },
    scratch: [{ path: "/tmp", size: "256Mi" }],
    gracePeriodSeconds: 60,
    interruptible: true,
  },
  migrate: {
    kind: "job",
    phase: "migration",
    image: "charterflow-api:1.0.0",
    command: ["node", "dist/migrate.js"],
    resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
    uses: [{ to: "database", access: "admin", connections: 2, env: { DATABASE_URL: "url" } }],
    env: node,
  },
};
