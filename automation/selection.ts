import { InputError, type Problem, show } from "../components/errors";

/** Changes to a stack's settings for one run, as a command's flags or a caller give them. */
export interface Selection {
  readonly system?: string;
  readonly model?: string;
  readonly cloud?: string;
  readonly environment?: string;
  /** Settings by path within the `groundplan` namespace, such as `placements[0].region`; values as YAML. */
  readonly set?: readonly { readonly path: string; readonly value: unknown }[];
}

const NAMESPACE = "groundplan";

/** Regions a cloud named without regions is planned in: one, and a second one for `global`. */
export const SAMPLE_REGIONS = {
  aws: ["us-east-1", "eu-west-1"],
  gcp: ["us-central1", "europe-west1"],
  kubernetes: ["primary", "secondary"],
} as const satisfies Readonly<Record<string, readonly [string, string]>>;

/**
 * Lays a selection over a stack's configuration. Choosing a cloud, or a model that needs other placements than the
 * stack has, replaces the stack's placements by sample ones; everything else is kept.
 */
export function applySelection(
  values: Readonly<Record<string, unknown>>,
  selection: Selection,
): Record<string, unknown> {
  const config: Record<string, unknown> = { ...values };
  for (const key of ["system", "model", "environment"] as const) {
    if (selection[key] !== undefined) {
      config[`${NAMESPACE}:${key}`] = selection[key];
    }
  }
  if (selection.cloud !== undefined || selection.model !== undefined) {
    selectPlacements(config, selection.cloud);
  }
  const problems: Problem[] = [];
  for (const { path, value } of selection.set ?? []) {
    const problem = setPath(config, path, value);
    if (problem) {
      problems.push(problem);
    }
  }
  if (problems.length > 0) {
    throw new InputError(problems);
  }
  return config;
}

function selectPlacements(config: Record<string, unknown>, cloud: string | undefined): void {
  const chosen = cloud ?? currentCloud(config);
  const count = config[`${NAMESPACE}:model`] === "global" ? 2 : 1;
  if (cloud === undefined && placementCount(config) === count) {
    return;
  }
  delete config[`${NAMESPACE}:placements`];
  config[`${NAMESPACE}:cloud`] = chosen;
  // An unknown cloud keeps its name: the settings say what is allowed.
  config[`${NAMESPACE}:regions`] = (
    Object.entries(SAMPLE_REGIONS).find(([name]) => name === chosen)?.[1] ?? ["unknown", "unknown"]
  ).slice(0, count);
}

function currentCloud(config: Readonly<Record<string, unknown>>): unknown {
  const placements = config[`${NAMESPACE}:placements`];
  const first: unknown = Array.isArray(placements) ? placements[0] : undefined;
  return isRecord(first) ? first.cloud : config[`${NAMESPACE}:cloud`];
}

function placementCount(config: Readonly<Record<string, unknown>>): number {
  const list = config[`${NAMESPACE}:placements`] ?? config[`${NAMESPACE}:regions`];
  return Array.isArray(list) ? list.length : 0;
}

/** Parses `placements[0].region` or `alerts.slack` into its steps; undefined when it is not a path. */
export function parsePath(path: string): readonly (string | number)[] | undefined {
  const steps: (string | number)[] = [];
  const pattern = /(?:^|\.)([A-Za-z_][\w-]*)|\[(\d+)\]/gy;
  while (pattern.lastIndex < path.length) {
    const match = pattern.exec(path);
    if (!match) {
      return undefined;
    }
    steps.push(match[1] ?? Number(match[2]));
  }
  return steps.length > 0 && typeof steps[0] === "string" ? steps : undefined;
}

function setPath(config: Record<string, unknown>, path: string, value: unknown): Problem | undefined {
  const steps = parsePath(path);
  if (!steps) {
    return {
      path: "--set",
      found: show(path),
      allowed: "a path such as domain or placements[0].region",
      fix: "write names separated by dots and list positions in brackets",
    };
  }
  const [first, ...rest] = steps;
  const key = `${NAMESPACE}:${first}`;
  config[key] = replaced(config[key], rest, value);
  return undefined;
}

/** A copy of `base` with the value at `steps` replaced; maps and lists on the way are made as needed. */
export function replaced(base: unknown, steps: readonly (string | number)[], value: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) {
    return value;
  }
  if (typeof step === "number") {
    const list: unknown[] = Array.isArray(base) ? [...base] : [];
    list[step] = replaced(list[step], rest, value);
    return list;
  }
  const record = isRecord(base) ? { ...base } : {};
  record[step] = replaced(record[step], rest, value);
  return record;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
