import type { SystemInput } from "../spec";

/** Metrics the programs export; the source asks for comprehensive ones and names none. */
export const metrics: Readonly<Record<string, string>> = {
  webharvest_requests_total: "Requests of the API by status",
  webharvest_request_duration_seconds: "Response times of the API",
  webharvest_tasks_total: "Tasks of the workers by queue and result",
  webharvest_queue_depth: "Tasks waiting, by queue",
  webharvest_dead_letter_tasks: "Tasks given up and kept in the dead-letter queue",
};

export const alerts: NonNullable<SystemInput["alerts"]> = {
  DeadLetterTasks: {
    expr: "max(webharvest_dead_letter_tasks) >= 1",
    for: "1m",
    severity: "warning",
    summary: "Tasks ended in the dead-letter queue",
    action: "Read the newest entry of the queue dead-letter; mend its cause, then put the tasks back",
  },
  QueueBacklog: {
    expr: "max by (queue) (webharvest_queue_depth) > 200",
    for: "15m",
    severity: "warning",
    summary: "A queue grows faster than its workers empty it",
    action: "Look whether the group is at its maximum, and whether spot capacity is there",
  },
  TaskFailures: {
    expr: 'sum by (queue) (rate(webharvest_tasks_total{result="failed"}[10m])) / sum by (queue) (rate(webharvest_tasks_total[10m])) > 0.2',
    for: "10m",
    severity: "warning",
    summary: "More than a fifth of a queue's tasks fail",
    action: "Read the workers' logs for the failing site, and pause its jobs",
  },
  APIErrorRate: {
    expr: 'sum(rate(webharvest_requests_total{status=~"5.."}[5m])) / sum(rate(webharvest_requests_total[5m])) > 0.05',
    for: "5m",
    severity: "critical",
    summary: "More than one in twenty API requests fail",
    action: "Roll back the last deployment if it is new; else look at the database and Qdrant",
  },
  APIHighLatency: {
    expr: "histogram_quantile(0.95, sum by (le) (rate(webharvest_request_duration_seconds_bucket[5m]))) > 2",
    for: "10m",
    severity: "warning",
    summary: "API p95 latency > 2s",
    action: "Look at the database's slow queries and at Qdrant's load",
  },
  APIAbsent: {
    expr: "absent(webharvest_requests_total)",
    for: "5m",
    severity: "critical",
    summary: "No API pod reports metrics",
    action: "Look at the API's pods and their startup probe; roll back the last deployment if it is new",
  },
};
