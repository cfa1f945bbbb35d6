import { CLOUDS } from "../cellPlans";
import { degraded, holds } from "./holds";
import { composed, image, input, inputs, port, scaling, spec } from "./read";

const SYSTEM = "scraping-platform";
const onQueue = (service: string) => (cell: Parameters<ReturnType<typeof scaling>>[0]) =>
  scaling(service)(cell).replaceAll("redis-sentinel", "redis");

holds(SYSTEM, "distributed", CLOUDS, [
  ["web: 3", scaling("web"), "3-9, cpu 70"],
  ["web: nginx", image("web"), "nginx:alpine"],
  ["api: 3", scaling("api"), "3-9, cpu 70, memory 80"],
  ["api: port 8000", port("api"), "8000 > 8000"],
  [
    "workers: one of scraping, with an autoscaler; two outside dev",
    onQueue("worker-scraping"),
    "2-10, cpu 70, redis scraping 10, redis unacked 10",
  ],
  [
    "workers: one of processing; two outside dev",
    onQueue("worker-processing"),
    "2-10, cpu 70, redis processing 10, redis unacked 10",
  ],
  [
    "workers: one of analytics; two outside dev",
    onQueue("worker-analytics"),
    "2-10, cpu 70, redis analytics 10, redis unacked 10",
  ],
  ["one scheduler", scaling("scheduler"), "fixed 1"],
  ["Memcached", image("memcached"), "memcached:1.6-alpine"],
]);

holds(
  SYSTEM,
  "distributed",
  ["aws"],
  [
    [
      "primary + 2 read replicas",
      input("database-replica-2", "replicateSourceDb") && input("database-replica-2", "multiAz"),
      false,
    ],
    ["Redis primary + replicas", inputs("redis-group", "numCacheClusters", "automaticFailoverEnabled"), [3, true]],
    ["Elasticsearch runs in the cluster", input("elasticsearch-cluster", "spec.nodeSets[0].count"), 3],
    [
      "2,000 requests a client in five minutes",
      input("edge-firewall", "rules[0].statement.rateBasedStatement.limit"),
      2_000,
    ],
    ["database kept 30 days", input("database-primary", "backupRetentionPeriod"), 30],
  ],
);

holds(
  SYSTEM,
  "distributed",
  ["gcp"],
  [
    ["primary + 2 read replicas", input("database-replica-2", "instanceType"), "READ_REPLICA_INSTANCE"],
    ["Redis primary + replicas", inputs("redis-instance", "tier", "replicaCount"), ["STANDARD_HA", 2]],
    [
      "2,000 requests a client in five minutes",
      inputs(
        "edge-firewall",
        "rules[10].rateLimitOptions.rateLimitThreshold.count",
        "rules[10].rateLimitOptions.rateLimitThreshold.intervalSec",
      ),
      [2_000, 300],
    ],
  ],
);

holds(
  SYSTEM,
  "distributed",
  ["kubernetes"],
  [
    ["primary + 2 read replicas", input("database-cluster", "spec.instances"), 3],
    ["Redis primary + replicas", spec("redis", "replicas"), 3],
    ["VolumeSnapshots", input("database-snapshots", "spec.method"), "volumeSnapshot"],
    [
      "2,000 requests a client in five minutes",
      inputs("edge-application-rate-limit", "spec.rateLimit.average", "spec.rateLimit.period"),
      [2_000, "5m"],
    ],
    ["VPN, firewall, intrusion detection: the cluster's operator's", degraded(/web application firewall/), true],
  ],
);

holds(
  SYSTEM,
  "single-server",
  ["aws", "gcp"],
  [
    [
      "the four networks, frontend to monitoring",
      (cell) => /\n {2}frontend|\n {2}.*segment/.test(cell.files["host/compose.yaml"] ?? ""),
      true,
    ],
    ["nginx:alpine", composed("edge-proxy", "image"), "nginx:alpine"],
  ],
);
