import { CLOUDS } from "../cellPlans";
import { degraded, holds } from "./holds";
import { composed, env, input, inputs, port, probe, scaling, spec } from "./read";

const SYSTEM = "charterflow";

holds(SYSTEM, "distributed", CLOUDS, [
  ["web: port 3000", port("web"), "3000 > 3000"],
  ["api: port 3001", port("api"), "3001 > 3001"],
  ["api: /health", probe("api", "startup"), "/health 0/5/24/5"],
  ["api: /health/live", probe("api", "liveness"), "/health/live 0/10/3/5"],
  ["api: /health/ready", probe("api", "readiness"), "/health/ready 0/5/3/5"],
  ["api: CPU and memory autoscaling", scaling("api"), "2-10, cpu 70, memory 80"],
  ["api: UPLOAD_PATH", env("api", "UPLOAD_PATH"), "/tmp/uploads"],
  ["web: NEXT_PUBLIC_API_URL", env("web", "NEXT_PUBLIC_API_URL"), "https://api.charterflow.app"],
  ["web: NEXT_PUBLIC_APP_URL", env("web", "NEXT_PUBLIC_APP_URL"), "https://charterflow.app"],
]);

holds(
  SYSTEM,
  "distributed",
  ["aws"],
  [
    ["us-east-1", (cell) => cell.plan.placements[0]?.region, "us-east-1"],
    ["TLS 1.3 everywhere", input("edge-https", "sslPolicy"), "ELBSecurityPolicy-TLS13-1-3-2021-06"],
    ["a read replica", input("database-replica-1", "publiclyAccessible"), false],
    ["daily snapshots, kept 30 days", input("database-primary", "backupRetentionPeriod"), 30],
    [
      "Redis clustering: 3 masters, a replica each",
      inputs("cache-group", "numNodeGroups", "replicasPerNodeGroup"),
      [3, 1],
    ],
    ["rate limit", input("edge-firewall", "rules[0].statement.rateBasedStatement.limit"), 2_000],
    ["files: cross-region replication", input("uploads-replication", "rules[0].destination.storageClass"), "STANDARD"],
    ["files: cleanup of old ones", input("uploads-bucket-lifecycle", "rules[1].expiration.days"), 730],
  ],
);

holds(
  SYSTEM,
  "distributed",
  ["gcp"],
  [
    ["TLS 1.3 everywhere", input("edge-tls-policy", "minTlsVersion"), "TLS_1_3"],
    ["a read replica", input("database-replica-1", "instanceType"), "READ_REPLICA_INSTANCE"],
    [
      "point-in-time recovery",
      input("database-primary", "settings.backupConfiguration.pointInTimeRecoveryEnabled"),
      true,
    ],
    ["Redis clustering", inputs("cache-cluster", "shardCount", "replicaCount"), [3, 1]],
    [
      "us-east-1 is a region of AWS: the bucket is where the placement is",
      (cell) => cell.plan.placements[0]?.region,
      "us-central1",
    ],
  ],
);

holds(
  SYSTEM,
  "distributed",
  ["kubernetes"],
  [
    ["TLS 1.3 everywhere", input("cluster-add-ons-ingress", "values.tlsOptions.default.minVersion"), "VersionTLS13"],
    [
      "pgvector",
      input("database-cluster", "spec.bootstrap.initdb.postInitApplicationSQL"),
      ['CREATE EXTENSION IF NOT EXISTS "vector"'],
    ],
    ["Redis clustering: 3 masters, a replica each", spec("cache", "replicas"), 6],
    ["daily snapshots", input("database-snapshots", "spec.schedule"), "0 0 3 * * *"],
    [
      "point-in-time recovery: no object storage is bound",
      degraded(/^continuous backup and point-in-time recovery of database/),
      true,
    ],
  ],
);

holds(
  SYSTEM,
  "standalone",
  ["aws", "gcp"],
  [
    ["web 3000", composed("web", "environment.PORT"), "3000"],
    ["api 3001", composed("api", "environment.PORT"), "3001"],
    ["sqlite:./data/app.db", composed("api", "environment.DATABASE_URL"), "sqlite:./data/app.db"],
    ["./uploads", composed("api", "environment.UPLOAD_PATH"), "./uploads"],
    ["NEXT_PUBLIC_API_URL", composed("web", "environment.NEXT_PUBLIC_API_URL"), "http://localhost:3001"],
    ["NEXT_PUBLIC_APP_URL", composed("web", "environment.NEXT_PUBLIC_APP_URL"), "http://localhost:3000"],
  ],
);
