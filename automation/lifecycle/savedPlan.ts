import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { InputError, show } from "../../components/errors";
import { nameOf } from "./errors";

/** A plan saved by `preview --save-plan`: the Pulumi engine's own update plan, which binds the update to it. */
export interface SavedPlan {
  readonly config: Readonly<Record<string, unknown>>;
  readonly resourcePlans: Readonly<Record<string, PlannedResource>>;
}

interface PlannedResource {
  readonly goal?: unknown;
  readonly steps?: readonly string[];
}

const ALLOWED = "a plan saved by groundplan preview --save-plan";

/** Reads a saved plan for a stack. Throws an InputError where the file is none, or is another stack's. */
export async function readSavedPlan(path: string, project: string, stack: string): Promise<SavedPlan> {
  return parseSavedPlan(await readFile(path, "utf8"), path, project, stack);
}

export function parseSavedPlan(text: string, path: string, project: string, stack: string): SavedPlan {
  const content = asRecord(parseJson(text));
  const resourcePlans = asRecord(content?.resourcePlans);
  if (content === undefined || resourcePlans === undefined) {
    const found = content?.version === 1 && "policies" in content ? "a plan of the offline planner" : "another file";
    throw problem(path, found, ALLOWED, "save one: groundplan preview --stack STACK --save-plan FILE");
  }
  const strangers = Object.keys(resourcePlans).filter((urn) => !urn.startsWith(`urn:pulumi:${stack}::${project}::`));
  if (strangers[0] !== undefined) {
    const [owner, ownerProject] = strangers[0].replace("urn:pulumi:", "").split("::");
    throw problem(
      path,
      `a plan of stack ${owner} of ${ownerProject}`,
      `a plan of ${stack} of ${project}`,
      "name that stack",
    );
  }
  return { config: asRecord(content.config) ?? {}, resourcePlans: resourcePlans as SavedPlan["resourcePlans"] };
}

/**
 * What an update would do now that a saved plan does not say, and the other way round, one line each. Encrypted values
 * differ with every encryption: the engine compares those itself, as it gets to them.
 */
export function planDifferences(saved: SavedPlan, current: SavedPlan): readonly string[] {
  const config = changedKeys(saved.config, current.config).map((key) => `setting ${key} has changed`);
  const urns = [...new Set([...Object.keys(saved.resourcePlans), ...Object.keys(current.resourcePlans)])].sort();
  const resources = urns.flatMap((urn) => {
    const [before, after] = [saved.resourcePlans[urn], current.resourcePlans[urn]];
    const name = `${nameOf(urn)} (${urn.split("::")[2]?.split("$").at(-1)})`;
    if (after === undefined) {
      return [`${name} is in the plan and no longer in the stack`];
    }
    if (before === undefined) {
      return [`${name} is not in the plan: ${steps(after)}`];
    }
    if (!isDeepStrictEqual(before.steps ?? [], after.steps ?? [])) {
      return [`${name} was planned to ${steps(before)}, and would now ${steps(after)}`];
    }
    return isDeepStrictEqual(comparable(before.goal), comparable(after.goal)) ? [] : [`${name} would get other values`];
  });
  return [...config, ...resources];
}

function steps({ steps: list = [] }: PlannedResource): string {
  return list.length === 0 ? "stay" : list.join(", ").replace(/\bsame\b/, "stay");
}

function changedKeys(before: SavedPlan["config"], after: SavedPlan["config"]): readonly string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.filter((key) => !isDeepStrictEqual(comparable(before[key]), comparable(after[key])));
}

/** A value without what is new with every preview: ciphertexts, and the order in which dependencies were found. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(comparable);
    return items.every((item) => typeof item === "string" && item.startsWith("urn:pulumi:")) ? items.sort() : items;
  }
  const record = asRecord(value);
  if (record === undefined) {
    return value;
  }
  if (typeof record.secure === "string" || "ciphertext" in record) {
    return "[secret]";
  }
  return Object.fromEntries(Object.entries(record).map(([key, inner]) => [key, comparable(inner)]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function problem(path: string, found: string, allowed: string, fix: string): InputError {
  return new InputError([{ path: `--plan ${show(path)}`, found, allowed, fix }]);
}
