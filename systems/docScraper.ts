import { alerts } from "./docScraper/alerts";
import { settings } from "./docScraper/settings";
import { singleServer } from "./docScraper/singleServer";
import { standalone } from "./docScraper/standalone";
import type { SystemInput } from "./spec";

/**
 * Documentation Scraper: crawls documentation sites into exports, behind an API. The base is its distributed model, as
 * its Kubernetes manifests and its enterprise section have it; the smaller models are overlays beside it.
 *
 * The reverse proxy of the single server and the ingress of the cluster are the edge, not a service of the system.
 */
export const docScraper: SystemInput = {
  name: "doc-scraper",
  title: "Documentation Scraper",
  description: "Crawls documentation sites on request, keeps what it found and hands it out as exports",
  domain: "scraper.example.com",
  services: {
    api: {
      kind: "deployment",
      image: "scraper-api:2.0.0",
      ports: { http: { port: 8000, servicePort: 80 } },
      resources: { requests: { cpu: "1000m", memory: "2Gi" }, limits: { cpu: "2000m", memory: "4Gi" } },
      scaling: {
        min: 2,
        max: 10,
        start: 3,
        cpuPercent: 70,
        memoryPercent: 80,
        // The source's vertical autoscaler applies what it finds. Beside a horizontal one on CPU the two fight; here it
        // recommends, and `auto` is one override away.
        vertical: "recommend",
      },
      probes: {
        // One path for both, as the source has it: an accepted finding of scanners that want two.
        liveness: { path: "/api/v1/system/health", initialDelaySeconds: 30, periodSeconds: 10 },
        readiness: { path: "/api/v1/system/health", initialDelaySeconds: 5, periodSeconds: 5 },
      },
      metrics: { port: "http", path: "/metrics" },
      uses: [
        // A pool of 20 and 10 overflow, in one process per pod.
        { to: "database", connections: 30, env: { DATABASE_URL: "url" } },
        { to: "redis", env: { REDIS_URL: "url" } },
        { to: "exports", env: { S3_BUCKET: "name" } },
      ],
      env: settings,
      scratch: [{ path: "/tmp", size: "256Mi" }],
      nodePool: "api",
    },
    worker: {
      kind: "deployment",
      image: "scraper-api:2.0.0",
      command: ["celery", "-A", "app.worker", "worker"],
      args: ["--loglevel=info", "--concurrency=4"],
      // The source scrapes the workers but declares no port of theirs, so its Prometheus would find no target.
      ports: { metrics: { port: 9808 } },
      resources: { requests: { cpu: "2000m", memory: "4Gi" }, limits: { cpu: "4000m", memory: "8Gi" } },
      scaling: {
        // The source has two autoscalers on one deployment, 3 to 20 on CPU and 2 to 20 on the queue. They would undo
        // each other: here one holds both targets, in the queue's range.
        min: 2,
        max: 20,
        start: 5,
        cpuPercent: 70,
        queue: { store: "redis", library: "celery", queue: "celery", lengthPerReplica: 10 },
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
        // Four processes, each with a pool of 30.
        { to: "database", connections: 120, env: { DATABASE_URL: "url" } },
        { to: "redis", env: { REDIS_URL: "url" } },
        "web",
        "web-plain",
      ],
      env: { ...settings, METRICS_PORT: "9808" },
      scratch: [{ path: "/tmp", size: "512Mi" }],
      // What a spot node is given to leave: a page in progress is finished, the rest goes back to the queue.
      gracePeriodSeconds: 120,
      nodePool: "workers",
      interruptible: true,
    },
  },
  stores: {
    database: {
      kind: "postgres",
      version: "15",
      database: "scraper",
      image: "postgres:15",
      resources: { requests: { cpu: "2000m", memory: "8Gi" }, limits: { cpu: "4000m", memory: "32Gi" } },
      // Cloud SQL gives a machine of four vCPU 26 GiB at most.
      classes: { aws: "db.r5.xlarge", gcp: "db-custom-4-26624" },
      storage: { size: "100Gi" },
      readReplicas: 2,
      backupRetentionDays: 7,
      backupWindow: "03:00-04:00",
      maintenanceWindow: "mon:04:00-mon:05:00",
    },
    redis: {
      kind: "redis",
      version: "7",
      image: "redis:7-alpine",
      resources: { requests: { cpu: "500m", memory: "4Gi" }, limits: { cpu: "2000m", memory: "13Gi" } },
      classes: { aws: "cache.r5.large" },
      storage: { size: "20Gi", volume: "redis-data" },
      // Cache and queue in one, as the source draws it. It says cluster in one place and Sentinel in two: Celery cannot
      // use cluster mode, so it is Sentinel, three members.
      mode: "sentinel",
      replicas: 2,
      purpose: "both",
      eviction: "noeviction",
    },
    exports: {
      kind: "bucket",
      bucketName: "scraper-exports",
      lifecycle: { infrequentAccessDays: 30, archiveDays: 90, expireDays: 365 },
      replication: { storageClass: "archive" },
    },
    backups: {
      kind: "bucket",
      bucketName: "scraper-backups",
      lifecycle: { expireDays: 7 },
      locked: true,
      retentionDays: 7,
    },
  },
  external: {
    // The sites to scrape: what users ask for, known to nobody beforehand.
    web: { hosts: ["*"], port: 443 },
    "web-plain": { hosts: ["*"], port: 80, url: "http://" },
  },
  routes: [{ host: "api", path: "/", to: "api", port: "http" }],
  edge: {
    tlsMinimum: "1.2",
    ciphers: "HIGH:!aNULL:!MD5",
    // The source's annotation, rate-limit: "100", is none the ingress knows; limit-rps is the one it means. In the five
    // minutes a web application firewall counts, that is 30,000.
    requestsPerSecond: 100,
    rateLimit: 30_000,
    headers: {
      "X-Frame-Options": "SAMEORIGIN",
      "X-Content-Type-Options": "nosniff",
      "X-XSS-Protection": "1; mode=block",
      "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    },
    issuer: "letsencrypt-prod",
  },
  nodePools: {
    api: { cpu: "4", memory: "8Gi", min: 3, max: 20, labels: { "node-type": "api" } },
    workers: { cpu: "8", memory: "16Gi", min: 5, max: 50, spot: true, labels: { "node-type": "spot" } },
  },
  backups: {
    daily: {
      store: "database",
      // Before the service's own backup, which the recovery point is met by: a daily dump alone does not.
      schedule: "0 2 * * *",
      retentionDays: 7,
      bucket: "backups",
      restoreTest: "0 5 * * *",
    },
  },
  objectives: {
    recoveryPoint: "1h",
    recoveryTime: "2h",
    recoveryOrder: ["database", "redis", "application", "health", "traffic"],
  },
  alerts,
  notify: ["slack", "email"],
  observability: {
    logs: "loki",
    logFormat: "json",
    dashboards: ["infrastructure", "application", "business"],
    targets: { cpuPercent: 70, memoryPercent: 80 },
    metrics: {
      scraper_jobs_total: "Jobs by status: completed, failed, running",
      scraper_pages_scraped_total: "Pages processed",
      scraper_cache_hit_rate: "Share of requests the cache answered",
      scraper_request_duration_seconds: "Response times of the API",
      scraper_worker_queue_depth: "Jobs waiting in the queue",
    },
    uptime: ["api"],
  },
  capacity: { throughput: "over 100,000 pages a day" },
  delivery: {
    tool: "gitlab",
    registry: "external",
    stages: ["test", "build", "deploy"],
    checks: ["pytest --cov", "mypy src/", "black --check src/"],
    strategy: "rolling",
    approval: ["production"],
  },
  models: { standalone, "single-server": singleServer },
};
