import { z } from "zod";
import { parseBytes, parseCpuMillicores, parseSeconds } from "../../components/quantities";
import { isCron } from "./cron";

/** What a text has to be, in words: for problems, and for whoever writes a page about it. */
export interface Words {
  readonly allowed: string;
  readonly fix: string;
  readonly example: string;
  /** What a page calls it that says once what is allowed. */
  readonly term?: string;
  /** What it counts in, where it is a quantity. */
  readonly unit?: string;
}

/** Words of each kind of text, which its clones share. */
export const wordsOf: z.core.$ZodRegistry<Words> = z.registry<Words>();

/**
 * A check whose message says what is allowed and how to mend it. Zod carries `params` to the issue, and
 * `components/validation.ts` turns them into the `allowed` and `fix` of a problem; the example stands in for a wrong value
 * while the rest of the input is checked. The pattern goes to the JSON Schema,
 * where an editor can use it.
 */
export function text(pattern: RegExp, words: Words, accept: (value: string) => boolean = () => true) {
  return z
    .string()
    .refine((value) => pattern.test(value) && accept(value), { params: { ...words } })
    .meta({ pattern: pattern.source })
    .register(wordsOf, words);
}

export const name = text(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/, {
  allowed: "lower-case letters, digits and hyphens, starting with a letter, at most 40 characters",
  fix: "use a kebab-case name such as main-db",
  example: "main-db",
  term: "name",
});

/** Name of a whole system: any language's letters. What services cannot take of it is seen to where names are made. */
export const systemTitle = text(/^[\p{L}\p{N}]([\p{L}\p{M}\p{N} ._-]{0,98}[\p{L}\p{M}\p{N}])?$/u, {
  allowed: "letters and digits of any language, and between them spaces, dots, underscores and hyphens, at most 100",
  fix: "use a name such as web-shop",
  example: "web-shop",
});

/** Name of a database: unlike a Kubernetes name it takes underscores, and unlike a host it takes no hyphens unquoted. */
export const databaseName = text(/^[a-z][a-z0-9_]{0,39}$/, {
  allowed: "lower-case letters, digits and underscores, starting with a letter, at most 40 characters",
  fix: "use a name such as app_data",
  example: "app_data",
});

export const envName = text(/^[A-Z_][A-Z0-9_]*$/, {
  allowed: "an environment variable name in upper case, such as DATABASE_URL",
  fix: "rename the variable",
  example: "DATABASE_URL",
  term: "variable",
});

export const alertName = text(/^[A-Z][A-Za-z0-9]*$/, {
  allowed: "a name in PascalCase, such as HighErrorRate",
  fix: "rename the alert",
  example: "HighErrorRate",
});

export const cpu = text(
  /^(\d+m?|\d+\.\d{1,3})$/,
  {
    allowed: "a CPU quantity above zero, such as 500m or 2",
    fix: "write millicores (500m) or whole cores (2)",
    example: "500m",
    term: "CPU",
    unit: "cores, or millicores with m",
  },
  (value) => (parseCpuMillicores(value) ?? 0) > 0,
);

export const memory = text(
  /^\d+(k|M|G|T|Ki|Mi|Gi|Ti)?$/,
  {
    allowed: "a memory or storage quantity above zero, such as 512Mi or 10Gi",
    fix: "write a number with Ki, Mi, Gi or Ti",
    example: "512Mi",
    term: "size",
    unit: "bytes, with Ki, Mi, Gi or Ti",
  },
  (value) => (parseBytes(value) ?? 0) > 0,
);

export const duration = text(
  /^(?=\d)(\d+d)?(\d+h)?(\d+m)?(\d+s)?$/,
  {
    allowed: "a duration such as 30s, 5m, 2h or 7d",
    fix: "write a number with s, m, h or d",
    example: "5m",
    term: "duration",
    unit: "seconds, minutes, hours or days",
  },
  (value) => parseSeconds(value) !== undefined,
);

export const cron = text(
  /^\S+( \S+){4}$/,
  {
    allowed: "a cron expression of five fields, in UTC, such as 0 3 * * *",
    fix: "write minute, hour, day of month, month and day of week",
    example: "0 3 * * *",
    term: "cron",
    unit: "UTC",
  },
  isCron,
);

/** A window within a day, UTC, as the clouds' database services write it. */
export const dailyWindow = text(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, {
  allowed: "a daily window in UTC, such as 03:00-04:00",
  fix: "write HH:MM-HH:MM",
  example: "03:00-04:00",
  term: "daily window",
  unit: "UTC",
});

export const weeklyWindow = text(
  /^(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d$/,
  {
    allowed: "a weekly window in UTC, such as mon:04:00-mon:05:00",
    fix: "write ddd:HH:MM-ddd:HH:MM in lower case",
    example: "mon:04:00-mon:05:00",
    term: "weekly window",
    unit: "UTC",
  },
);

const HOST_FIX =
  "write labels of lower-case letters, digits and hyphens with a dot between, the last of at least two letters; without scheme, port or path";

export const host = text(/^(\*\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z]{2,}$/, {
  allowed: "a host name such as api.openai.com",
  fix: HOST_FIX,
  example: "api.openai.com",
  term: "host",
});

/** A host outside the system, or any public one: crawlers cannot name theirs. */
export const externalHost = text(/^(\*|(\*\.)?([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z]{2,})$/, {
  allowed: "a host name such as api.openai.com, or * for any public host",
  fix: HOST_FIX,
  example: "api.openai.com",
});

export const hostLabel = text(/^(@|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$/, {
  allowed: "one label below the domain, such as api, or @ for the domain itself",
  fix: "write the label alone, without the domain",
  example: "api",
  term: "label",
});

export const majorVersion = text(/^\d{1,2}(\.\d{1,2})?$/, {
  allowed: 'a major version in quotes, such as "15"',
  fix: "write the major version alone",
  example: "15",
  term: "version",
});

export const port = z.int().min(1).max(65_535);
export const percent = z.int().min(1).max(100);
export const count = z.int().min(0).max(1_000);
export const positive = z.int().min(1).max(1_000);
export const absolutePath = text(/^\/\S*$/, {
  allowed: "an absolute path, such as /health/live",
  fix: "start the path with a slash",
  example: "/health/live",
  term: "path",
});

/** CPU and memory (and scratch disk) of one replica: what it is sure of, and what it may not exceed. */
export const resources = z
  .strictObject({
    requests: z
      .strictObject({
        cpu: cpu.describe("CPU the scheduler reserves"),
        memory: memory.describe("Memory the scheduler reserves"),
        ephemeralStorage: memory.default("128Mi").describe("Node disk reserved for logs and scratch space"),
      })
      .describe("What one replica is sure of"),
    limits: z
      .strictObject({
        cpu: cpu.describe("CPU above which the container is throttled"),
        memory: memory.describe("Memory above which the container is killed"),
        ephemeralStorage: memory.default("1Gi").describe("Node disk above which the pod is evicted"),
      })
      .describe("What one replica may not exceed"),
  })
  .describe("Requests and limits of one replica");

/** Instance classes to use on a cloud instead of the one the neutral size maps to. */
export const classes = z
  .strictObject({
    aws: z.string().optional().describe("AWS instance class, such as t3.large, db.r5.xlarge or cache.r5.large"),
    gcp: z.string().optional().describe("Google Cloud machine type or tier, such as e2-standard-2"),
  })
  .describe("Instance class per cloud, where the neutral size should not decide");

/** A reason somebody will read where a policy would have had two of it. */
export const alone = z.string().min(10).optional();
