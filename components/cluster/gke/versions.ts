/**
 * Kubernetes version a new cluster starts with; its release channel raises it. Undefined: the channel's own default,
 * which is always one that GKE offers.
 * https://docs.cloud.google.com/kubernetes-engine/docs/release-schedule
 */
export const RELEASE_CHANNEL = "REGULAR";

/** When GKE may upgrade: three nights of six hours, more than the least it asks for, 48 hours in 32 days. */
export const MAINTENANCE = {
  startTime: "2026-01-05T02:00:00Z",
  endTime: "2026-01-05T08:00:00Z",
  recurrence: "FREQ=WEEKLY;BYDAY=TU,WE,TH",
} as const;
