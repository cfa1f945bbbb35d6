import { expect } from "chai";
import { scrapingPlatform } from "../../systems/scrapingPlatform";
import { edgesOf, holds, resolved, running, scalingOf, store } from "./facts";

const WORKERS = ["worker-scraping", "worker-processing", "worker-analytics"];

describe("scraping-platform, distributed", () => {
  const system = resolved(scrapingPlatform, "distributed");
  holds(system, [
    [
      "namespaces application and data",
      ({ namespace, stores }) => [
        namespace,
        ...new Set(Object.values(stores).flatMap((part) => ("namespace" in part ? [part.namespace] : []))),
      ],
      ["application", "data"],
    ],
    [
      "web: nginx, 3 and autoscaled",
      (s) => [s.services.web?.image, scalingOf(s, "web")],
      ["nginx:alpine", "3-9, from 3, cpu 70"],
    ],
    ["api: FastAPI, 3 and autoscaled", (s) => scalingOf(s, "api"), "3-9, from 3, cpu 70, memory 80"],
    ["api runs on uvicorn", ({ services }) => services.api?.command?.[0], "uvicorn"],
    [
      "workers for scraping, processing and analytics, each with its autoscaler",
      (s) => WORKERS.map((name) => scalingOf(s, name)),
      ["scraping", "processing", "analytics"].map((queue) => `1-10, from 1, cpu 70, celery ${queue} 10`),
    ],
    [
      "each worker has a Service",
      ({ services }) => WORKERS.map((name) => services[name]?.ports.metrics?.port),
      [9808, 9808, 9808],
    ],
    ["one scheduler, never two", (s) => [s.services.scheduler?.kind, scalingOf(s, "scheduler")], ["statefulset", "1"]],
    ["primary + 2 read replicas", (s) => store(s, "database", "postgres").readReplicas, 2],
    [
      "Redis primary + replica with a volume, cache and queue in one",
      (s) => {
        const { mode, replicas, purpose, eviction, storage } = store(s, "redis", "redis");
        return [mode, replicas >= 1, purpose, eviction, storage?.volume];
      },
      ["sentinel", true, "both", "noeviction", "redis-data"],
    ],
    ["Memcached", (s) => store(s, "memcached", "memcached").instances, 1],
    [
      "Elasticsearch indexes the logs",
      ({ observability }) => [observability.logs, observability.logStore],
      ["elastic", "elasticsearch"],
    ],
    [
      "file, backup and log storage",
      (s) => ["files", "backups", "logs"].map((name) => store(s, name, "bucket").bucketName),
      ["scraping-files", "scraping-backups", "scraping-logs"],
    ],
    ["old logs go to log storage", ({ observability }) => observability.logArchive, "logs"],
    [
      "volume snapshots of what has a volume",
      (s) =>
        [store(s, "database", "postgres"), store(s, "redis", "redis"), store(s, "elasticsearch", "search")].map(
          ({ storage }) => storage?.snapshots?.keep,
        ),
      [7, 7, 7],
    ],
    [
      "frontend, backend and database networks",
      ({ services, stores, edge }) => [
        edge.proxy?.segment,
        services.web?.segment,
        ...["api", "scheduler", ...WORKERS].map((name) => services[name]?.segment),
        ...Object.values(stores).flatMap((part) => ("segment" in part ? [part.segment] : [])),
      ],
      ["frontend", "frontend", ...Array(5).fill("backend"), ...Array(4).fill("database")],
    ],
    [
      "Pushgateway for the jobs' own metrics",
      ({ services, observability }) => [
        observability.pushgateway,
        Object.keys(services).filter((name) => services[name]?.pushMetrics),
      ],
      [true, [...WORKERS, "scheduler", "verify"]],
    ],
    ["email, Slack, PagerDuty, webhook", ({ notify }) => notify, ["email", "slack", "pagerduty", "webhook"]],
    [
      "dashboards: infrastructure, application, business, security",
      ({ observability }) => observability.dashboards,
      ["infrastructure", "application", "business", "security"],
    ],
    ["deployment metrics", ({ observability }) => "scraping_deployments_total" in observability.metrics, true],
    ["CDN, WAF, TLS", ({ edge }) => [edge.cdn, edge.waf, edge.tlsMinimum], [true, true, "1.2"]],
    [
      "authentication at the edge",
      ({ edge }) => [edge.authentication?.kind, edge.authentication?.paths],
      ["oidc", ["/"]],
    ],
    [
      "intrusion detection, audit log, scanning, compliance report, forensics; VPN and inspection optional",
      ({ security }) => security,
      {
        ddos: "standard",
        intrusionDetection: true,
        trafficInspection: false,
        vpnGateway: false,
        auditLog: true,
        imageScanning: true,
        complianceReport: true,
        forensicSnapshots: true,
      },
    ],
    [
      "validation, migration, deployment, verification, rollback",
      ({ delivery }) => [delivery.stages.slice(-4), delivery.rollback],
      [["validate-environment", "migrate", "deploy", "verify"], true],
    ],
    [
      "feature, main and release-tag triggers for dev, staging and production",
      ({ delivery }) => delivery.triggers,
      { dev: "feature/*", staging: "main", production: "v*" },
    ],
    [
      "the database is migrated before, the health verified after",
      ({ services }) =>
        ["migrate", "verify"].map((name) => {
          const service = services[name];
          return service?.kind === "job" ? service.phase : undefined;
        }),
      ["migration", "smoke-test"],
    ],
  ]);

  it("connects what the source connects, and nothing else", () => {
    const worker = "redis:6379 redis:26379 redis@6379 redis@26379 memcached:11211 files:443";
    expect(edgesOf(system)).to.deep.equal({
      public: "web:8080 api:8000",
      web: "api:8000",
      api: "database:5432 database@5432 redis:6379 redis:26379",
      "worker-scraping": `${worker} sites:443 sites-plain:80 monitoring:9091`,
      "worker-processing": `${worker} monitoring:9091`,
      "worker-analytics": `${worker} monitoring:9091`,
      scheduler: "redis:6379 redis:26379 monitoring:9091",
      migrate: "database:5432",
      verify: "api:8000 monitoring:9091",
      monitoring:
        "api:8000 worker-scraping:9808 worker-processing:9808 worker-analytics:9808 elasticsearch:9200 logs:443",
    });
  });

  it("asks web, API and workers for their health", () => {
    for (const name of ["web", "api", ...WORKERS]) {
      const { liveness, readiness } = running(system, name).probes;
      expect([name, liveness === undefined, readiness === undefined]).to.deep.equal([name, false, false]);
    }
  });
});

describe("scraping-platform, on one host", () => {
  const edges = {
    public: "web:8080 api:8000",
    web: "api:8000",
    api: "database:5432 redis:6379",
    "worker-scraping": "redis:6379 files sites:443 sites-plain:80 monitoring:9091",
    scheduler: "redis:6379 monitoring:9091",
    migrate: "database:5432",
    verify: "api:8000 monitoring:9091",
  };
  holds(resolved(scrapingPlatform, "single-server"), [
    [
      "nginx, API, worker and scheduler",
      ({ services }) => Object.keys(services),
      ["web", "api", "worker-scraping", "scheduler", "migrate", "verify"],
    ],
    [
      "one worker for every queue",
      ({ services }) => services["worker-scraping"]?.args?.[1],
      "--queues=scraping,processing,analytics",
    ],
    ["the files volume", (s) => store(s, "files", "bucket").local?.path, "/data/files"],
    ["edges", edgesOf, { ...edges, monitoring: "api:8000 worker-scraping:9808 elasticsearch:9200 logs:443" }],
  ]);
  holds(resolved(scrapingPlatform, "standalone"), [
    [
      "database, Redis, Elasticsearch and files",
      ({ stores }) => Object.keys(stores),
      ["database", "redis", "elasticsearch", "files"],
    ],
    ["edges", edgesOf, { ...edges, monitoring: "api:8000 worker-scraping:9808 elasticsearch:9200" }],
  ]);
  it("has the distributed model's edges in the global one", () => {
    expect(edgesOf(resolved(scrapingPlatform, "global"))).to.deep.equal(
      edgesOf(resolved(scrapingPlatform, "distributed")),
    );
  });
});
