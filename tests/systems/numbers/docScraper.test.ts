import { CLOUDS } from "../cellPlans";
import { degraded, holds } from "./holds";
import {
  alert,
  composed,
  container,
  env,
  found,
  image,
  input,
  inputs,
  nodeGroup,
  nodePool,
  port,
  probe,
  resources,
  resourcesAt,
  scaling,
  spec,
} from "./read";

const SYSTEM = "doc-scraper";
const HEALTH = "/api/v1/system/health";

holds(SYSTEM, "distributed", CLOUDS, [
  ["api: scraper-api:2.0.0", image("api"), "scraper-api:2.0.0"],
  ["api: port 8000 behind 80", port("api"), "80 > 8000"],
  ["api: 2 to 10 pods, CPU 70, memory 80", scaling("api"), "2-10, cpu 70, memory 80"],
  ["api: 1000m/2000m, 2Gi/4Gi", resources("api"), "1000m/2000m 2Gi/4Gi"],
  ["api: liveness 30/10", probe("api", "liveness"), `${HEALTH} 30/10/3/5`],
  ["api: readiness 5/5", probe("api", "readiness"), `${HEALTH} 5/5/3/5`],
  ["worker: the same image", image("worker"), "scraper-api:2.0.0"],
  ["worker: concurrency 4", container("worker", "args"), ["--loglevel=info", "--concurrency=4"]],
  ["worker: celery -A app.worker", container("worker", "command"), ["celery", "-A", "app.worker", "worker"]],
  ["worker: 2000m/4000m, 4Gi/8Gi", resources("worker"), "2000m/4000m 4Gi/8Gi"],
  [
    "worker: 2 to 20 pods, 10 jobs each, CPU 70",
    (cell) => String(scaling("worker")(cell)).replaceAll("redis-sentinel", "redis"),
    "2-20, cpu 70, redis celery 10, redis unacked 10",
  ],
  ["pool: 20", env("api", "DB_POOL_SIZE"), "20"],
  ["overflow: 10", env("api", "DB_MAX_OVERFLOW"), "10"],
  ["pool timeout: 30", env("api", "DB_POOL_TIMEOUT"), "30"],
  ["pool recycle: 3600", env("api", "DB_POOL_RECYCLE"), "3600"],
  ["Redis: 100 connections", env("api", "REDIS_MAX_CONNECTIONS"), "100"],
  ["Redis: 5 s socket timeout", env("api", "REDIS_SOCKET_TIMEOUT"), "5"],
  ["pages cached an hour", env("api", "CACHE_TTL_PAGE_CONTENT"), "3600"],
  ["job metadata cached 5 minutes", env("api", "CACHE_TTL_JOB_METADATA"), "300"],
  ["user data cached 10 minutes", env("api", "CACHE_TTL_USER_DATA"), "600"],
  ["answers cached a minute", env("api", "CACHE_TTL_API_RESPONSE"), "60"],
  [
    "HighErrorRate > 0.1 for 5m, a warning",
    alert("HighErrorRate"),
    'rate(scraper_jobs_total{status="failed"}[5m]) > 0.1 for 5m: warning',
  ],
  [
    "WorkerQueueBacklog > 100 for 10m, a warning",
    alert("WorkerQueueBacklog"),
    "scraper_worker_queue_depth > 100 for 10m: warning",
  ],
  [
    "APIHighLatency p95 > 5 s for 5m, a warning; its quantile mended",
    alert("APIHighLatency"),
    "histogram_quantile(0.95, sum by (le) (rate(scraper_request_duration_seconds_bucket[5m]))) > 5 for 5m: warning",
  ],
  [
    "DatabaseConnectionExhausted > 0.9 for 5m, critical; its labels mended",
    (cell) => /> 0\.9 for 5m: critical$/.test(String(alert("DatabaseConnectionExhausted")(cell))),
    true,
  ],
]);

holds(
  SYSTEM,
  "distributed",
  ["aws"],
  [
    ["db.r5.xlarge", input("database-primary", "instanceClass"), "db.r5.xlarge"],
    ["primary + replicas", inputs("database-replica-2", "instanceClass"), ["db.r5.xlarge"]],
    [
      "backups 7 days, 03:00-04:00",
      inputs("database-primary", "backupRetentionPeriod", "backupWindow"),
      [7, "03:00-04:00"],
    ],
    ["maintenance Mon 04:00-05:00", input("database-primary", "maintenanceWindow"), "mon:04:00-mon:05:00"],
    ["final snapshot", input("database-primary", "skipFinalSnapshot"), false],
    ["cache.r5.large, three members", inputs("redis-group", "nodeType", "numCacheClusters"), ["cache.r5.large", 3]],
    [
      "30 days to STANDARD_IA, 90 to GLACIER",
      input("exports-bucket-lifecycle", "rules[1].transitions"),
      [
        { days: 30, storageClass: "STANDARD_IA" },
        { days: 90, storageClass: "GLACIER" },
      ],
    ],
    ["expire after 365 days", input("exports-bucket-lifecycle", "rules[1].expiration.days"), 365],
    ["copies go to GLACIER", input("exports-replication", "rules[0].destination.storageClass"), "GLACIER"],
    [
      "rate limit 100 a second: AWS WAF counts over minutes, 30,000 in five of them",
      inputs(
        "edge-firewall",
        "rules[0].statement.rateBasedStatement.limit",
        "rules[0].statement.rateBasedStatement.evaluationWindowSec",
      ),
      [30_000, 300],
    ],
    [
      "HSTS one year with subdomains, SAMEORIGIN, nosniff",
      inputs(
        "edge-https",
        "routingHttpResponseStrictTransportSecurityHeaderValue",
        "routingHttpResponseXFrameOptionsHeaderValue",
        "routingHttpResponseXContentTypeOptionsHeaderValue",
      ),
      ["max-age=31536000; includeSubDomains", "SAMEORIGIN", "nosniff"],
    ],
    ["TLS 1.2 and 1.3", input("edge-https", "sslPolicy"), "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"],
    ["API nodes: 3 to 20 of 4 vCPU, 8 GB", nodeGroup("api"), "c6i.xlarge 3-20 ON_DEMAND"],
    [
      "worker nodes: 5 to 50 of 8 vCPU, 16 GB, spot; staging's limit of 20 stands before the 50",
      nodeGroup("workers"),
      "c6i.2xlarge c5.2xlarge c6a.2xlarge 5-20 SPOT",
    ],
    ["daily test restore", input("backup-restore-daily", "spec.schedule"), "0 5 * * *"],
  ],
);

holds(
  SYSTEM,
  "distributed",
  ["gcp"],
  [
    [
      "db.r5.xlarge is 4 vCPU, 32 GB: Cloud SQL gives four vCPU 26 GiB at most",
      input("database-primary", "settings.tier"),
      "db-custom-4-26624",
    ],
    ["primary + replicas", input("database-replica-2", "instanceType"), "READ_REPLICA_INSTANCE"],
    [
      "backups 7 days, from 03:00",
      inputs(
        "database-primary",
        "settings.backupConfiguration.backupRetentionSettings.retainedBackups",
        "settings.backupConfiguration.startTime",
      ),
      [7, "03:00"],
    ],
    [
      "maintenance Mon from 04:00",
      inputs("database-primary", "settings.maintenanceWindow.day", "settings.maintenanceWindow.hour"),
      [1, 4],
    ],
    ["final snapshot", input("database-primary", "settings.finalBackupConfig.enabled"), true],
    [
      "RPO 1 h: any moment of the retention",
      input("database-primary", "settings.backupConfiguration.pointInTimeRecoveryEnabled"),
      true,
    ],
    [
      "Redis: 13 GiB of cache.r5.large, two replicas",
      inputs("redis-instance", "memorySizeGb", "replicaCount"),
      [13, 2],
    ],
    [
      "30 days to infrequent access, 90 to archive, expire after 365",
      (cell) =>
        [1, 2, 3].map((rule) => [
          input("exports-bucket", `lifecycleRules[${rule}].action.storageClass`)(cell),
          input("exports-bucket", `lifecycleRules[${rule}].condition.age`)(cell),
        ]),
      [
        ["NEARLINE", 30],
        ["COLDLINE", 90],
        [undefined, 365],
      ],
    ],
    ["TLS 1.2 and 1.3", input("edge-tls-policy", "minTlsVersion"), "TLS_1_2"],
    [
      "headers",
      input("edge-backend-api-8000", "customResponseHeaders"),
      [
        "X-Frame-Options: SAMEORIGIN",
        "X-Content-Type-Options: nosniff",
        "X-XSS-Protection: 1; mode=block",
        "Strict-Transport-Security: max-age=31536000; includeSubDomains",
      ],
    ],
    [
      "rate limit 100 a second: Cloud Armor counts over ten seconds at least",
      inputs(
        "edge-firewall",
        "rules[10].rateLimitOptions.rateLimitThreshold.count",
        "rules[10].rateLimitOptions.rateLimitThreshold.intervalSec",
      ),
      [1_000, 10],
    ],
    ["API nodes: 3 to 20 of 4 vCPU", nodePool("api"), "e2-standard-4 3-20"],
    [
      "worker nodes: 5 to 50 of 8 vCPU, spot; staging's limit of 20 stands before the 50",
      nodePool("workers"),
      "e2-standard-8 5-20 spot",
    ],
  ],
);

holds(
  SYSTEM,
  "distributed",
  ["kubernetes"],
  [
    ["Redis StatefulSet of 3 with Sentinel", spec("redis", "replicas"), 3],
    ["Redis: redis:7-alpine", image("redis"), "redis:7-alpine"],
    ["Postgres by operator: primary + 2 replicas", input("database-cluster", "spec.instances"), 3],
    [
      "Postgres: db.r5.xlarge is 4 vCPU, 32 GB",
      resourcesAt("database-cluster", "spec.resources"),
      "2000m/4000m 8Gi/32Gi",
    ],
    [
      "rate limit 100",
      inputs("edge-doc-scraper-rate-limit", "spec.rateLimit.average", "spec.rateLimit.period"),
      [100, "1s"],
    ],
    [
      "headers",
      (cell) =>
        /max-age[^"]*/.exec(JSON.stringify(input("edge-doc-scraper-route-0", "spec.rules[0].filters")(cell)))?.[0],
      "max-age=31536000; includeSubDomains",
    ],
    ["TLS 1.2 and 1.3", input("cluster-add-ons-ingress", "values.tlsOptions.default.minVersion"), "VersionTLS12"],
    ["node counts: an attached cluster's nodes are its own", degraded(/^node pool workers of worker/), true],
    [
      "lifecycle 30/90/365 days: no object storage is named",
      degraded(/^bucket exports: replication, versions, lifecycle/),
      true,
    ],
    ["backups 7 days: no bucket is named", degraded(/^backup daily of database \(.*kept 7 days\)/), true],
  ],
);

holds(
  SYSTEM,
  "single-server",
  ["aws", "gcp"],
  [
    ["nginx on 80 and 443", found("host/nginx.conf", /listen 80 default_server;[\s\S]*listen (443) ssl/), "443"],
    ["TLS 1.2 and 1.3", found("host/nginx.conf", /ssl_protocols (.*);/), "TLSv1.2 TLSv1.3"],
    ["ciphers", found("host/nginx.conf", /ssl_ciphers (.*);/), "HIGH:!aNULL:!MD5"],
    ["rate limit 100", found("host/nginx.conf", /rate=(\d+r\/s)/), "100r/s"],
    [
      "HSTS one year with subdomains",
      found("host/nginx.conf", /Strict-Transport-Security "(.*)" always/),
      "max-age=31536000; includeSubDomains",
    ],
    ["X-XSS-Protection", found("host/nginx.conf", /X-XSS-Protection "(.*)" always/), "1; mode=block"],
    [
      "uvicorn app.main:app :8000 with 4 workers",
      (cell) => (composed("api", "entrypoint")(cell) as readonly string[]).join(" "),
      "uvicorn app.main:app --host 0.0.0.0 --port 8000 --workers 4",
    ],
    ["worker: concurrency 4", composed("worker", "command"), ["--loglevel=info", "--concurrency=4"]],
    ["redis:7-alpine", composed("redis", "image"), "redis:7-alpine"],
    ["postgres:15", composed("database", "image"), "postgres:15"],
  ],
);

holds(
  SYSTEM,
  "single-server",
  ["aws"],
  [
    ["4 to 8 cores, 8 to 16 GB", input("host-instance", "instanceType"), "c6i.2xlarge"],
    ["100 GB", input("host-data", "size"), 100],
  ],
);

holds(
  SYSTEM,
  "single-server",
  ["gcp"],
  [
    [
      "4 to 8 cores, 8 to 16 GB: no family sells 8 vCPU with 16 GiB but as a custom size",
      input("host-instance", "machineType"),
      "e2-standard-8",
    ],
    ["100 GB", input("host-data", "size"), 100],
  ],
);

holds(
  SYSTEM,
  "standalone",
  ["aws", "gcp"],
  [
    ["one process", (cell) => composed("worker", "image")(cell), undefined],
    ["SQLite", (cell) => cell.plan.resources.some(({ type }) => /rds|sql\/databaseInstance/.test(type)), false],
    [
      "2 GB at most, of which the machine itself keeps 512 MB",
      composed("api", "deploy.resources.limits.memory"),
      "1536M",
    ],
    ["10 GB disk", input("host-data", "size"), 10],
  ],
);
