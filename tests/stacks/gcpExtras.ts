import { PROJECT } from "./gcpPlan";

/** Settings that add to a placement on Google Cloud what no cell of the matrix has. */
export const EXTRAS: readonly Readonly<Record<string, unknown>>[] = [
  {
    "groundplan:access": { gcp: { project: PROJECT, billingAccount: "012345-6789AB-CDEF01" } },
    "groundplan:alerts": {
      email: { to: ["oncall@example.com"] },
      pagerduty: { routingKey: { secure: "AAABACHK" } },
      budget: { monthlyUsd: 900, to: ["finance@example.com"] },
    },
    "groundplan:images": { repository: true },
    "groundplan:compute": { schedule: { stop: "0 19 * * 1-5", start: "0 6 * * 1-5" } },
    "groundplan:overrides": {
      security: { auditLog: true, ddos: "advanced", intrusionDetection: true },
      secrets: { session: { description: "Signs sessions", generate: 64, rotateDays: 90 } },
    },
    "groundplan:secretRotation": { first: "2027-06-30" },
  },
  {
    "groundplan:images": { repository: true },
    "groundplan:overrides": {
      services: { api: { uses: [{ to: "sessions", env: { MEMCACHED_URL: "url" } }] } },
      stores: {
        sessions: {
          kind: "memcached",
          instances: 2,
          resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
        },
      },
    },
    "groundplan:compute": {
      managedStores: ["sessions"],
      admission: { mode: "block", allow: ["docker.io/**", "registry.k8s.io/**", "quay.io/**", "ghcr.io/**"] },
    },
  },
];
