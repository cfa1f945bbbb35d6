import { InputError, type Problem, show } from "../../components/errors";
import { edgeLacks } from "../../stacks/edgeNeeds";
import { partsAwaited, partsBefore, partsRead } from "../../stacks/parts";
import type { Settings } from "../../stacks/settings";
import { EDGE } from "../../stacks/settings/placements";
import { disagreements, otherStacks } from "../otherParts";
import { readStack } from "../plan";
import { stackNames } from "../stackFile";
import { type Follower, ring } from "./inOrder";
import type { StackOptions } from "./session";

/** The stack of one part of a system, named as its file is, after the stacks whose outputs it reads. */
export interface PartOfSystem extends Follower {
  /** Placement, or `edge`. */
  readonly part: string;
  readonly environment: string;
}

export interface PartsSelection extends Pick<StackOptions, "directory" | "selection"> {
  /** Stack of the whole, which `groundplan split` was asked to split. */
  readonly stack: string;
  /** Parts to work on; what they read of others is taken as it is. @default all */
  readonly parts?: readonly string[];
}

/**
 * The stacks `groundplan split` made of one, in the order they are deployed. Throws an InputError with every problem:
 * one has no file, owns something else, differs from the whole, or follows itself.
 */
export async function partsOfSystem(request: PartsSelection): Promise<readonly PartOfSystem[]> {
  const { directory, stack, selection } = request;
  const { settings } = await readStack({ directory, stack, selection });
  const source = `Pulumi.${stack}.yaml`;
  if (settings.model !== "global" || settings.parts !== undefined) {
    throw new InputError([
      {
        path: settings.parts === undefined ? "groundplan:model" : "groundplan:parts",
        source,
        found: show(settings.parts ?? settings.model),
        allowed: "a global stack that owns every part: what groundplan split was given",
        fix: "name the stack of the whole system",
      },
    ]);
  }
  const known = await stackNames(directory);
  const hasEdge = partsBefore(settings, EDGE).length > 0;
  // What groundplan split left out is no part; one that was deployed before it lacked anything still is.
  const lacks = hasEdge && !known.includes(`${stack}-${EDGE}`) ? edgeLacks(settings) : [];
  const edge = hasEdge && lacks.length === 0 ? [EDGE] : [];
  const parts = [...settings.placements.map(({ name }) => name), ...edge];
  const files = parts.map((part) => ({ part, name: `${stack}-${part}` }));
  const wrong: Problem[] = [
    ...(request.parts?.includes(EDGE) ? lacks : []),
    ...(request.parts ?? [])
      .filter((part) => !parts.includes(part) && !(part === EDGE && lacks.length > 0))
      .map((part) => ({
        path: "--parts",
        found: show(part),
        allowed: `parts of ${stack}: ${parts.join(", ")}`,
        fix: "name some of those, or none for all",
      })),
    ...files
      .filter(({ name }) => !known.includes(name))
      .map(({ part, name }) => ({
        path: `Pulumi.${name}.yaml`,
        found: "no such file",
        allowed: `a stack file for ${part}`,
        fix: `groundplan split --stack ${stack}`,
      })),
  ];
  if (wrong.length > 0) {
    throw new InputError(wrong);
  }
  const all: PartOfSystem[] = [];
  for (const { part, name } of files) {
    const own = (await readStack({ directory, stack: name, selection })).settings;
    // A lost region's file may lag behind while the others are deployed without it.
    if (request.parts?.includes(part) ?? true) {
      wrong.push(...misfits(stack, settings, part, name, own));
    }
    // What a promoted primary reads of its founder has long been there.
    const awaited = partsAwaited(own);
    const there = partsRead(own).filter((read) => !awaited.includes(read));
    const before = otherStacks(own).filter((other) => !there.includes(other.part));
    const after = [...new Set(before.map((other) => other.stack))];
    all.push({ part, name, after, environment: own.environment });
  }
  const circle = ring(all);
  if (circle !== undefined) {
    wrong.push({
      path: "groundplan:partStacks",
      found: `stacks that read each other: ${circle.join(", ")}`,
      allowed: "stacks of which one comes first",
      fix: `take the setting out where a part follows nobody, or write the files anew: groundplan split --stack ${stack} --force`,
    });
  }
  if (wrong.length > 0) {
    throw new InputError(wrong);
  }
  return all.filter(({ part }) => request.parts?.includes(part) ?? true);
}

function misfits(stack: string, whole: Settings, part: string, name: string, own: Settings): readonly Problem[] {
  if (own.parts?.includes(part)) {
    return disagreements(stack, whole, { part, path: "groundplan:parts", reference: name, stack: name }, own);
  }
  return [
    {
      path: "groundplan:parts",
      source: `Pulumi.${name}.yaml`,
      found: show(own.parts),
      allowed: `[${part}]`,
      fix: `write it so, or write the files anew: groundplan split --stack ${stack} --force`,
    },
  ];
}
