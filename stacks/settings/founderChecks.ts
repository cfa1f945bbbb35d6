import type { Problem } from "../../components/errors";
import { problemsUnder } from "../../components/validation/checked";
import type { WrittenPlacement } from "./placements";

const at = problemsUnder("groundplan:");

/**
 * One placement keeps what all on Google Cloud share. Moved, it would take network, buckets and databases with it: a
 * change of roles that does not say who keeps them is refused.
 */
export function checkFounder(placements: readonly WrittenPlacement[]): readonly Problem[] {
  const indexed = placements.map((placement, index) => ({ ...placement, index }));
  const here = indexed.filter(({ cloud }) => cloud === "gcp");
  const [first] = here;
  const founders = indexed.filter(({ founder }) => founder === true);
  const wrong = founders.flatMap(({ cloud, index }, position) => {
    const path = ["placements", index, "founder"];
    if (cloud !== "gcp") {
      return [at(path, true, "a founder on gcp only: elsewhere each placement has its own", "remove it")];
    }
    return position === 0
      ? []
      : [at(path, true, "one founder", "keep it where the network was made first, and remove it here")];
  });
  const primary = here.find(({ role }) => role === "primary");
  if (founders.length > 0 || primary === undefined || first === undefined || primary === first) {
    return wrong;
  }
  return [
    at(
      ["placements", first.index, "founder"],
      undefined,
      `founder: true at one placement on gcp, as ${first.name} stands before the primary ${primary.name}: it keeps the network and the buckets of all`,
      `set it at ${first.name} if the roles have changed, at ${primary.name} if that one has been the primary all along; in a new system move ${primary.name} before the others instead`,
    ),
  ];
}
