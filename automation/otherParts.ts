import { isDeepStrictEqual } from "node:util";
import { InputError, type Problem, show } from "../components/errors";
import type { StackReferenceTable } from "../engine";
import { founderOf, ownPlacements, owns, partsRead } from "../stacks/parts";
import type { Settings } from "../stacks/settings";
import type { PlanRequest } from "./plan";
import type { Selection } from "./selection";
import { stackNames } from "./stackFile";

/** What the stacks of one system must agree on: each plans from it what the others make. */
const SHARED = ["system", "environment", "model", "placements", "domain", "overrides", "instance"] as const;

/** A stack that owns a part this one reads, or the layers below it. */
export interface OtherStack {
  readonly part: string;
  /** Setting that names it. */
  readonly path: string;
  /** As the program names it. */
  readonly reference: string;
  /** As its file is named. */
  readonly stack: string;
}

/** The stacks whose outputs a stack reads, in the order of the parts they own. */
export function otherStacks(
  settings: Pick<Settings, "parts" | "placements" | "partStacks" | "layerStack">,
): readonly OtherStack[] {
  const { layerStack, partStacks } = settings;
  const named = (part: string, path: string, reference: string): OtherStack => ({
    part,
    path,
    reference,
    stack: reference.split("/").at(-1) ?? reference,
  });
  return [
    ...partsRead(settings).map((part) => named(part, `groundplan:partStacks.${part}`, partStacks[part] ?? part)),
    ...(layerStack === undefined
      ? []
      : ownPlacements(settings).map(({ name }) => named(name, "groundplan:layerStack", layerStack))),
  ];
}

/** A selection as it holds for the stacks of the other parts: what decides who owns what is their own. */
export function selectionOfOthers(selection: Selection = {}): Selection {
  return {
    ...selection,
    set: (selection.set ?? []).filter(({ path }) => !/^(part(s|Stacks)|layers|layerStack)\b/.test(path)),
  };
}

/**
 * Configuration under which a stack that this one reads, and that reads this one, tells what it told at first: the
 * founder on Google Cloud once another placement is primary. Undefined where the two do not read each other.
 */
function foundingRoles(settings: Settings, theirs: Settings): Readonly<Record<string, unknown>> | undefined {
  const founder = founderOf(theirs)?.name;
  if (founder === undefined || !owns(theirs, founder) || !partsRead(theirs).some((part) => owns(settings, part))) {
    return undefined;
  }
  const placements = theirs.placements.map(({ existing: _, role: __, ...placement }) => ({
    ...placement,
    role: placement.name === founder ? "primary" : "secondary",
  }));
  return { "groundplan:placements": placements };
}

/**
 * Answers what a stack reads of others from plans of theirs, so that a part is planned with no state at hand. Throws an
 * InputError where one has no file, owns something else, or is not of the same system.
 */
export async function planOthers(
  request: PlanRequest,
  settings: Settings,
  read: (stack: string) => Promise<Settings>,
  plan: (stack: string, config?: Readonly<Record<string, unknown>>) => Promise<StackReferenceTable[string]>,
): Promise<StackReferenceTable> {
  const others = otherStacks(settings);
  const known = await stackNames(request.directory);
  const missing = others.filter(({ stack }) => !known.includes(stack));
  if (missing.length > 0) {
    throw new InputError(
      missing.map(({ part, path, reference, stack }) => ({
        path,
        source: `Pulumi.${request.stack}.yaml`,
        found: show(reference),
        allowed: `a stack with a file in the project: ${known.join(", ")}`,
        fix: `create Pulumi.${stack}.yaml, or name one of those: a plan of ${part} answers for its outputs`,
      })),
    );
  }
  const problems: Problem[] = [];
  const roles = new Map<string, Readonly<Record<string, unknown>> | undefined>();
  for (const other of others) {
    const theirs = await read(other.stack);
    problems.push(...disagreements(request.stack, settings, other, theirs));
    roles.set(other.stack, foundingRoles(settings, theirs));
  }
  if (problems.length > 0) {
    throw new InputError(problems);
  }
  const table: Record<string, StackReferenceTable[string]> = {};
  for (const { reference, stack } of others) {
    table[reference] ??= await plan(stack, roles.get(stack));
  }
  return table;
}

/** What keeps another stack from being the one this stack, of the same system, takes it for. */
export function disagreements(
  stack: string,
  settings: Settings,
  other: OtherStack,
  theirs: Settings,
): readonly Problem[] {
  const source = `Pulumi.${other.stack}.yaml`;
  const owns = theirs.parts === undefined || theirs.parts.includes(other.part);
  return [
    ...(owns
      ? []
      : [
          {
            path: "groundplan:parts",
            source,
            found: show(theirs.parts),
            allowed: `parts with ${other.part}, which Pulumi.${stack}.yaml reads of it`,
            fix: `add ${other.part} there, or name its owner in ${other.path}`,
          },
        ]),
    ...(theirs.layers.includes("infrastructure")
      ? []
      : [
          {
            path: "groundplan:layers",
            source,
            found: show(theirs.layers),
            allowed: `layers with infrastructure, which Pulumi.${stack}.yaml reads of it`,
            fix: `name the owner of the infrastructure in ${other.path}`,
          },
        ]),
    ...SHARED.filter((key) => !isDeepStrictEqual(settings[key], theirs[key])).map((key) => ({
      path: `groundplan:${key}`,
      source,
      found: showShared(key, theirs),
      allowed: `${showShared(key, settings)}, which Pulumi.${stack}.yaml has: stacks of one system agree on it`,
      // What parts of a whole are called is not to choose: there the file is wrong.
      fix:
        key === "system" && other.path !== "groundplan:parts"
          ? `name another stack in ${other.path}`
          : "make the two files say the same",
    })),
  ];
}

/** A setting as its author would know it again: of a system its name, which is what the file says. */
function showShared(key: (typeof SHARED)[number], settings: Settings): string {
  return show(key === "system" ? settings.system.name : settings[key]);
}
