import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isMap, parseDocument } from "yaml";
import { InputError, type Problem, show } from "../components/errors";
import { edgeLacks } from "../stacks/edgeNeeds";
import { partsBefore, partsRead } from "../stacks/parts";
import { EDGE } from "../stacks/settings/placements";
import { readStack } from "./plan";
import { stackNames } from "./stackFile";

/** A stack of its own for one part of a system. */
export interface PartStack {
  readonly part: string;
  readonly stack: string;
  readonly file: string;
}

/** What a stack was split into. */
export interface Split {
  readonly parts: readonly PartStack[];
  /** What the edge lacks where it was left out: it would have nothing to make. */
  readonly edgeLacks: readonly Problem[];
}

/**
 * Writes a stack file for every placement of a global stack and one for its edge, where there is something to make for
 * it, each with the settings of the whole, in the order they are deployed. Throws an InputError where the stack is not global, is a part already, or a file is
 * in the way.
 */
export async function splitStack(directory: string, stack: string, force: boolean): Promise<Split> {
  const { settings } = await readStack({ directory, stack });
  if (settings.model !== "global" || settings.parts !== undefined) {
    throw new InputError([
      settings.parts === undefined
        ? {
            path: "groundplan:model",
            found: show(settings.model),
            allowed: "global: only a system of several placements has parts",
            fix: "keep the stack whole, or set groundplan:model to global",
          }
        : {
            path: "groundplan:parts",
            found: show(settings.parts),
            allowed: "a stack that owns every part",
            fix: "split the stack this one came from",
          },
    ]);
  }
  const hasEdge = partsBefore(settings, EDGE).length > 0;
  const lacks = hasEdge ? edgeLacks(settings) : [];
  const edge = hasEdge && lacks.length === 0 ? [EDGE] : [];
  const parts = [...settings.placements.map(({ name }) => name), ...edge].map((part) => ({
    part,
    stack: `${stack}-${part}`,
    file: `Pulumi.${stack}-${part}.yaml`,
  }));
  const known = await stackNames(directory);
  const inTheWay = force ? [] : parts.filter((part) => known.includes(part.stack));
  if (inTheWay.length > 0) {
    throw new InputError(
      inTheWay.map(({ file }) => ({
        path: file,
        found: "a file that is there already",
        allowed: "a name that is free",
        fix: "add --force to overwrite it",
      })),
    );
  }
  const text = await readFile(join(directory, `Pulumi.${stack}.yaml`), "utf8");
  for (const { part, file } of parts) {
    const read = partsRead({ ...settings, parts: [part] });
    const stacks = parts.filter((other) => read.includes(other.part)).map((other) => [other.part, other.stack]);
    await writeFile(join(directory, file), partText(text, part, Object.fromEntries(stacks), settings.instance));
  }
  return { parts, edgeLacks: lacks };
}

function partText(
  whole: string,
  part: string,
  partStacks: Readonly<Record<string, string>>,
  instance: string | undefined,
): string {
  const document = parseDocument(whole);
  const config = document.get("config");
  if (isMap(config)) {
    config.set("groundplan:parts", [part]);
    if (instance !== undefined) {
      // The whole gave its own name to what it made; parts have that in common.
      config.set("groundplan:instance", instance);
    }
    if (Object.keys(partStacks).length > 0) {
      config.set("groundplan:partStacks", partStacks);
    }
  }
  return document.toString({ lineWidth: 0 });
}
