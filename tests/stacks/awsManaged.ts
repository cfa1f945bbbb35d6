/** Settings that give doc-scraper an index and a cache which services of AWS run. */
export const MANAGED = {
  "groundplan:compute": { managedStores: ["index", "sessions"] },
  "groundplan:overrides": {
    stores: {
      index: {
        kind: "search",
        version: "2",
        storage: { size: "100Gi" },
        instances: 3,
        resources: { requests: { cpu: "1", memory: "4Gi" }, limits: { cpu: "2", memory: "4Gi" } },
      },
      sessions: {
        kind: "memcached",
        instances: 2,
        resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
      },
    },
    services: {
      api: { uses: ["database", "redis", "index", "sessions"], scaling: { min: 2 } },
      worker: { scaling: { min: 2 } },
    },
  },
};
