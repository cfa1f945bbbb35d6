import type { SystemInput } from "../spec";

type Service = SystemInput["services"][string];
type Deployment = Extract<Service, { kind: "deployment" }>;
type Part = Omit<Deployment, "resources" | "scaling">;

/** Port Celery's exporter listens on: the source scrapes the workers and names no port of theirs. */
const METRICS_PORT = 9808;

/**
 * The images are the source's, which names no tags: the first release stands in until the images setting names what is
 * deployed.
 */
export const api: Part = {
  kind: "deployment",
  image: "webharvest-api:1.0.0",
  ports: { http: { port: 8080 } },
  probes: {
    // The source asks for health checks and gives no paths.
    startup: { path: "/health/live", periodSeconds: 5, failureThreshold: 24 },
    liveness: { path: "/health/live" },
    readiness: { path: "/health/ready", periodSeconds: 5 },
  },
  metrics: { port: "http", path: "/metrics" },
  uses: [
    { to: "database", connections: 30, env: { DATABASE_URL: "url" } },
    { to: "database", endpoint: "replica", access: "read", connections: 30, env: { DATABASE_REPLICA_URL: "url" } },
    { to: "redis", env: { REDIS_URL: "url" } },
    { to: "broker", env: { CELERY_BROKER_URL: "url" } },
    { to: "qdrant", env: { QDRANT_URL: "url", QDRANT_API_KEY: "password" } },
    { to: "assets", env: { ASSETS_BUCKET: "name" } },
  ],
  env: { LOG_FORMAT: "json", PORT: "8080", REDIS_MODE: "cluster" },
  secretEnv: { API_KEYS: "api-keys" },
  scratch: [{ path: "/tmp", size: "256Mi" }],
};

/** A group of Celery workers that takes the tasks of one or several queues. */
export function worker(...queues: readonly string[]): Part {
  return {
    kind: "deployment",
    image: "webharvest-worker:1.0.0",
    command: ["celery", "-A", "webharvest.worker", "worker"],
    args: ["--loglevel=info", `--queues=${queues.join(",")}`],
    ports: { metrics: { port: METRICS_PORT } },
    probes: {
      liveness: {
        command: ["sh", "-c", "celery -A webharvest.worker inspect ping -d celery@$HOSTNAME --timeout 10"],
        initialDelaySeconds: 30,
        // Each ping starts an interpreter: more often would cost a worker's share of CPU.
        periodSeconds: 60,
        timeoutSeconds: 20,
      },
      readiness: { path: "/metrics", port: "metrics", initialDelaySeconds: 10 },
    },
    metrics: { port: "metrics", path: "/metrics" },
    uses: [
      { to: "database", connections: 40, env: { DATABASE_URL: "url" } },
      { to: "redis", env: { REDIS_URL: "url" } },
      { to: "broker", env: { CELERY_BROKER_URL: "url" } },
      { to: "qdrant", env: { QDRANT_URL: "url", QDRANT_API_KEY: "password" } },
      { to: "assets", env: { ASSETS_BUCKET: "name" } },
      "web",
      "web-plain",
    ],
    env: {
      LOG_FORMAT: "json",
      METRICS_PORT: String(METRICS_PORT),
      REDIS_MODE: "cluster",
      CELERY_DEAD_LETTER_QUEUE: "dead-letter",
      PLAYWRIGHT_BROWSERS_PATH: "/ms-playwright",
    },
    scratch: [{ path: "/tmp", size: "512Mi" }],
    volumes: [{ name: "playwright-cache", path: "/ms-playwright", share: "playwright-cache" }],
    // What a spot node is given to leave: a page in progress is finished, the rest goes back to the queue.
    gracePeriodSeconds: 120,
    interruptible: true,
  };
}
