import { CLOUDS } from "../cellPlans";
import { degraded, holds } from "./holds";
import {
  container,
  found,
  image,
  input,
  inputs,
  nodeGroup,
  pod,
  port,
  probe,
  resources,
  resourcesAt,
  scaling,
  spec,
} from "./read";

holds("vibebox", "distributed", CLOUDS, [
  ["frontend: nginx:alpine", image("frontend"), "nginx:alpine"],
  ["frontend: port 80", port("frontend"), "80 > 80"],
  ["frontend: 3 replicas", scaling("frontend"), "fixed 3"],
  ["frontend: CPU 100m/500m, memory 128Mi/512Mi", resources("frontend"), "100m/500m 128Mi/512Mi"],
  ["backend: node:20-alpine", image("backend"), "node:20-alpine"],
  ["backend: port 3000", port("backend"), "3000 > 3000"],
  ["backend: CPU 500m/2000m, memory 512Mi/2Gi", resources("backend"), "500m/2000m 512Mi/2Gi"],
  [
    "backend: 3 to 10, CPU 70 %, memory 70 %, 1000 WebSocket connections a pod",
    scaling("backend"),
    "3-10, cpu 70, memory 70, prometheus 1000",
  ],
  [
    "backend: up one pod per 30 s",
    input("backend-scaler", "spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleUp.policies"),
    [{ type: "Pods", value: 1, periodSeconds: 30 }],
  ],
  [
    "backend: down one pod per 5 min",
    input("backend-scaler", "spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.policies"),
    [{ type: "Pods", value: 1, periodSeconds: 300 }],
  ],
  ["startup probe 0/3/30/5", probe("backend", "startup"), "/health/startup 0/3/30/5"],
  ["liveness probe 30/10/3/5", probe("backend", "liveness"), "/health/live 30/10/3/5"],
  ["readiness probe 10/5/3/5", probe("backend", "readiness"), "/health/ready 10/5/3/5"],
  ["30 s grace", pod("backend", "terminationGracePeriodSeconds"), 30],
  ["rolling update, zero downtime", spec("backend", "strategy.rollingUpdate.maxUnavailable"), 0],
  ["docker: docker:dind, rootless", image("docker"), "docker:dind-rootless"],
  ["docker: port 2375", port("docker"), "2375 > 2375"],
  ["docker: CPU 2000m/8000m, memory 4Gi/16Gi", resources("docker"), "2000m/8000m 4Gi/16Gi"],
  ["docker-volumes: 500Gi", input("docker-volumes-claim", "spec.resources.requests.storage"), "500Gi"],
  ["docker-volumes: ReadWriteMany", input("docker-volumes-claim", "spec.accessModes"), ["ReadWriteMany"]],
]);

holds(
  "vibebox",
  "distributed",
  ["aws"],
  [
    [
      "postgres: 100Gi, gp3 (3000 IOPS are its baseline: RDS takes no other below 400 GiB), encrypted",
      inputs("postgres-primary", "allocatedStorage", "storageType", "iops", "storageEncrypted"),
      [100, "gp3", undefined, true],
    ],
    ["postgres: 16, port 5432", inputs("postgres-primary", "engineVersion", "port"), ["16", 5432]],
    ["postgres: kept 30 days", input("postgres-primary", "backupRetentionPeriod"), 30],
    [
      "postgres: 1 to 4 CPU, 2 to 8 GiB: a class between them, as RDS sells no ranges",
      input("postgres-primary", "instanceClass"),
      "db.t4g.medium",
    ],
    ["redis: 7, port 6379", inputs("redis-group", "engineVersion", "port"), ["7.1", 6379]],
    ["docker-volumes: 500Gi; EFS grows with what is written", degraded(/the size of docker-volumes/), true],
    ["nodes of Docker: 8 vCPU, 32 GiB", nodeGroup("docker"), "m6i.2xlarge 2-6 ON_DEMAND"],
    ["backup at 03:00 UTC", input("backup-backup-daily", "spec.schedule"), "0 3 * * *"],
    [
      "backup DATE.sql.gz.enc",
      input("backup-backup-daily", "spec.jobTemplate.spec.template.spec.containers[0].env[3].value"),
      "DATE.sql.gz.enc",
    ],
    ["backup kept 30 days", input("backups-bucket-lifecycle", "rules[1].expiration.days"), 30],
    ["backup locked for 30 days", input("backups-bucket-lock", "rule.defaultRetention.days"), 30],
    ["WebSockets stay open: idle for an hour", input("edge-balancer", "idleTimeout"), 3600],
  ],
);

holds(
  "vibebox",
  "distributed",
  ["gcp"],
  [
    ["postgres: 16", input("postgres-primary", "databaseVersion"), "POSTGRES_16"],
    ["postgres: 100Gi", input("postgres-primary", "settings.diskSize"), 100],
    [
      "postgres: kept 30 days",
      input("postgres-primary", "settings.backupConfiguration.backupRetentionSettings.retainedBackups"),
      30,
    ],
    ["redis: 1Gi limit", input("redis-instance", "memorySizeGb"), 1],
    [
      "docker-volumes: 500Gi; Filestore sells no less than 1 TiB of this tier",
      input("docker-volumes-instance", "fileShares.capacityGb"),
      1024,
    ],
    ["backup kept 30 days", input("backups-bucket", "retentionPolicy.retentionPeriod"), String(30 * 86_400)],
    ["backup at 03:00 UTC", input("backup-backup-daily", "spec.schedule"), "0 3 * * *"],
  ],
);

holds(
  "vibebox",
  "distributed",
  ["kubernetes"],
  [
    ["postgres: 100Gi RWO", input("postgres-cluster", "spec.storage.size"), "100Gi"],
    ["postgres: StorageClass fast-ssd", input("postgres-cluster", "spec.storage.storageClass"), "fast-ssd"],
    [
      "postgres: CPU 1000m/4000m, memory 2Gi/8Gi",
      resourcesAt("postgres-cluster", "spec.resources"),
      "1000m/4000m 2Gi/8Gi",
    ],
    [
      "postgres: 1 replica; replication, which the source recommends, from staging on",
      input("postgres-cluster", "spec.instances"),
      3,
    ],
    ["redis: redis:7-alpine", image("redis"), "redis:7-alpine"],
    ["redis: 1 replica", spec("redis", "replicas"), 1],
    ["redis: port 6379", container("redis", "ports[0].containerPort"), 6379],
    ["redis: CPU 100m/500m, memory 256Mi/1Gi", resources("redis"), "100m/500m 256Mi/1Gi"],
    [
      "redis-data: 10Gi RWO, fast-ssd",
      inputs(
        "redis-claim",
        "metadata.name",
        "spec.resources.requests.storage",
        "spec.accessModes",
        "spec.storageClassName",
      ),
      ["redis-data", "10Gi", ["ReadWriteOnce"], "fast-ssd"],
    ],
    [
      "backup 03:00 UTC, 30 days: no bucket is named",
      degraded(/backup daily of postgres \(0 3 \* \* \* UTC, kept 30 days\)/),
      true,
    ],
  ],
);

holds(
  "vibebox",
  "standalone",
  ["aws", "gcp"],
  [
    ["backup at 03:00 UTC", found("host/cloud-init.yaml", /OnCalendar=\*-\*-\* (03:00:00 UTC)/), "03:00:00 UTC"],
    ["pg_dump, custom format", found("host/cloud-init.yaml", /pg_dump .*--format=(custom)/), "custom"],
    ["gzip, AES-256", found("host/cloud-init.yaml", /gzip \| gpg .*--cipher-algo (AES256)/), "AES256"],
    ["restore by pg_restore", found("host/cloud-init.yaml", /(pg_restore) --username/), "pg_restore"],
  ],
);

holds(
  "vibebox",
  "standalone",
  ["kubernetes"],
  [
    ["one frontend", scaling("frontend"), "fixed 1"],
    ["one backend, no autoscaling", scaling("backend"), "fixed 1"],
  ],
);
