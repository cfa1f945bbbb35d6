import type { SystemInput } from "./spec";
import { alerts, metrics } from "./webclonePro/alerts";
import { external, externalUses } from "./webclonePro/external";
import { regions } from "./webclonePro/regions";
import { singleServer, standalone } from "./webclonePro/singleHost";
import { stores } from "./webclonePro/stores";

/**
 * WebClone Pro: a Next.js application that clones sites with the help of a language model. The base is the distributed
 * model, with the range the source gives its first region; what differs per region is an overlay per placement.
 *
 * The source's nginx is the edge: a container of its own on a single server, the ingress or load balancer elsewhere.
 */
export const webclonePro: SystemInput = {
  name: "webclone-pro",
  title: "WebClone Pro",
  description: "Clones and redesigns sites together with its users, with language models, payments and live editing",
  namespace: "webclone-pro",
  services: {
    web: {
      kind: "deployment",
      // The source names no tag; the first release stands in until the images setting names what is deployed.
      image: "webclone-pro:1.0.0",
      ports: { http: { port: 3000 } },
      // One to a machine of the source's smallest class, with room for what every node runs besides.
      resources: { requests: { cpu: "1000m", memory: "1536Mi" }, limits: { cpu: "2000m", memory: "3Gi" } },
      scaling: {
        min: 3,
        max: 15,
        start: 3,
        // "CPU & Memory based" without figures: those of the same document's other autoscaler.
        cpuPercent: 70,
        memoryPercent: 80,
        // The source puts a vertical autoscaler beside the horizontal one. On the same CPU the two fight; here it
        // recommends, and `auto` is one override away.
        vertical: "recommend",
      },
      probes: {
        startup: { path: "/api/health/live", periodSeconds: 3, failureThreshold: 30 },
        liveness: { path: "/api/health/live" },
        readiness: { path: "/api/health/ready", periodSeconds: 5 },
      },
      metrics: { port: "http", path: "/api/metrics" },
      uses: [
        { to: "database", connections: 10, env: { DATABASE_URL: "url" } },
        { to: "redis", env: { REDIS_URL: "url" } },
        { to: "jobs", env: { JOBS_REDIS_URL: "url" } },
        { to: "assets", env: { ASSETS_BUCKET: "name", ASSETS_URL: "url" } },
        ...externalUses("supabase", "openai", "stripe", "liveblocks", "sentry"),
      ],
      env: { NODE_ENV: "production", HOSTNAME: "0.0.0.0", PORT: "3000", AI_QUEUE: "ai" },
      secretEnv: { SESSION_SECRET: "session" },
      scratch: [
        { path: "/tmp", size: "256Mi" },
        // Next.js keeps regenerated pages and resized images here.
        { path: "/app/.next/cache", size: "512Mi" },
      ],
      // Open sockets are told to move before the pod goes.
      gracePeriodSeconds: 60,
      nodePool: "web",
    },
    // "Function-based scaling for AI operations": a role, here a deployment of the same image that sleeps while its
    // queue is empty.
    ai: {
      kind: "deployment",
      image: "webclone-pro:1.0.0",
      command: ["node", "worker.js"],
      ports: { metrics: { port: 9464 } },
      resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "1000m", memory: "1Gi" } },
      scaling: {
        min: 0,
        max: 10,
        queue: { store: "jobs", library: "bullmq", queue: "ai", lengthPerReplica: 5 },
      },
      probes: {
        liveness: { path: "/live", port: "metrics", initialDelaySeconds: 10 },
        readiness: { path: "/ready", port: "metrics" },
      },
      metrics: { port: "metrics", path: "/metrics" },
      uses: [
        { to: "jobs", env: { JOBS_REDIS_URL: "url" } },
        { to: "database", connections: 5, env: { DATABASE_URL: "url" } },
        { to: "assets", env: { ASSETS_BUCKET: "name" } },
        ...externalUses("openai", "sentry"),
      ],
      env: { NODE_ENV: "production", METRICS_PORT: "9464", AI_QUEUE: "ai" },
      scratch: [{ path: "/tmp", size: "256Mi" }],
      // A model's longest answer.
      gracePeriodSeconds: 120,
      interruptible: true,
    },
  },
  stores,
  external,
  secrets: { session: { description: "Signs the users' sessions", generate: 64 } },
  routes: [
    // Live editing keeps its sockets open for as long as a document is.
    { host: "@", path: "/", to: "web", port: "http", webSockets: true, timeoutSeconds: 3600 },
  ],
  edge: {
    tlsMinimum: "1.2",
    waf: true,
    cdn: true,
    // US East, EU West and Asia Pacific in the source; the last has no servers of its own.
    cdnRegions: ["north-america", "europe", "asia-pacific"],
    staticPaths: ["/_next/static"],
    issuer: "letsencrypt-prod",
    proxy: { image: "nginx:alpine", certificates: "ssl-certificates" },
  },
  nodePools: {
    web: {
      cpu: "2",
      memory: "4Gi",
      min: 3,
      max: 15,
      // "t3.medium to c5.large": both have two vCPU and 4 GiB, the second without a limit on bursts.
      classes: { aws: "t3.medium", gcp: "e2-medium" },
      alternatives: { aws: ["c5.large"] },
    },
  },
  backups: {
    daily: { store: "database", schedule: "0 2 * * *", retentionDays: 30, bucket: "backups", restoreTest: "0 6 * * 0" },
  },
  // The source asks for automatic failover and restore and gives no figures; these are ours, met by point-in-time
  // recovery within a region and a replica in the other.
  objectives: {
    recoveryPoint: "1h",
    recoveryTime: "1h",
    recoveryOrder: ["database", "redis", "web", "ai", "health", "traffic"],
  },
  alerts,
  notify: ["slack", "email"],
  observability: {
    logs: "loki",
    logFormat: "json",
    traces: "cloud",
    dashboards: ["infrastructure", "application", "business"],
    metrics,
    uptime: ["web"],
  },
  delivery: {
    // Vercel's pipeline is a role here: the same stages run beside the repository.
    tool: "github-actions",
    gitOps: true,
    registry: "cloud",
    stages: ["install", "lint", "type-check", "unit-test", "e2e-test", "build", "audit", "deploy"],
    checks: [
      "eslint",
      "prettier --check",
      "tsc --noEmit",
      "jest",
      "playwright test",
      "lighthouse ci",
      "npm audit",
      "snyk",
      "bundle analysis",
      "axe-core",
    ],
    strategy: "canary",
    approval: ["production"],
    triggers: { preview: "pull-request", staging: "develop", production: "main" },
    rollback: true,
    notify: ["slack"],
  },
  placements: regions,
  models: { standalone, "single-server": singleServer },
};
