import { z } from "zod";
import { parseBytes, parseCpuMillicores, parseSeconds } from "../../components/quantities";

/**
 * A check whose message says what is allowed and how to mend it. Zod carries `params` to the issue, and
 * `components/validation.ts` turns them into the `allowed` and `fix` of a problem.
 */
function text(accept: (value: string) => boolean, allowed: string, fix: string) {
  return z.string().refine(accept, { params: { allowed, fix } });
}

const DNS_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

export const name = text(
  (value) => DNS_LABEL.test(value) && value.length <= 40,
  "lower-case letters, digits and hyphens, starting with a letter, at most 40 characters",
  "use a kebab-case name such as main-db",
);

export const envName = text(
  (value) => /^[A-Z_][A-Z0-9_]*$/.test(value),
  "an environment variable name in upper case, such as DATABASE_URL",
  "rename the variable",
);

export const cpu = text(
  (value) => (parseCpuMillicores(value) ?? 0) > 0,
  "a CPU quantity above zero, such as 500m or 2",
  "write millicores (500m) or whole cores (2)",
);

export const memory = text(
  (value) => (parseBytes(value) ?? 0) > 0,
  "a memory or storage quantity above zero, such as 512Mi or 10Gi",
  "write a number with Ki, Mi, Gi or Ti",
);

export const duration = text(
  (value) => parseSeconds(value) !== undefined,
  "a duration such as 30s, 5m, 2h or 7d",
  "write a number with s, m, h or d",
);

export const cron = text(
  (value) => /^(\S+\s+){4}\S+$/.test(value) && value.split(/\s+/).every((field) => /^[\d*,/A-Za-z-]+$/.test(field)),
  "a cron expression of five fields, in UTC, such as 0 3 * * *",
  "write minute, hour, day of month, month and day of week",
);

/** A window within a day, UTC, as the clouds' database services write it. */
export const dailyWindow = text(
  (value) => /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/.test(value),
  "a daily window in UTC, such as 03:00-04:00",
  "write HH:MM-HH:MM",
);

export const weeklyWindow = text(
  (value) => /^(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d$/.test(value),
  "a weekly window in UTC, such as mon:04:00-mon:05:00",
  "write ddd:HH:MM-ddd:HH:MM in lower case",
);

export const host = text(
  (value) => /^(\*\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z]{2,}$/.test(value),
  "a host name such as api.openai.com",
  "write the name without scheme, port or path",
);

export const port = z.int().min(1).max(65_535);
export const percent = z.int().min(1).max(100);
export const count = z.int().min(0).max(1_000);
export const positive = z.int().min(1).max(1_000);
export const absolutePath = text(
  (value) => /^\/[^\s]*$/.test(value),
  "an absolute path, such as /health/live",
  "start the path with a slash",
);

/** CPU and memory (and scratch disk) of one replica: what it is sure of, and what it may not exceed. */
export const resources = z
  .strictObject({
    requests: z.strictObject({
      cpu: cpu.describe("CPU the scheduler reserves"),
      memory: memory.describe("Memory the scheduler reserves"),
      ephemeralStorage: memory.default("128Mi").describe("Node disk reserved for logs and scratch space"),
    }),
    limits: z.strictObject({
      cpu: cpu.describe("CPU above which the container is throttled"),
      memory: memory.describe("Memory above which the container is killed"),
      ephemeralStorage: memory.default("1Gi").describe("Node disk above which the pod is evicted"),
    }),
  })
  .describe("Requests and limits of one replica");

/** Instance classes to use on a cloud instead of the one the neutral size maps to. */
export const classes = z
  .strictObject({
    aws: z.string().optional().describe("AWS instance class, such as t3.large, db.r5.xlarge or cache.r5.large"),
    gcp: z.string().optional().describe("Google Cloud machine type or tier, such as e2-standard-2"),
  })
  .describe("Instance class per cloud, where the neutral size should not decide");
