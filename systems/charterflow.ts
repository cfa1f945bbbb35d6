import { alerts, metrics } from "./charterflow/alerts";
import { services } from "./charterflow/services";
import { singleServer, standalone } from "./charterflow/singleHost";
import { stores } from "./charterflow/stores";
import type { SystemInput } from "./spec";

/**
 * CharterFlow: a Next.js front end on a NestJS API with background jobs. The base is the source's production; its
 * development is the standalone model. Vercel, Railway, Upstash and the like are roles, taken by the placement's cloud.
 */
export const charterflow: SystemInput = {
  name: "charterflow",
  title: "CharterFlow",
  description: "Charter bookings and their documents: a Next.js front end, a NestJS API, jobs and embeddings",
  domain: "charterflow.app",
  services,
  stores,
  secrets: {
    // "Secure secret rotation": replaced every quarter, with the last one accepted until its tokens end. The source's
    // own value for development, dev-secret-key, is in its document for everyone to read: no model uses it.
    "jwt-secret": { description: "Signs the users' tokens", generate: 64, rotateDays: 90 },
  },
  routes: [
    { host: "@", path: "/", to: "web", port: "http" },
    { host: "api", path: "/", to: "api", port: "http" },
  ],
  edge: {
    // "TLS 1.3 everywhere".
    tlsMinimum: "1.3",
    waf: true,
    cdn: true,
    // "API rate limiting" without a figure: per client, a little under seven requests a second.
    rateLimit: 2_000,
    maxBodySize: "25Mi",
    headers: {
      "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
      "X-Content-Type-Options": "nosniff",
    },
    // What Next.js builds under a hash; pages made again by ISR carry their own lifetime.
    staticPaths: ["/_next/static"],
    // The source's edge functions, "Redirects & Auth".
    redirects: [{ host: "www", to: "@", permanent: true }],
    authentication: { kind: "session", host: "@", paths: ["/dashboard"], cookie: "session", signIn: "/login" },
    issuer: "letsencrypt-prod",
  },
  backups: {
    daily: { store: "database", schedule: "0 2 * * *", retentionDays: 30, bucket: "backups", restoreTest: "0 6 * * 0" },
  },
  // Daily snapshots and point-in-time recovery in the source, without figures; these are ours, met by the latter.
  objectives: {
    recoveryPoint: "1h",
    recoveryTime: "4h",
    recoveryOrder: ["database", "files", "application", "dns"],
  },
  alerts,
  notify: ["slack", "email"],
  observability: {
    logs: "loki",
    logFormat: "json",
    // "APM & Performance".
    traces: "tempo",
    dashboards: ["infrastructure", "application", "business"],
    metrics,
    uptime: ["web", "api"],
  },
  // "Audit logs: access and change logging".
  security: { auditLog: true },
  delivery: {
    tool: "github-actions",
    registry: "cloud",
    stages: ["test", "tag", "staging", "e2e", "production"],
    checks: ["tests pass", "e2e"],
    strategy: "rolling",
    approval: ["production"],
    triggers: { preview: "pull-request", dev: "develop", staging: "v*", production: "v*" },
    rollback: true,
    notify: ["slack"],
  },
  models: { standalone, "single-server": singleServer },
};
