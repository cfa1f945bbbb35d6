import type { SystemInput } from "../spec";

/** The source's alerts, two of them mended: as written there, they could never fire. */
export const alerts: NonNullable<SystemInput["alerts"]> = {
  HighErrorRate: {
    expr: 'rate(scraper_jobs_total{status="failed"}[5m]) > 0.1',
    for: "5m",
    severity: "warning",
    summary: "High job failure rate",
    action: "Read the workers' logs for the failing site, and pause its jobs",
  },
  WorkerQueueBacklog: {
    expr: "scraper_worker_queue_depth > 100",
    for: "10m",
    severity: "warning",
    summary: "Worker queue backlog growing",
    action: "Look whether the workers are at their maximum, and whether spot capacity is there",
  },
  APIHighLatency: {
    // A quantile needs the rate of a histogram's buckets; the source asks for it of the bare metric, which has none.
    expr: "histogram_quantile(0.95, sum by (le) (rate(scraper_request_duration_seconds_bucket[5m]))) > 5",
    for: "5m",
    severity: "warning",
    summary: "API p95 latency > 5s",
    action: "Look at the database's slow queries and the cache's hit rate",
  },
  DatabaseConnectionExhausted: {
    // Connections are counted per database, their limit per server: the source divides series that never match.
    expr: "sum by (instance) (pg_stat_database_numbackends) / max by (instance) (pg_settings_max_connections) > 0.9",
    for: "5m",
    severity: "critical",
    summary: "PostgreSQL connection pool near limit",
    action: "Look at the pooler first; then at what holds transactions open",
  },
};
