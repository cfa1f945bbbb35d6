import type { SystemInput } from "../spec";

/** What the source wants measured; the names are ours. */
export const metrics: Readonly<Record<string, string>> = {
  charterflow_requests_total: "Requests of the API by status",
  charterflow_request_duration_seconds: "Response times of the API",
  charterflow_user_actions_total: "User actions by kind",
  charterflow_feature_usage_total: "Uses of each feature",
  charterflow_query_duration_seconds: "Query times of the database",
  charterflow_jobs_total: "Background jobs by result",
  charterflow_queue_depth: "Jobs waiting",
  charterflow_dead_letter_jobs: "Jobs given up",
};

export const alerts: NonNullable<SystemInput["alerts"]> = {
  APIHighLatency: {
    expr: "histogram_quantile(0.95, sum by (le) (rate(charterflow_request_duration_seconds_bucket[5m]))) > 1",
    for: "10m",
    severity: "warning",
    summary: "API p95 latency > 1s",
    action: "Look at the database's slow queries and the cache's hit rate",
  },
  APIErrorRate: {
    expr: 'sum(rate(charterflow_requests_total{status=~"5.."}[5m])) / sum(rate(charterflow_requests_total[5m])) > 0.02',
    for: "5m",
    severity: "critical",
    summary: "More than one in fifty API requests fail",
    action: "Roll back the last deployment if it is new; else read which dependency /health/ready names",
  },
  APIAbsent: {
    expr: "absent(charterflow_requests_total)",
    for: "5m",
    severity: "critical",
    summary: "No API pod reports metrics",
    action: "Look at the API's pods and their startup probe",
  },
  SlowQueries: {
    expr: "histogram_quantile(0.95, sum by (le) (rate(charterflow_query_duration_seconds_bucket[10m]))) > 0.5",
    for: "15m",
    severity: "warning",
    summary: "Database queries take more than half a second (p95)",
    action: "Look at the running queries, and whether reads go to the replica",
  },
  DatabaseConnectionExhausted: {
    expr: "sum by (instance) (pg_stat_database_numbackends) / max by (instance) (pg_settings_max_connections) > 0.9",
    for: "5m",
    severity: "critical",
    summary: "PostgreSQL connections near their limit",
    action: "Look at the pooler first; then at what holds transactions open",
  },
  QueueBacklog: {
    expr: "max(charterflow_queue_depth) > 200",
    for: "15m",
    severity: "warning",
    summary: "Background jobs wait",
    action: "Look whether the workers are at their maximum",
  },
  DeadLetterJobs: {
    expr: "max(charterflow_dead_letter_jobs) >= 1",
    for: "5m",
    severity: "warning",
    summary: "Background jobs were given up",
    action: "Read the newest entry of the queue jobs-failed, and put the jobs back once its cause is mended",
  },
};
