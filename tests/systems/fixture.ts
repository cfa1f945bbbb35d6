import type { Problem } from "../../components/errors";
import { type SystemInput, systemSchema } from "../../systems/spec";
import { applyOverlay } from "../../systems/spec/overlay";
import { checkSystem } from "../../systems/validate";

export const small = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { cpu: "500m", memory: "512Mi" },
};

/** A small system with one of each thing that names another, and nothing wrong with it. */
export const shop: SystemInput = {
  name: "shop",
  title: "Shop",
  description: "Sells things",
  services: {
    web: {
      kind: "deployment",
      image: "web:1",
      ports: { http: { port: 8080 }, admin: { port: 9090 } },
      resources: small,
      scaling: { min: 2, max: 4, cpuPercent: 70 },
      probes: { liveness: { path: "/live" }, readiness: { path: "/ready", port: "http" } },
      metrics: { port: "admin" },
      uses: [
        { to: "main-db", env: { DATABASE_URL: "url" } },
        { to: "main-db", endpoint: "replica", access: "read", env: { REPLICA_URL: "url" } },
        { to: "pay", env: { PAY_KEY: "api-key" } },
        "queue",
      ],
      secretEnv: { SESSION_SECRET: "session" },
    },
    worker: {
      kind: "deployment",
      image: "worker:1",
      resources: small,
      scaling: { min: 1, max: 9, queue: { store: "queue", library: "celery", lengthPerReplica: 5 } },
      uses: [
        { to: "queue", env: { REDIS_URL: "url" } },
        { to: "files" },
        { to: "web", port: "http", env: { WEB_URL: "url" } },
      ],
      volumes: [{ name: "cache", path: "/cache", size: "1Gi" }],
      nodePool: "workers",
      interruptible: true,
    },
    migrate: { kind: "job", phase: "migration", image: "web:1", resources: small, uses: ["main-db"] },
  },
  stores: {
    "main-db": { kind: "postgres", version: "16", resources: small, storage: { size: "10Gi" }, readReplicas: 1 },
    queue: { kind: "redis", resources: small, mode: "sentinel", replicas: 2, purpose: "broker" },
    files: { kind: "bucket" },
    shared: { kind: "file-share", size: "5Gi" },
  },
  external: { pay: { hosts: ["api.pay.example"], secrets: { "api-key": "Key of the payment service" } } },
  secrets: { session: { description: "Signs sessions", generate: 64 } },
  routes: [{ to: "web" }],
  nodePools: { workers: { cpu: "2", memory: "4Gi", min: 1, max: 3, spot: true } },
  alerts: { WebDown: { expr: 'absent(up{job="web"})', severity: "critical", summary: "Nobody sells" } },
  observability: { uptime: ["web"] },
  backups: { daily: { store: "main-db", schedule: "0 3 * * *", retentionDays: 7, bucket: "files" } },
};

/** Problems of the shop after a change that is right field by field. */
export function problemsAfter(change: unknown): readonly Problem[] {
  return checkSystem(systemSchema.parse(applyOverlay<unknown>(shop, change)));
}
