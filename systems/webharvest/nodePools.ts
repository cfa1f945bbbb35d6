import type { SystemInput } from "../spec";

/** The production pattern's machines: the count it draws is the fewest, twice that the most. */
export const nodePools: NonNullable<SystemInput["nodePools"]> = {
  api: {
    cpu: "2",
    memory: "8Gi",
    min: 3,
    max: 6,
    classes: { aws: "t3.large", gcp: "e2-standard-2" },
    labels: { "node-type": "api" },
  },
  general: {
    cpu: "4",
    memory: "8Gi",
    min: 3,
    max: 6,
    spot: true,
    classes: { aws: "c5.xlarge" },
    labels: { "node-type": "worker" },
  },
  heavy: {
    cpu: "8",
    memory: "16Gi",
    min: 5,
    max: 10,
    spot: true,
    classes: { aws: "c5.2xlarge" },
    labels: { "node-type": "crawler" },
  },
  browser: {
    cpu: "2",
    memory: "8Gi",
    min: 10,
    max: 20,
    diskSize: "100Gi",
    classes: { aws: "m5.large", gcp: "n2-standard-2" },
    labels: { "node-type": "browser" },
  },
  vectors: {
    cpu: "4",
    memory: "16Gi",
    min: 3,
    max: 3,
    classes: { aws: "m5.xlarge", gcp: "n2-standard-4" },
    labels: { "node-type": "vectors" },
  },
};
