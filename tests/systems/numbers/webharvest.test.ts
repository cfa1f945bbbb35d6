import { CLOUDS } from "../cellPlans";
import { degraded, holds } from "./holds";
import {
  composed,
  container,
  found,
  image,
  input,
  inputs,
  nodeGroup,
  nodePool,
  pod,
  port,
  resources,
  scaling,
  spec,
} from "./read";

const SYSTEM = "webharvest";
/** Names of the scalers differ where Redis is asked by sentinels. */
const onQueue = (service: string) => (cell: Parameters<ReturnType<typeof scaling>>[0]) =>
  scaling(service)(cell).replaceAll("redis-sentinel", "redis");

holds(SYSTEM, "distributed", CLOUDS, [
  ["open-webui: open-webui:main", image("open-webui"), "open-webui:main"],
  ["open-webui: port 3000", port("open-webui"), "3000 > 3000"],
  ["api: port 8080", port("api"), "8080 > 8080"],
  ["api: 3 replicas, autoscaled", scaling("api"), "3-12, cpu 70, memory 80"],
  [
    "worker: 5 replicas, CPU 70 %, memory 80 %",
    onQueue("worker"),
    "5-18, cpu 70, memory 80, redis general 10, redis unacked 10",
  ],
  ["heavy crawling: 5, on its queue", onQueue("worker-heavy"), "5-10, redis heavy 5, redis unacked 5"],
  ["browser: 10, on its queue", onQueue("worker-browser"), "10-20, redis browser 2, redis unacked 2"],
  ["Qdrant v1.7.4", image("qdrant"), "qdrant/qdrant:v1.7.4"],
  ["Qdrant: 3 nodes", spec("qdrant", "replicas"), 3],
  [
    "Qdrant: ports 6333, 6334",
    (cell) => [0, 1].map((index) => container("qdrant", `ports[${index}].containerPort`)(cell)),
    [6333, 6334],
  ],
]);

holds(
  SYSTEM,
  "distributed",
  ["aws", "gcp"],
  [["Qdrant runs on nodes of its own", pod("qdrant", "nodeSelector"), { "groundplan.dev/pool": "vectors" }]],
);

holds(
  SYSTEM,
  "distributed",
  ["aws"],
  [
    ["api: t3.large", nodeGroup("api"), "t3.large 3-6 ON_DEMAND"],
    ["general: 3 on c5.xlarge", nodeGroup("general"), "c5.xlarge 3-6 SPOT"],
    ["heavy: 5 on c5.2xlarge", nodeGroup("heavy"), "c5.2xlarge 5-10 SPOT"],
    ["browser: 10 on m5.large", nodeGroup("browser"), "m5.large 10-20 ON_DEMAND"],
    ["Qdrant: 3 on m5.xlarge", nodeGroup("vectors"), "m5.xlarge 3-3 ON_DEMAND"],
    ["Postgres 15, r5.xlarge", inputs("database-primary", "engineVersion", "instanceClass"), ["15", "db.r5.xlarge"]],
    ["2 read replicas, r5.xlarge", input("database-replica-2", "instanceClass"), "db.r5.xlarge"],
    ["RDS Multi-AZ", input("database-primary", "multiAz"), true],
    [
      "Redis: 3 masters, 3 replicas, r6g.large",
      inputs("redis-group", "numNodeGroups", "replicasPerNodeGroup", "nodeType"),
      [3, 1, "cache.r6g.large"],
    ],
    [
      "the broker is a Redis of its own, not a cluster",
      inputs("broker-group", "numNodeGroups", "numCacheClusters"),
      [undefined, 3],
    ],
  ],
);

holds(
  SYSTEM,
  "distributed",
  ["gcp"],
  [
    ["api: t3.large is 2 vCPU, 8 GiB", nodePool("api"), "e2-standard-2 3-6"],
    ["general: 3; c5.xlarge is 4 vCPU", nodePool("general"), "e2-standard-4 3-6 spot"],
    ["heavy: 5; c5.2xlarge is 8 vCPU", nodePool("heavy"), "e2-standard-8 5-10 spot"],
    ["browser: 10; m5.large is 2 vCPU, 8 GiB", nodePool("browser"), "n2-standard-2 10-20"],
    ["Qdrant: 3; m5.xlarge is 4 vCPU, 16 GiB", nodePool("vectors"), "n2-standard-4 3-3"],
    ["Postgres 15", input("database-primary", "databaseVersion"), "POSTGRES_15"],
    [
      "r5.xlarge is 32 GB: four vCPU have 26 GiB at most",
      input("database-primary", "settings.tier"),
      "db-custom-4-26624",
    ],
    ["2 read replicas", input("database-replica-2", "instanceType"), "READ_REPLICA_INSTANCE"],
    ["Redis: 3 masters, 3 replicas", inputs("redis-cluster", "shardCount", "replicaCount"), [3, 1]],
    ["the broker is a Redis of its own", input("broker-instance", "tier"), "STANDARD_HA"],
  ],
);

holds(
  SYSTEM,
  "distributed",
  ["kubernetes"],
  [
    ["Postgres: primary + 2", input("database-cluster", "spec.instances"), 3],
    ["Redis: redis:7-alpine", image("redis"), "redis:7-alpine"],
    ["Redis: 3 masters, 3 replicas", spec("redis", "replicas"), 6],
    ["Qdrant: m5.xlarge is 4 vCPU, 16 GiB, less what the node keeps", resources("qdrant"), "2000m/4000m 8Gi/14Gi"],
    ["instance classes: an attached cluster's nodes are its own", degraded(/^node pool vectors of qdrant/), true],
  ],
);

holds(
  SYSTEM,
  "single-server",
  ["aws", "gcp"],
  [
    ["nginx:alpine", composed("edge-proxy", "image"), "nginx:alpine"],
    ["80 and 443", found("host/nginx.conf", /listen 80 default_server;[\s\S]*listen (443) ssl/), "443"],
    ["2 workers", composed("worker", "deploy.replicas"), 2],
    ["postgres:15-alpine", composed("database", "image"), "postgres:15-alpine"],
    ["redis:7-alpine", composed("redis", "image"), "redis:7-alpine"],
    ["Qdrant v1.7.4", composed("qdrant", "image"), "qdrant/qdrant:v1.7.4"],
  ],
);

holds(
  SYSTEM,
  "single-server",
  ["kubernetes"],
  [
    ["2 workers", scaling("worker"), "fixed 2"],
    ["Redis: 1", spec("redis", "replicas"), 1],
  ],
);
