import type { SystemInput } from "../spec";

type Deployment = Extract<SystemInput["services"][string], { kind: "deployment" }>;

/** The source names no images but nginx; ours say what it calls them, at a first release. */
export const RELEASE = "1.0.0";
export const ENV: Readonly<Record<string, string>> = { LOG_FORMAT: "json" };

/** Port Celery's exporter listens on: what the source's worker Service leads to. */
const METRICS_PORT = 9808;

/** A kind of background worker, scaled on its own queue and on CPU; what it reaches outside is added. */
export function worker(queue: string, outside: readonly string[] = []): Omit<Deployment, "resources"> {
  return {
    kind: "deployment",
    image: `scraping-worker:${RELEASE}`,
    segment: "backend",
    command: ["celery", "-A", "app.worker", "worker"],
    args: ["--loglevel=info", `--queues=${queue}`],
    ports: { metrics: { port: METRICS_PORT } },
    // One of each in the source, and an autoscaler without figures.
    scaling: {
      min: 1,
      max: 10,
      start: 1,
      cpuPercent: 70,
      queue: { store: "redis", library: "celery", queue, lengthPerReplica: 10 },
    },
    probes: {
      liveness: {
        command: ["sh", "-c", "celery -A app.worker inspect ping -d celery@$HOSTNAME --timeout 10"],
        initialDelaySeconds: 30,
        // Each ping starts an interpreter: more often would cost a worker's share of CPU.
        periodSeconds: 60,
        timeoutSeconds: 20,
      },
      readiness: { path: "/metrics", port: "metrics", initialDelaySeconds: 10 },
    },
    metrics: { port: "metrics", path: "/metrics" },
    uses: [
      { to: "redis", env: { CELERY_BROKER_URL: "url", REDIS_URL: "url" } },
      { to: "redis", endpoint: "replica", access: "read", env: { REDIS_REPLICA_URL: "url" } },
      { to: "memcached", env: { MEMCACHED_URL: "url" } },
      { to: "files", env: { FILES_BUCKET: "name" } },
      ...outside,
    ],
    env: { ...ENV, METRICS_PORT: String(METRICS_PORT) },
    scratch: [{ path: "/tmp", size: "512Mi" }],
    gracePeriodSeconds: 120,
    interruptible: true,
    // "Background jobs > custom metrics > push gateway".
    pushMetrics: true,
  };
}
