import type { SystemInput } from "../spec";

/** Metrics the programs export; the source asks for performance monitoring and names none. */
export const metrics: Readonly<Record<string, string>> = {
  webclone_requests_total: "Requests by status",
  webclone_request_duration_seconds: "Response times",
  webclone_websocket_connections_active: "Open WebSocket connections",
  webclone_ai_jobs_total: "AI operations by result",
  webclone_ai_queue_depth: "AI operations waiting",
  webclone_ai_dead_letter_jobs: "AI operations given up",
  webclone_projects_total: "Sites cloned",
};

export const alerts: NonNullable<SystemInput["alerts"]> = {
  // "Performance degradation" is what the source's alert system watches for.
  WebHighLatency: {
    expr: "histogram_quantile(0.95, sum by (le) (rate(webclone_request_duration_seconds_bucket[5m]))) > 1",
    for: "10m",
    severity: "warning",
    summary: "Pages take more than a second (p95)",
    action: "Look at the database's slow queries and the cache's hit rate",
  },
  WebErrorRate: {
    expr: 'sum(rate(webclone_requests_total{status=~"5.."}[5m])) / sum(rate(webclone_requests_total[5m])) > 0.02',
    for: "5m",
    severity: "critical",
    summary: "More than one in fifty requests fail",
    action: "Take back the canary if one is out; else look which external service fails",
  },
  WebAbsent: {
    expr: "absent(webclone_requests_total)",
    for: "5m",
    severity: "critical",
    summary: "No web pod reports metrics",
    action: "Look at the pods and their startup probe; move the primary role if the region is gone",
  },
  AIBacklog: {
    // The web pods count the queue: those that empty it may all be asleep.
    expr: "max(webclone_ai_queue_depth) > 100",
    for: "10m",
    severity: "warning",
    summary: "AI operations wait",
    action: "Look whether the AI deployment woke, and at OpenAI's rate limits",
  },
  AIDeadLetter: {
    expr: "max(webclone_ai_dead_letter_jobs) >= 1",
    for: "5m",
    severity: "warning",
    summary: "AI operations were given up",
    action: "Read the newest entry of the queue ai-failed, and put the operations back once its cause is mended",
  },
};
