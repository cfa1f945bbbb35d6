import type { SystemInput } from "../spec";

/** Metrics by the source's four kinds; the names are ours. */
export const metrics: Readonly<Record<string, string>> = {
  scraping_requests_total: "Requests of the API by status",
  scraping_request_duration_seconds: "Response times of the API",
  scraping_jobs_total: "Jobs by kind and result",
  scraping_queue_depth: "Jobs waiting, by queue",
  scraping_dead_letter_jobs: "Jobs given up",
  scraping_pages_total: "Pages scraped",
  scraping_scheduler_last_run_timestamp_seconds: "When the scheduler last queued a job, pushed by it",
  scraping_deployments_total: "Deployments by result, pushed by the verification",
  scraping_sign_ins_total: "Sign-ins by result",
};

export const alerts: NonNullable<SystemInput["alerts"]> = {
  APIErrorRate: {
    expr: 'sum(rate(scraping_requests_total{status=~"5.."}[5m])) / sum(rate(scraping_requests_total[5m])) > 0.05',
    for: "5m",
    severity: "critical",
    summary: "More than one in twenty API requests fail",
    action: "Roll back the last deployment if it is new; else look at the database",
  },
  APIHighLatency: {
    expr: "histogram_quantile(0.95, sum by (le) (rate(scraping_request_duration_seconds_bucket[5m]))) > 2",
    for: "10m",
    severity: "warning",
    summary: "API p95 latency > 2s",
    action: "Look at the database's slow queries",
  },
  QueueBacklog: {
    expr: "max by (queue) (scraping_queue_depth) > 100",
    for: "15m",
    severity: "warning",
    summary: "A queue grows faster than its workers empty it",
    action: "Look whether the workers are at their maximum",
  },
  DeadLetterJobs: {
    expr: "max(scraping_dead_letter_jobs) >= 1",
    for: "1m",
    severity: "warning",
    summary: "Jobs ended in the dead-letter queue",
    action: "Read the newest entry of the queue dead-letter; mend its cause, then put the jobs back",
  },
  SchedulerSilent: {
    expr: "time() - max(scraping_scheduler_last_run_timestamp_seconds) > 3600",
    for: "5m",
    severity: "warning",
    summary: "The scheduler has queued nothing for an hour",
    action: "Read the scheduler's log; delete its pod if it hangs",
  },
  DatabaseConnectionExhausted: {
    expr: "sum by (instance) (pg_stat_database_numbackends) / max by (instance) (pg_settings_max_connections) > 0.9",
    for: "5m",
    severity: "critical",
    summary: "PostgreSQL connections near their limit",
    action: "Look at the pooler first; then at what holds transactions open",
  },
  DeploymentFailed: {
    expr: 'increase(scraping_deployments_total{result="failed"}[15m]) > 0',
    for: "1m",
    severity: "warning",
    summary: "A deployment failed its verification and was rolled back",
    action: "Read the pipeline's log and the verification's",
  },
  SignInFailures: {
    // Incident detection: someone tries passwords.
    expr: 'sum(rate(scraping_sign_ins_total{result="failed"}[5m])) > 1',
    for: "5m",
    severity: "critical",
    summary: "More than one failed sign-in a second",
    action: "Look at the firewall's sampled requests and block the source; keep a snapshot if anyone got in",
  },
};
