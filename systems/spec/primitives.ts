import { z } from "zod";
import { parseBytes, parseCpuMillicores, parseSeconds } from "../../components/quantities";
import { isCron } from "./cron";

/**
 * A check whose message says what is allowed and how to mend it. Zod carries `params` to the issue, and
 * `components/validation.ts` turns them into the `allowed` and `fix` of a problem. The pattern goes to the JSON Schema,
 * where an editor can use it.
 */
function text(pattern: RegExp, allowed: string, fix: string, accept: (value: string) => boolean = () => true) {
  return z
    .string()
    .refine((value) => pattern.test(value) && accept(value), { params: { allowed, fix } })
    .meta({ pattern: pattern.source });
}

export const name = text(
  /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/,
  "lower-case letters, digits and hyphens, starting with a letter, at most 40 characters",
  "use a kebab-case name such as main-db",
);

/** Name of a database: unlike a Kubernetes name it takes underscores, and unlike a host it takes no hyphens unquoted. */
export const databaseName = text(
  /^[a-z][a-z0-9_]{0,39}$/,
  "lower-case letters, digits and underscores, starting with a letter, at most 40 characters",
  "use a name such as app_data",
);

export const envName = text(
  /^[A-Z_][A-Z0-9_]*$/,
  "an environment variable name in upper case, such as DATABASE_URL",
  "rename the variable",
);

export const alertName = text(/^[A-Z][A-Za-z0-9]*$/, "a name in PascalCase, such as HighErrorRate", "rename the alert");

export const cpu = text(
  /^(\d+m?|\d+\.\d{1,3})$/,
  "a CPU quantity above zero, such as 500m or 2",
  "write millicores (500m) or whole cores (2)",
  (value) => (parseCpuMillicores(value) ?? 0) > 0,
);

export const memory = text(
  /^\d+(k|M|G|T|Ki|Mi|Gi|Ti)?$/,
  "a memory or storage quantity above zero, such as 512Mi or 10Gi",
  "write a number with Ki, Mi, Gi or Ti",
  (value) => (parseBytes(value) ?? 0) > 0,
);

export const duration = text(
  /^(?=\d)(\d+d)?(\d+h)?(\d+m)?(\d+s)?$/,
  "a duration such as 30s, 5m, 2h or 7d",
  "write a number with s, m, h or d",
  (value) => parseSeconds(value) !== undefined,
);

export const cron = text(
  /^\S+( \S+){4}$/,
  "a cron expression of five fields, in UTC, such as 0 3 * * *",
  "write minute, hour, day of month, month and day of week",
  isCron,
);

/** A window within a day, UTC, as the clouds' database services write it. */
export const dailyWindow = text(
  /^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/,
  "a daily window in UTC, such as 03:00-04:00",
  "write HH:MM-HH:MM",
);

export const weeklyWindow = text(
  /^(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d$/,
  "a weekly window in UTC, such as mon:04:00-mon:05:00",
  "write ddd:HH:MM-ddd:HH:MM in lower case",
);

export const host = text(
  /^(\*\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z]{2,}$/,
  "a host name such as api.openai.com",
  "write the name without scheme, port or path",
);

/** A host outside the system, or any public one: crawlers cannot name theirs. */
export const externalHost = text(
  /^(\*|(\*\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z]{2,})$/,
  "a host name such as api.openai.com, or * for any public host",
  "write the name without scheme, port or path",
);

export const hostLabel = text(
  /^(@|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$/,
  "one label below the domain, such as api, or @ for the domain itself",
  "write the label alone, without the domain",
);

export const majorVersion = text(
  /^\d{1,2}(\.\d{1,2})?$/,
  'a major version in quotes, such as "15"',
  "write the major version alone",
);

export const port = z.int().min(1).max(65_535);
export const percent = z.int().min(1).max(100);
export const count = z.int().min(0).max(1_000);
export const positive = z.int().min(1).max(1_000);
export const absolutePath = text(/^\/\S*$/, "an absolute path, such as /health/live", "start the path with a slash");

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
