import { alerts, metrics } from "./scrapingPlatform/alerts";
import { services } from "./scrapingPlatform/services";
import { singleServer, standalone } from "./scrapingPlatform/singleHost";
import { stores } from "./scrapingPlatform/stores";
import type { SystemInput } from "./spec";

/**
 * Scraping platform: web servers on an API, and workers that scrape, process and analyse. The base is the source's
 * production and its Kubernetes diagram; its compose file is the single server.
 *
 * The source calls one tier web servers, frontend pods and nginx container: it is one service, `web`. External load
 * balancer and ingress reach `web` and `api`; the internal one, from web to API, is the API's own Service.
 */
export const scrapingPlatform: SystemInput = {
  name: "scraping-platform",
  title: "Scraping platform",
  description: "Scrapes sites on request and on schedule, processes and analyses what it found, behind a web front end",
  // The source's three: this one, data, and the monitoring's own.
  namespace: "application",
  services,
  stores,
  external: {
    // The sites to scrape: what users ask for, known to nobody beforehand.
    sites: { hosts: ["*"], port: 443 },
    "sites-plain": { hosts: ["*"], port: 80, url: "http://" },
  },
  secrets: { "session-secret": { description: "Signs the users' sessions", generate: 64, rotateDays: 90 } },
  routes: [
    { host: "@", path: "/", to: "web", port: "http" },
    { host: "api", path: "/", to: "api", port: "http", timeoutSeconds: 120 },
  ],
  edge: {
    tlsMinimum: "1.2",
    waf: true,
    cdn: true,
    // The source's API gateway and input validation, as far as the edge does them: who, how often and how much.
    rateLimit: 2_000,
    maxBodySize: "10Mi",
    headers: {
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "SAMEORIGIN",
      "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    },
    // Authentication and authorization before anything of ours answers.
    authentication: { kind: "oidc", host: "@", paths: ["/"] },
    issuer: "letsencrypt-prod",
    proxy: { image: "nginx:alpine", segment: "frontend" },
  },
  backups: {
    daily: { store: "database", schedule: "0 2 * * *", retentionDays: 30, bucket: "backups", restoreTest: "0 6 * * 0" },
  },
  // Recovery procedures without figures in the source; these are ours, met by point-in-time recovery.
  objectives: {
    recoveryPoint: "1h",
    recoveryTime: "4h",
    recoveryOrder: ["database", "redis", "files", "elasticsearch", "api", "web", "workers", "scheduler", "traffic"],
  },
  alerts,
  notify: ["email", "slack", "pagerduty", "webhook"],
  observability: {
    logs: "elastic",
    logFormat: "json",
    // One diagram has a worker write to Elasticsearch itself, the other has collectors and Logstash between: no service
    // needs to know where its logs go, so it is the collectors that reach it.
    logStore: "elasticsearch",
    logArchive: "logs",
    pushgateway: true,
    dashboards: ["infrastructure", "application", "business", "security"],
    metrics,
    uptime: ["web", "api"],
  },
  security: {
    ddos: "standard",
    intrusionDetection: true,
    auditLog: true,
    imageScanning: true,
    complianceReport: true,
    forensicSnapshots: true,
    // Both cost more than the rest together where nobody asked for them; the source draws them, the settings decide.
    vpnGateway: false,
    trafficInspection: false,
  },
  delivery: {
    tool: "github-actions",
    gitOps: false,
    registry: "cloud",
    stages: [
      "checkout",
      "build",
      "test",
      "security-scan",
      "docker-build",
      "push",
      "validate-environment",
      "migrate",
      "deploy",
      "verify",
    ],
    checks: ["tests", "security scan"],
    strategy: "rolling",
    approval: ["production"],
    triggers: { dev: "feature/*", staging: "main", production: "v*" },
    rollback: true,
    notify: ["slack"],
  },
  models: { standalone, "single-server": singleServer },
};
