import { expect } from "chai";
import { charterflow } from "../../systems/charterflow";
import { edgesOf, holds, resolved, running, scalingOf, store } from "./facts";

describe("charterflow, distributed", () => {
  const system = resolved(charterflow, "distributed");
  holds(system, [
    [
      "charterflow.app and api.charterflow.app",
      ({ domain, routes }) => [domain, routes.map(({ host, to }) => `${host} ${to}`)],
      ["charterflow.app", ["@ web", "api api"]],
    ],
    [
      "web on 3000, API on 3001",
      ({ services }) => [services.web?.ports.http?.port, services.api?.ports.http?.port],
      [3000, 3001],
    ],
    [
      "the public addresses of production",
      ({ services }) => [services.web?.env.NEXT_PUBLIC_API_URL, services.web?.env.NEXT_PUBLIC_APP_URL],
      ["https://api.charterflow.app", "https://charterflow.app"],
    ],
    [
      "API: /health, /health/live and /health/ready",
      (s) => {
        const { startup, liveness, readiness } = running(s, "api").probes;
        return [startup?.path, liveness?.path, readiness?.path];
      },
      ["/health", "/health/live", "/health/ready"],
    ],
    ["API: CPU and memory scaling", (s) => scalingOf(s, "api"), "2-10, cpu 70, memory 80"],
    ["workers: BullMQ on Redis", (s) => scalingOf(s, "workers"), "1-10, cpu 70, bullmq jobs 20"],
    [
      "UPLOAD_PATH, on a writable mount",
      ({ services }) => [services.api?.env.UPLOAD_PATH, services.api?.scratch[0]?.path],
      ["/tmp/uploads", "/tmp"],
    ],
    ["JWT_SECRET is a secret", ({ services }) => services.api?.secretEnv, { JWT_SECRET: "jwt-secret" }],
    ["secret rotation", ({ secrets }) => secrets["jwt-secret"]?.rotateDays, 90],
    ["CORS for the front end", ({ services }) => services.api?.env.CORS_ORIGIN, "https://charterflow.app"],
    [
      "DATABASE_URL, REDIS_URL, S3_BUCKET, S3_REGION",
      ({ edges }) => edges.flatMap(({ from, env }) => (from.name === "api" ? Object.keys(env) : [])),
      ["DATABASE_URL", "DATABASE_REPLICA_URL", "REDIS_URL", "CACHE_URL", "S3_BUCKET", "S3_REGION"],
    ],
    [
      "Postgres with pgvector, read replica and point-in-time recovery",
      (s) => {
        const { database, extensions, readReplicas, pointInTimeRecovery, storage } = store(s, "database", "postgres");
        return [database, extensions, readReplicas, pointInTimeRecovery, storage.snapshots?.schedule];
      },
      ["charterflow", ["vector"], 1, true, "0 3 * * *"],
    ],
    [
      "sessions and queue on a Redis that never evicts",
      (s) => {
        const { mode, purpose, eviction } = store(s, "redis", "redis");
        return [mode, purpose, eviction];
      },
      ["sentinel", "broker", "noeviction"],
    ],
    [
      "clustering for the cache",
      (s) => [store(s, "cache", "redis").mode, store(s, "cache", "redis").shards],
      ["cluster", 3],
    ],
    [
      "bucket charterflow-uploads: CDN, cleanup, copy in another region",
      (s) => {
        const { bucketName, cdn, lifecycle, replication } = store(s, "uploads", "bucket");
        return [bucketName, cdn, lifecycle.expireDays, replication?.storageClass];
      },
      ["charterflow-uploads", true, 730, "standard"],
    ],
    [
      "TLS 1.3 floor, WAF, CDN, rate limit",
      ({ edge }) => [edge.tlsMinimum, edge.waf, edge.cdn, edge.rateLimit],
      ["1.3", true, true, 2_000],
    ],
    [
      "edge functions: redirects and auth",
      ({ edge }) => [edge.redirects, edge.authentication?.kind],
      [[{ host: "www", to: "@", permanent: true }], "session"],
    ],
    ["audit logs", ({ security }) => security.auditLog, true],
    ["daily backups", ({ backups }) => [backups.daily?.store, backups.daily?.schedule], ["database", "0 2 * * *"]],
    [
      "recovery: database, files, application, DNS",
      ({ objectives }) => objectives.recoveryOrder,
      ["database", "files", "application", "dns"],
    ],
    [
      "response times, error rates, user actions, feature usage, database performance",
      ({ observability }) =>
        Object.keys(observability.metrics)
          .slice(0, 5)
          .map((name) => name.replace("charterflow_", "")),
      [
        "requests_total",
        "request_duration_seconds",
        "user_actions_total",
        "feature_usage_total",
        "query_duration_seconds",
      ],
    ],
    ["uptime checks", ({ observability }) => observability.uptime, ["web", "api"]],
    [
      "tag, staging, E2E, production",
      ({ delivery }) => delivery.stages.slice(1),
      ["tag", "staging", "e2e", "production"],
    ],
    ["preview branches for PRs", ({ delivery }) => delivery.triggers?.preview, "pull-request"],
  ]);

  it("connects what the source connects, and nothing else: only the API uses the bucket", () => {
    expect(edgesOf(system)).to.deep.equal({
      public: "web:3000 api:3001",
      web: "api:3001",
      api: "database:5432 database@5432 redis:6379 redis:26379 cache:6379 uploads:443 monitoring:4318",
      monitoring: "api:3001 workers:9464",
      workers: "database:5432 redis:6379 redis:26379 monitoring:4318",
      migrate: "database:5432",
    });
    expect(edgesOf(resolved(charterflow, "global"))).to.deep.equal(edgesOf(system));
  });

  it("holds no secret of the source's in a plain variable", () => {
    expect(JSON.stringify(charterflow)).to.not.match(/dev-secret-key|user:pass/);
  });
});

describe("charterflow, on one host", () => {
  holds(resolved(charterflow, "standalone"), [
    ["is the source's development: web and API", ({ services }) => Object.keys(services), ["web", "api"]],
    ["sqlite:./data/app.db", (s) => store(s, "database", "postgres").embedded?.url, "sqlite:./data/app.db"],
    [
      "./uploads",
      (s) => [s.services.api?.env.UPLOAD_PATH, store(s, "uploads", "bucket").local?.path],
      ["./uploads", "/app/uploads"],
    ],
    [
      "localhost:3001 and localhost:3000",
      ({ services }) => [services.web?.env.NEXT_PUBLIC_API_URL, services.web?.env.NEXT_PUBLIC_APP_URL],
      ["http://localhost:3001", "http://localhost:3000"],
    ],
    ["PORT=3001", ({ services }) => services.api?.env.PORT, "3001"],
    [
      "edges",
      edgesOf,
      { public: "web:3000 api:3001", web: "api:3001", api: "database uploads", monitoring: "api:3001" },
    ],
  ]);
  holds(resolved(charterflow, "single-server"), [
    [
      "one Redis for sessions, queue and cache",
      (s) => [store(s, "redis", "redis").purpose, Object.keys(s.stores)],
      ["both", ["database", "redis", "uploads", "backups"]],
    ],
    [
      "edges",
      edgesOf,
      {
        public: "web:3000 api:3001",
        web: "api:3001",
        api: "database:5432 redis:6379 uploads:443",
        monitoring: "api:3001 workers:9464",
        workers: "database:5432 redis:6379",
        migrate: "database:5432",
      },
    ],
  ]);
});
