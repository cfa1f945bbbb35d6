import { expect } from "chai";
import { docScraper } from "../../systems/docScraper";
import { resolveSystem } from "../../systems/resolve";
import type { Model, StoreOf, StoreSpec } from "../../systems/spec";

const resolve = (model: Model) => resolveSystem(docScraper, { model, environment: "production", placement: "main" });

function store<K extends StoreSpec["kind"]>(system: ReturnType<typeof resolve>, name: string, kind: K): StoreOf<K> {
  const found = system.stores[name];
  if (found?.kind !== kind) {
    throw new Error(`${name} is no ${kind}`);
  }
  return found as StoreOf<K>;
}

describe("doc-scraper, distributed", () => {
  const system = resolve("distributed");
  const { api, worker } = system.services;
  if (api?.kind !== "deployment" || worker?.kind !== "deployment") {
    throw new Error("api and worker are deployments");
  }

  it("gives api and worker the manifests' images, ports, commands and resources", () => {
    const sizes = [api, worker].map(({ resources: { requests, limits } }) => [
      requests.cpu,
      limits.cpu,
      requests.memory,
      limits.memory,
    ]);
    expect(sizes).to.deep.equal([
      ["1000m", "2000m", "2Gi", "4Gi"],
      ["2000m", "4000m", "4Gi", "8Gi"],
    ]);
    expect([api.image, worker.image]).to.deep.equal(["scraper-api:2.0.0", "scraper-api:2.0.0"]);
    expect(api.ports.http).to.deep.equal({ port: 8000, servicePort: 80, protocol: "http" });
    expect([...(worker.command ?? []), ...(worker.args ?? [])].join(" ")).to.equal(
      "celery -A app.worker worker --loglevel=info --concurrency=4",
    );
  });

  it("scales the api from 2 to 10 on CPU and memory, with recommendations only of the vertical autoscaler", () => {
    const { min, max, start, cpuPercent, memoryPercent, vertical } = api.scaling;
    expect({ min, max, start, cpuPercent, memoryPercent, vertical }).to.deep.equal({
      min: 2,
      max: 10,
      start: 3,
      cpuPercent: 70,
      memoryPercent: 80,
      vertical: "recommend",
    });
  });

  it("scales the worker by one autoscaler from 2 to 20, on the queue's length and CPU", () => {
    const { min, max, start, cpuPercent, queue } = worker.scaling;
    expect({ min, max, start, cpuPercent }).to.deep.equal({ min: 2, max: 20, start: 5, cpuPercent: 70 });
    expect(queue).to.deep.equal({ store: "redis", library: "celery", queue: "celery", lengthPerReplica: 10 });
    expect(worker.interruptible).to.equal(true);
  });

  it("probes one path, as the source does", () => {
    const { liveness, readiness } = api.probes;
    expect([liveness?.path, liveness?.initialDelaySeconds, liveness?.periodSeconds]).to.deep.equal([
      "/api/v1/system/health",
      30,
      10,
    ]);
    expect([readiness?.path, readiness?.initialDelaySeconds, readiness?.periodSeconds]).to.deep.equal([
      "/api/v1/system/health",
      5,
      5,
    ]);
  });

  it("sizes the node pools by the source's nodes", () => {
    const pools = Object.entries(system.nodePools).map(([name, { cpu, memory, min, max, spot }]) => [
      name,
      cpu,
      memory,
      min,
      max,
      spot,
    ]);
    expect(pools).to.deep.equal([
      ["api", "4", "8Gi", 3, 20, false],
      ["workers", "8", "16Gi", 5, 50, true],
    ]);
    expect(system.nodePools.workers?.labels).to.deep.equal({ "node-type": "spot" });
  });

  it("keeps Postgres 15 with replicas, backup and maintenance windows", () => {
    expect(store(system, "database", "postgres")).to.deep.include({
      version: "15",
      database: "scraper",
      readReplicas: 2,
      backupRetentionDays: 7,
      backupWindow: "03:00-04:00",
      maintenanceWindow: "mon:04:00-mon:05:00",
      pointInTimeRecovery: true,
    });
    expect(store(system, "database", "postgres").classes.aws).to.equal("db.r5.xlarge");
  });

  it("keeps Redis as three members with Sentinel, never evicting the queue", () => {
    const redis = store(system, "redis", "redis");
    expect([redis.mode, redis.replicas + 1, redis.eviction, redis.classes.aws]).to.deep.equal([
      "sentinel",
      3,
      "noeviction",
      "cache.r5.large",
    ]);
  });

  it("ages and replicates exports as the source says", () => {
    const exports = store(system, "exports", "bucket");
    expect(exports.bucketName).to.equal("scraper-exports");
    expect(exports.lifecycle).to.deep.equal({ infrequentAccessDays: 30, archiveDays: 90, expireDays: 365 });
    expect(exports.replication).to.deep.equal({ storageClass: "archive" });
  });

  it("answers at the source's host with its headers, ciphers and limits", () => {
    expect([system.domain, system.routes.map(({ host, to }) => `${host} ${to}`)]).to.deep.equal([
      "scraper.example.com",
      ["api api"],
    ]);
    expect(system.edge).to.deep.include({
      tlsMinimum: "1.2",
      ciphers: "HIGH:!aNULL:!MD5",
      requestsPerSecond: 100,
      rateLimit: 30_000,
      issuer: "letsencrypt-prod",
    });
    expect(system.edge.headers).to.deep.equal({
      "X-Frame-Options": "SAMEORIGIN",
      "X-Content-Type-Options": "nosniff",
      "X-XSS-Protection": "1; mode=block",
      "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    });
  });

  it("alerts with expressions that can fire", () => {
    const alerts = Object.entries(system.alerts).map(([name, { for: period, severity }]) => [name, period, severity]);
    expect(alerts).to.deep.equal([
      ["HighErrorRate", "5m", "warning"],
      ["WorkerQueueBacklog", "10m", "warning"],
      ["APIHighLatency", "5m", "warning"],
      ["DatabaseConnectionExhausted", "5m", "critical"],
    ]);
    expect(system.alerts.APIHighLatency?.expr).to.match(/rate\(\w+_bucket\[5m\]\)/);
    expect(system.alerts.DatabaseConnectionExhausted?.expr).to.match(/sum by \(instance\).*\/ max by \(instance\)/);
  });

  it("sets pools, cache lifetimes and access rules to the source's values", () => {
    const values = [
      "DB_POOL_SIZE",
      "DB_MAX_OVERFLOW",
      "DB_POOL_TIMEOUT",
      "DB_POOL_RECYCLE",
      "REDIS_MAX_CONNECTIONS",
    ].map((key) => api.env[key]);
    expect(values).to.deep.equal(["20", "10", "30", "3600", "100"]);
    const ttls = ["PAGE_CONTENT", "JOB_METADATA", "USER_DATA", "API_RESPONSE"].map(
      (key) => api.env[`CACHE_TTL_${key}`],
    );
    expect(ttls).to.deep.equal(["3600", "300", "600", "60"]);
    expect([api.env.API_KEY_HEADER, api.env.USER_ROLES]).to.deep.equal(["X-API-Key", "admin,user,readonly"]);
  });

  it("states its recovery objectives and order, and tests a restore daily", () => {
    expect(system.objectives).to.deep.equal({
      recoveryPoint: "1h",
      recoveryTime: "2h",
      recoveryOrder: ["database", "redis", "application", "health", "traffic"],
    });
    expect(system.backups.daily?.restoreTest).to.equal("0 5 * * *");
    expect(system.delivery).to.deep.include({
      tool: "gitlab",
      stages: ["test", "build", "deploy"],
      approval: ["production"],
    });
    expect(system.observability.targets).to.deep.equal({ cpuPercent: 70, memoryPercent: 80 });
  });
});

describe("doc-scraper, smaller models", () => {
  it("is one process with SQLite and local files when it stands alone", () => {
    const system = resolve("standalone");
    expect(Object.keys(system.services)).to.deep.equal(["api"]);
    expect(Object.keys(system.stores)).to.deep.equal(["database", "exports"]);
    expect(store(system, "database", "postgres").embedded?.url).to.match(/^sqlite:/);
    expect(store(system, "exports", "bucket").local?.path).to.equal("/data/exports");
    expect(system.edges.filter(({ to, port }) => to.kind === "store" && port !== undefined)).to.deep.equal([]);
    expect(system.edges.flatMap(({ env }) => Object.keys(env))).to.deep.equal(["DATABASE_URL", "EXPORT_PATH"]);
    expect([system.capacity.hostCpu, system.capacity.hostMemory, system.capacity.hostDisk]).to.deep.equal([
      2,
      "2Gi",
      "10Gi",
    ]);
  });

  it("is the compose file on a single server", () => {
    const system = resolve("single-server");
    expect(Object.keys(system.services)).to.deep.equal(["api", "worker"]);
    expect(system.services.api?.command?.join(" ")).to.equal(
      "uvicorn app.main:app --host 0.0.0.0 --port 8000 --workers 4",
    );
    expect([store(system, "redis", "redis").mode, store(system, "database", "postgres").readReplicas]).to.deep.equal([
      "single",
      0,
    ]);
    expect([system.capacity.hostCpu, system.capacity.hostMemory, system.capacity.hostDisk]).to.deep.equal([
      8,
      "16Gi",
      "100Gi",
    ]);
  });

  it("lets the database of a single server take every connection its processes may open", () => {
    const system = resolve("single-server");
    const connections = Object.values(system.services)
      .flatMap(({ uses }) => uses)
      .reduce((sum, use) => sum + (typeof use === "string" ? 0 : (use.connections ?? 0)), 0);
    expect(connections).to.equal(240);
    expect(store(system, "database", "postgres").maxConnections).to.be.at.least(connections);
  });
});
