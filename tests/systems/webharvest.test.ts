import { expect } from "chai";
import { webharvest } from "../../systems/webharvest";
import { edgesOf, holds, poolOf, resolved, running, scalingOf, store } from "./facts";

describe("webharvest, distributed", () => {
  const system = resolved(webharvest, "distributed");
  holds(system, [
    ["runs in namespace webharvest", ({ namespace }) => namespace, "webharvest"],
    ["open-webui: image", ({ services }) => services["open-webui"]?.image, "open-webui:main"],
    ["open-webui: port 3000", ({ services }) => services["open-webui"]?.ports.http?.port, 3000],
    [
      "open-webui: volume openwebui_data",
      ({ services }) => services["open-webui"]?.volumes.map(({ name }) => name),
      ["openwebui-data"],
    ],
    ["api: image", ({ services }) => services.api?.image.split(":")[0], "webharvest-api"],
    ["api: port 8080", ({ services }) => services.api?.ports.http?.port, 8080],
    ["api: 3 replicas, autoscaled", (s) => scalingOf(s, "api"), "3-12, from 3, cpu 70, memory 80"],
    ["api: t3.large", (s) => poolOf(s, "api"), "t3.large 3-6"],
    ["worker: image", ({ services }) => services.worker?.image.split(":")[0], "webharvest-worker"],
    [
      "worker: 5 replicas, CPU 70, memory 80, and the queue",
      (s) => scalingOf(s, "worker"),
      "5-18, from 5, cpu 70, memory 80, celery general 10",
    ],
    ["general tasks: c5.xlarge x 3", (s) => poolOf(s, "general"), "c5.xlarge 3-6 spot"],
    ["heavy crawling scales on its queue", (s) => scalingOf(s, "worker-heavy"), "5-10, from 5, celery heavy 5"],
    ["heavy crawling: c5.2xlarge x 5", (s) => poolOf(s, "heavy"), "c5.2xlarge 5-10 spot"],
    ["browser tasks scale on their queue", (s) => scalingOf(s, "worker-browser"), "10-20, from 10, celery browser 2"],
    ["browser tasks: m5.large x 10", (s) => poolOf(s, "browser"), "m5.large 10-20"],
    [
      "every worker mounts playwright_cache",
      (s) => ["worker", "worker-heavy", "worker-browser"].map((name) => s.services[name]?.volumes[0]?.share),
      ["playwright-cache", "playwright-cache", "playwright-cache"],
    ],
    ["the cache is a shared file system", (s) => store(s, "playwright-cache", "file-share").kind, "file-share"],
    [
      "postgres:15-alpine, primary + 2 read replicas, r5.xlarge, postgres_data",
      (s) => {
        const { version, image, readReplicas, classes, storage } = store(s, "database", "postgres");
        return [version, image, readReplicas, classes.aws, storage.volume];
      },
      ["15", "postgres:15-alpine", 2, "db.r5.xlarge", "postgres-data"],
    ],
    [
      "redis:7-alpine, 3 masters, 3 replicas, r6g.large, redis_data",
      (s) => {
        const { version, image, mode, shards, replicas, classes, storage } = store(s, "redis", "redis");
        return [version, image, mode, shards, shards * replicas, classes.aws, storage?.volume];
      },
      ["7", "redis:7-alpine", "cluster", 3, 3, "cache.r6g.large", "redis-data"],
    ],
    [
      "the queue has a Redis of its own, not a cluster, that never evicts, with a dead-letter queue",
      (s) => {
        const { mode, purpose, eviction, deadLetter } = store(s, "broker", "redis");
        return [mode, purpose, eviction, deadLetter];
      },
      ["sentinel", "broker", "noeviction", { queue: "dead-letter", alertDepth: 1 }],
    ],
    [
      "Qdrant v1.7.4, 3 nodes, m5.xlarge, qdrant_data",
      (s) => {
        const { version, image, instances, classes, storage } = store(s, "qdrant", "vector");
        return [version, image, instances, classes.aws, storage.volume];
      },
      ["1.7.4", "qdrant/qdrant:v1.7.4", 3, "m5.xlarge", "qdrant-data"],
    ],
    ["Qdrant: m5.xlarge x 3", (s) => poolOf(s, "vectors"), "m5.xlarge 3-3"],
    ["assets in object storage", (s) => store(s, "assets", "bucket").bucketName, "webharvest-assets"],
    [
      "load balancer with WAF and TLS, no CDN",
      ({ edge }) => [edge.waf, edge.cdn, edge.tlsMinimum],
      [true, false, "1.2"],
    ],
    ["nginx:alpine with ssl_certs", ({ edge }) => edge.proxy, { image: "nginx:alpine", certificates: "ssl-certs" }],
    ["X-Ray", ({ observability }) => observability.traces, "cloud"],
    [
      "delivery: blue-green, manual approval, back on failure",
      ({ delivery }) => [delivery.strategy, delivery.approval, delivery.rollback, delivery.gitOps],
      ["blue-green", ["production"], true, true],
    ],
    [
      "delivery: every check of the source",
      ({ delivery }) => delivery.checks.join(", "),
      "flake8, black --check, pytest, bandit, safety, multi-stage build, coverage at least 80 %, SonarQube, Trivy, Snyk",
    ],
    [
      "delivery: staging, E2E, load, approval, production, smoke, monitor",
      ({ delivery }) => delivery.stages.slice(5),
      ["staging", "e2e", "load", "approval", "production", "smoke", "monitor"],
    ],
  ]);

  it("alerts as soon as the dead-letter queue is as deep as its broker says", () => {
    const depth = store(system, "broker", "redis").deadLetter?.alertDepth;
    expect(system.alerts.DeadLetterTasks?.expr).to.equal(`max(webharvest_dead_letter_tasks) >= ${depth}`);
  });

  it("connects what the source connects, and nothing else", () => {
    const worker =
      "database:5432 redis:6379 broker:6379 broker:26379 qdrant:6333 qdrant:6334 assets:443 web:443 web-plain:80 monitoring:4318";
    expect(edgesOf(system)).to.deep.equal({
      public: "open-webui:3000 api:8080",
      "open-webui": "api:8080",
      api: "database:5432 database@5432 redis:6379 broker:6379 broker:26379 qdrant:6333 qdrant:6334 assets:443 monitoring:4318",
      monitoring: "api:8080 worker:9808 worker-heavy:9808 worker-browser:9808",
      worker,
      "worker-heavy": worker,
      "worker-browser": worker,
      "smoke-test": "api:8080",
    });
  });

  it("keeps spot capacity to those who can be interrupted", () => {
    expect(
      ["api", "worker", "worker-heavy", "worker-browser"].map((name) => running(system, name).interruptible),
    ).to.deep.equal([false, true, true, false]);
  });
});

describe("webharvest, other models", () => {
  const single = resolved(webharvest, "single-server");
  holds(single, [
    ["is the compose file: 2 workers", (s) => scalingOf(s, "worker"), "2"],
    ["one worker for every queue", (s) => s.services.worker?.args?.[1], "--queues=general,heavy,browser"],
    [
      "services of the compose file",
      ({ services }) => Object.keys(services),
      ["open-webui", "api", "worker", "smoke-test"],
    ],
    [
      "cache and queue on one Redis, as drawn",
      (s) => {
        const { mode, purpose, eviction } = store(s, "redis", "redis");
        return [mode, purpose, eviction];
      },
      ["single", "both", "noeviction"],
    ],
    ["one Postgres without copies", (s) => store(s, "database", "postgres").readReplicas, 0],
    ["one Qdrant", (s) => store(s, "qdrant", "vector").instances, 1],
    [
      "edges",
      edgesOf,
      {
        public: "open-webui:3000 api:8080",
        "open-webui": "api:8080",
        api: "database:5432 redis:6379 qdrant:6333 qdrant:6334 assets:443",
        monitoring: "api:8080 worker:9808",
        worker: "database:5432 redis:6379 qdrant:6333 qdrant:6334 assets:443 web:443 web-plain:80",
        "smoke-test": "api:8080",
      },
    ],
  ]);

  it("standing alone is one of each with assets in a directory", () => {
    const alone = resolved(webharvest, "standalone");
    expect(scalingOf(alone, "worker")).to.equal("1");
    expect(store(alone, "assets", "bucket").local?.path).to.equal("/data/assets");
    expect(Object.keys(alone.backups)).to.deep.equal([]);
    expect(edgesOf(alone).api).to.equal("database:5432 redis:6379 qdrant:6333 qdrant:6334 assets");
  });

  it("copies assets to the other regions in the global model, with the same edges", () => {
    const global = resolved(webharvest, "global");
    expect(store(global, "assets", "bucket").replication).to.deep.equal({ storageClass: "standard" });
    expect(edgesOf(global)).to.deep.equal(edgesOf(resolved(webharvest, "distributed")));
  });
});
