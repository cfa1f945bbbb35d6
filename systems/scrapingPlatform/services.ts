import type { SystemInput } from "../spec";
import { nginxConfig } from "./nginx";
import { ENV, RELEASE, worker } from "./programs";

export const services: SystemInput["services"] = {
  web: {
    kind: "deployment",
    image: "nginx:alpine",
    segment: "frontend",
    ports: { http: { port: 8080 } },
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
    // Three of each tier, and an autoscaler without figures.
    scaling: { min: 3, max: 9, start: 3, cpuPercent: 70 },
    probes: {
      // The two paths differ so that a slow page never restarts nginx.
      liveness: { path: "/healthz", initialDelaySeconds: 5 },
      readiness: { path: "/", periodSeconds: 5 },
    },
    uses: [{ to: "api", port: "http", env: { API_URL: "url" } }],
    files: { "/etc/nginx/templates/default.conf.template": nginxConfig },
    scratch: [
      // nginx runs here as a common user on a read-only root. It writes proxied bodies,
      { path: "/var/cache/nginx", size: "128Mi" },
      // its pid file,
      { path: "/var/run", size: "8Mi" },
      // what its start script renders from the template above,
      { path: "/etc/nginx/conf.d", size: "8Mi" },
      // and what any library takes for granted.
      { path: "/tmp", size: "64Mi" },
    ],
  },
  api: {
    kind: "deployment",
    image: `scraping-api:${RELEASE}`,
    segment: "backend",
    command: ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000"],
    ports: { http: { port: 8000 } },
    resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "1500m", memory: "2Gi" } },
    scaling: { min: 3, max: 9, start: 3, cpuPercent: 70, memoryPercent: 80, vertical: "recommend" },
    probes: {
      startup: { path: "/health/live", periodSeconds: 5, failureThreshold: 24 },
      liveness: { path: "/health/live" },
      readiness: { path: "/health/ready", periodSeconds: 5 },
    },
    metrics: { port: "http", path: "/metrics" },
    uses: [
      { to: "database", connections: 20, env: { DATABASE_URL: "url" } },
      { to: "database", endpoint: "replica", access: "read", connections: 20, env: { DATABASE_REPLICA_URL: "url" } },
      // "API > worker" in the source: through the queue, never directly.
      { to: "redis", env: { CELERY_BROKER_URL: "url" } },
    ],
    env: ENV,
    secretEnv: { SESSION_SECRET: "session-secret" },
    scratch: [{ path: "/tmp", size: "256Mi" }],
  },
  "worker-scraping": {
    ...worker("scraping", ["sites", "sites-plain"]),
    resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "2000m", memory: "2Gi" } },
  },
  "worker-processing": {
    ...worker("processing"),
    resources: { requests: { cpu: "1000m", memory: "1Gi" }, limits: { cpu: "2000m", memory: "3Gi" } },
  },
  "worker-analytics": {
    ...worker("analytics"),
    resources: { requests: { cpu: "1000m", memory: "2Gi" }, limits: { cpu: "2000m", memory: "4Gi" } },
  },
  scheduler: {
    // A StatefulSet ends its pod before it starts the next, so that there are never two.
    kind: "statefulset",
    image: `scraping-worker:${RELEASE}`,
    segment: "backend",
    command: ["celery", "-A", "app.worker", "beat"],
    args: ["--loglevel=info", "--schedule=/data/celerybeat-schedule", "--pidfile=/tmp/celerybeat.pid"],
    resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "250m", memory: "256Mi" } },
    scaling: { replicas: 1, alone: "Two schedulers would queue every job twice" },
    probes: {
      liveness: {
        command: ["sh", "-c", "kill -0 $(cat /tmp/celerybeat.pid)"],
        initialDelaySeconds: 30,
        periodSeconds: 30,
      },
    },
    uses: [{ to: "redis", env: { CELERY_BROKER_URL: "url" } }],
    env: ENV,
    scratch: [{ path: "/tmp", size: "64Mi" }],
    volumes: [{ name: "schedule", path: "/data", size: "1Gi" }],
    pushMetrics: true,
  },
  migrate: {
    kind: "job",
    phase: "migration",
    image: `scraping-api:${RELEASE}`,
    segment: "backend",
    command: ["alembic", "upgrade", "head"],
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
    uses: [{ to: "database", access: "admin", connections: 2, env: { DATABASE_URL: "url" } }],
  },
  // "Health verification", and what a rollback waits for.
  verify: {
    kind: "job",
    phase: "smoke-test",
    image: `scraping-api:${RELEASE}`,
    segment: "backend",
    command: ["python", "-c"],
    args: ["import os, urllib.request; urllib.request.urlopen(os.environ['API_URL'] + '/health/ready', timeout=10)"],
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "250m", memory: "256Mi" } },
    uses: [{ to: "api", port: "http", access: "read", env: { API_URL: "url" } }],
    timeout: "5m",
    pushMetrics: true,
  },
};
