import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { z } from "zod";
import { InputError, type Problem, show } from "../../components/errors";
import { formatPath, parsePath, valueAt } from "../../components/validation";
import { collectChecked } from "../../components/validation/checked";
import { closest } from "../../components/validation/suggestions";
import { loadSystem } from "../../systems/load";
import type { SystemInput } from "../../systems/spec";
import { checkAgainstSystem } from "./againstSystem";
import { checkSettings } from "./checks";
import { type Instances, instancesOf } from "./instance";
import { EDGE, type PlacementSettings, placementsOf, primaryFirst } from "./placements";
import { settingsSchema } from "./schema";
import { isUnreadable, secretPaths, withSecretPaths } from "./secrets";

export const NAMESPACE = "groundplan";

type Written = z.output<typeof settingsSchema>;

/** A stack's settings, every default filled in. No secret value is in them, only references. */
export interface Settings
  extends Omit<Written, "system" | "placements" | "cloud" | "regions" | "existing" | "protect" | "instance">,
    Instances {
  readonly stack: string;
  /** The system to deploy, as its file or built-in description has it. */
  readonly system: SystemInput;
  /** Where it runs: at least one, the primary one first. */
  readonly placements: readonly PlacementSettings[];
  /** Id of the distribution that another stack makes. */
  readonly distribution?: string;
  /** Whether what holds data cannot be deleted. */
  readonly protect: boolean;
}

export interface ParseOptions {
  readonly stack: string;
  /**
   * Directory that paths in the settings start from.
   * @default the working directory
   */
  readonly directory?: string;
  /** Full keys whose values the engine has decrypted: a plain text there is not one in the stack file. */
  readonly secretKeys?: readonly string[];
}

/**
 * Reads settings from a stack's raw configuration: values by key, with or without the `groundplan:` in front,
 * structured or as the JSON text the engine hands over. Throws one InputError with every problem found.
 */
export async function parseSettings(
  config: Readonly<Record<string, unknown>>,
  options: ParseOptions,
): Promise<Settings> {
  const raw = rawSettings(config);
  const origin = { root: `${NAMESPACE}:`, source: `Pulumi.${options.stack}.yaml` };
  const problems: Problem[] = [];
  let system: SystemInput | undefined;
  if (typeof raw.system === "string" && raw.system !== "") {
    try {
      system = await loadSystem(raw.system, {
        readFile: (path) => readFile(resolve(options.directory ?? ".", path), "utf8"),
        setting: `${NAMESPACE}:system`,
      });
    } catch (error) {
      if (!InputError.is(error)) {
        throw error;
      }
      problems.push(...error.problems.map((problem) => ({ source: origin.source, ...problem })));
    }
  }
  const loaded = system;
  problems.push(...foreignKeys(config, origin.source));
  const collected = collectChecked(settingsSchema, raw, origin, (written) => [
    ...checkSettings(written),
    ...plainSecrets(raw, withSecretPaths(written), options.secretKeys ?? []),
    ...(loaded ? checkAgainstSystem(written, loaded, options.stack) : []),
  ]);
  problems.push(...collected.problems.map((problem) => withoutSecret(problem, options.secretKeys ?? [])));
  if (collected.value === undefined || !loaded || problems.length > 0) {
    throw new InputError(problems);
  }
  const {
    cloud: _cloud,
    regions: _regions,
    existing,
    instance: _instance,
    ...written
  } = withSecretPaths(collected.value);
  const placements = placementsOf(withSecretPaths(collected.value));
  const { ephemeral, environment } = written;
  const { distribution } = existing[EDGE] ?? {};
  return {
    ...written,
    ...instancesOf(collected.value, options.stack),
    stack: options.stack,
    system: loaded,
    domain: written.domain ?? loaded.domain,
    placements: primaryFirst(placements),
    ...(distribution === undefined ? {} : { distribution }),
    protect: written.protect ?? (environment !== "dev" && !ephemeral),
  };
}

/** Settings a string is meant by itself; in all others it is JSON the engine made of something structured. */
const TEXTS = ["system", "environment", "model", "cloud", "domain", "instance"];

/** The `groundplan` namespace of a configuration, as the stack file has it. */
export function rawSettings(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(config).flatMap(([fullKey, value]) => {
    const [first, second] = fullKey.split(/:(.*)/s, 2);
    const key = second === undefined ? first : first === NAMESPACE ? second : undefined;
    return key === undefined || value === null || value === undefined ? [] : [[key, decode(key, value)] as const];
  });
  return Object.fromEntries(entries);
}

/** Keys whose namespace is all but ours: nobody else would read them, and nobody would say so. */
function foreignKeys(config: Readonly<Record<string, unknown>>, source: string): readonly Problem[] {
  return Object.keys(config).flatMap((fullKey) => {
    const [first = "", second] = fullKey.split(/:(.*)/s, 2);
    return second === undefined || first === NAMESPACE || closest(first, [NAMESPACE]) === undefined
      ? []
      : [
          {
            path: fullKey,
            found: show(first),
            allowed: `the namespace ${NAMESPACE}`,
            fix: `did you mean ${NAMESPACE}:${second}?`,
            source,
          },
        ];
  });
}

function decode(key: string, value: unknown): unknown {
  if (typeof value !== "string" || (TEXTS.includes(key) && !/^\s*[[{]/.test(value))) {
    return value;
  }
  try {
    return JSON.parse(value) as unknown;
  } catch {
    // Not JSON: a text where something else belongs, which validation names.
    return value;
  }
}

/** Secrets that stand in the stack file as anyone can read them. */
function plainSecrets(raw: unknown, settings: unknown, secretKeys: readonly string[]): readonly Problem[] {
  return secretPaths(settings).flatMap((text) => {
    const path = parsePath(text);
    const key = `${NAMESPACE}:${String(path[0])}`;
    return isUnreadable(valueAt(raw, path)) || secretKeys.includes(key)
      ? []
      : [
          {
            path: formatPath(path, `${NAMESPACE}:`),
            found: "a secret in plain text (not shown)",
            allowed: "an encrypted value, or one an ESC environment gives",
            fix: `pulumi config set --secret --path '${formatPath(path, `${NAMESPACE}:`)}'`,
          },
        ];
  });
}

/** Whatever is wrong where a secret may stand, its value is not for the terminal. */
function withoutSecret(problem: Problem, secretKeys: readonly string[]): Problem {
  const [first] = parsePath(problem.path.slice(NAMESPACE.length + 1));
  const secret =
    secretKeys.includes(`${NAMESPACE}:${String(first)}`) ||
    /^groundplan:(secrets\b|.*\.(webhook|routingKey|password|url)$)/.test(problem.path);
  return secret && problem.found !== "nothing" && !problem.found.startsWith("a secret")
    ? { ...problem, found: "a value that may be secret (not shown)" }
    : problem;
}
