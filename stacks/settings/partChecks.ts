import type { z } from "zod";
import type { Problem } from "../../components/errors";
import { problemsUnder } from "../../components/validation/checked";
import { partsAwaited, partsBefore, partsRead } from "../parts";
import { EDGE, type PlacementSettings, placementsOf, primaryFirst } from "./placements";
import type { settingsSchema } from "./schema";

type Written = z.output<typeof settingsSchema>;

const at = problemsUnder("groundplan:");

/** A stack that owns some parts only can find the others. */
export function checkParts(settings: Written): readonly Problem[] {
  const { parts, partStacks, model } = settings;
  const placements = primaryFirst(placementsOf(settings));
  if (model !== "global") {
    // Whatever they name, there is nothing to name.
    const written = [
      ...(parts === undefined ? [] : ["parts" as const]),
      ...(Object.keys(partStacks).length === 0 ? [] : ["partStacks" as const]),
    ];
    return written
      .slice(0, 1)
      .map((key) =>
        at(
          [key],
          settings[key],
          "nothing but in model global: one placement has no parts",
          `remove ${written.join(" and ")}: the stack owns the system whole`,
        ),
      );
  }
  if (parts === undefined) {
    return Object.keys(partStacks).length === 0
      ? []
      : [at(["parts"], undefined, "the parts this stack owns, with partStacks", "list them, or remove partStacks")];
  }
  const known = [...placements.map(({ name }) => name), EDGE];
  if (parts.some((part) => !known.includes(part))) {
    // A part that does not exist is named elsewhere, and who reads of whom says nothing yet.
    return [];
  }
  const doubled = parts.filter((part, index) => parts.indexOf(part) !== index);
  const owned = Object.keys(partStacks).filter((part) => parts.includes(part));
  const edges = placements.some(({ cloud }) => cloud !== "kubernetes");
  return [
    ...doubled.map((part) => at(["parts"], part, "every part once", "remove one of the two")),
    ...owned.map((part) =>
      at(["partStacks", part], partStacks[part], "parts of other stacks", `remove it: this stack owns ${part}`),
    ),
    ...(parts.includes(EDGE) && !edges
      ? [
          at(
            ["parts"],
            EDGE,
            "placements only: clusters one already has share no edge, each makes its own records",
            "remove edge",
          ),
        ]
      : []),
    ...circles(parts, placements),
    ...partsRead({ parts, placements })
      .filter((part) => partStacks[part] === undefined)
      .map((part) =>
        at(
          ["partStacks", part],
          undefined,
          `the stack that owns ${part}, whose outputs ${parts.join(", ")} reads`,
          "name it",
        ),
      ),
  ];
}

/** A stack that reads of another what that one makes from its own outputs: neither could be the first. */
function circles(parts: readonly string[], placements: readonly PlacementSettings[]): readonly Problem[] {
  const circular = partsAwaited({ parts: [...parts], placements }).flatMap((part) => {
    const own = partsBefore({ placements }, part).filter((before) => parts.includes(before));
    return own.map((before) => ({ part, before }));
  });
  return circular.map(({ part, before }) =>
    at(
      ["parts"],
      parts,
      `parts that need not wait for each other: ${part} is another stack's and reads of ${before}, while this stack reads of ${part}`,
      "own all of them in one stack, or each in its own",
    ),
  );
}
