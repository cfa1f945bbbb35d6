import type { SystemInput } from "./spec";
import { alerts, metrics } from "./webharvest/alerts";
import { delivery } from "./webharvest/delivery";
import { nodePools } from "./webharvest/nodePools";
import { services } from "./webharvest/services";
import { singleServer, standalone } from "./webharvest/singleHost";
import { stores } from "./webharvest/stores";

/**
 * WebHarvest: crawls the web into a database and a vector index, and answers questions about it in a chat. The base is
 * the distributed model: the source's Kubernetes manifests, scaled as its production pattern has it; the single-host
 * models are its compose file, as overlays beside it.
 *
 * The source's nginx is the edge: a container of its own on a single server, the ingress or load balancer elsewhere.
 */
export const webharvest: SystemInput = {
  name: "webharvest",
  title: "WebHarvest",
  description: "Crawls the web into a database and a vector index, and answers questions about it in a chat",
  namespace: "webharvest",
  services,
  stores,
  external: {
    // The sites to crawl: what users ask for, known to nobody beforehand.
    web: { hosts: ["*"], port: 443 },
    "web-plain": { hosts: ["*"], port: 80, url: "http://" },
  },
  secrets: {
    "webui-secret": { description: "Signs the chat interface's sessions", generate: 64 },
    "api-keys": { description: "Key the chat interface shows to the API", generate: 48 },
  },
  routes: [
    { host: "@", path: "/", to: "open-webui", port: "http", webSockets: true, timeoutSeconds: 3600 },
    // A host of its own: the chat interface answers below /api itself.
    { host: "api", path: "/", to: "api", port: "http", timeoutSeconds: 300 },
  ],
  // Floods are met by what comes with every load balancer (Shield Standard, Cloud Armor); the source draws no CDN.
  edge: {
    tlsMinimum: "1.2",
    waf: true,
    cdn: false,
    issuer: "letsencrypt-prod",
    proxy: { image: "nginx:alpine", certificates: "ssl-certs" },
  },
  nodePools,
  backups: {
    daily: { store: "database", schedule: "0 2 * * *", retentionDays: 14, bucket: "backups", restoreTest: "0 6 * * 0" },
  },
  // The source asks for automated backup and restore and gives no figures; these are ours, met by point-in-time recovery.
  objectives: {
    recoveryPoint: "1h",
    recoveryTime: "4h",
    recoveryOrder: ["database", "qdrant", "broker", "redis", "api", "worker", "open-webui", "traffic"],
  },
  alerts,
  // Its Alertmanager, and its SNS topics on AWS.
  notify: ["email", "slack"],
  observability: {
    logs: "loki",
    logFormat: "json",
    // X-Ray is among the source's AWS parts.
    traces: "cloud",
    dashboards: ["infrastructure", "application"],
    targets: { cpuPercent: 70, memoryPercent: 80 },
    metrics,
    uptime: ["open-webui", "api"],
  },
  delivery,
  models: {
    standalone,
    "single-server": singleServer,
    // Assets are read in every region they were crawled for.
    global: { stores: { assets: { replication: { storageClass: "standard" } } } },
  },
};
