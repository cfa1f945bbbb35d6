import { CLOUDS } from "../cellPlans";
import { degraded, holds } from "./holds";
import { composed, image, input, inputs, nodeGroup, nodePool, pod, port, scaling, spec } from "./read";

const SYSTEM = "webclone-pro";

holds(SYSTEM, "distributed", CLOUDS, [
  ["web: port 3000", port("web"), "3000 > 3000"],
  ["web: 3 to 15, on CPU and memory", scaling("web"), "3-15, cpu 70, memory 80"],
  ["AI operations sleep while nobody asks", (cell) => scaling("ai")(cell).split(",")[0], "0-10"],
  ["web: sockets have a minute to move", pod("web", "terminationGracePeriodSeconds"), 60],
]);

holds(
  SYSTEM,
  "distributed",
  ["aws"],
  [
    ["t3.medium to c5.large, 3 to 15", nodeGroup("web"), "t3.medium c5.large 3-15 ON_DEMAND"],
    ["Postgres 15", input("database-primary", "engineVersion"), "15"],
    ["Redis 7, with failover", inputs("redis-group", "engineVersion", "automaticFailoverEnabled"), ["7.1", true]],
    ["long-lived WebSockets: idle for an hour", input("edge-balancer", "idleTimeout"), 3600],
  ],
);

holds(
  SYSTEM,
  "distributed",
  ["gcp"],
  [
    ["t3.medium is 2 vCPU, 4 GiB; 3 to 15", nodePool("web"), "e2-medium 3-15"],
    ["Postgres 15", input("database-primary", "databaseVersion"), "POSTGRES_15"],
    ["long-lived WebSockets: an hour", input("edge-backend-web-3000", "timeoutSec"), 3600],
  ],
);

holds(
  SYSTEM,
  "distributed",
  ["kubernetes"],
  [
    ["redis:7-alpine", image("redis"), "redis:7-alpine"],
    ["Redis: one, and two that take over", spec("redis", "replicas"), 3],
    ["t3.medium to c5.large: an attached cluster's nodes are its own", degraded(/^node pool web of web/), true],
    ["vertical autoscaler: recommends", input("web-vertical", "spec.updatePolicy.updateMode"), "Off"],
  ],
);

holds(
  SYSTEM,
  "single-server",
  ["aws", "gcp"],
  [
    ["nginx:alpine", composed("edge-proxy", "image"), "nginx:alpine"],
    ["postgres:15-alpine", composed("database", "image"), "postgres:15-alpine"],
    ["redis:7-alpine", composed("redis", "image"), "redis:7-alpine"],
  ],
);
