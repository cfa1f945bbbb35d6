import type { z } from "zod";
import type { Problem } from "../../components/errors";
import type { Path } from "../../components/validation";
import { problemsUnder } from "../../components/validation/checked";
import { accountId, projectId } from "./access";
import { checkFounder } from "./founderChecks";
import { isPrivate, overlap, parseRange, type Range } from "./networks";
import { EDGE, type PlacementSettings, placementsOf, type WrittenPlacement } from "./placements";
import { regionMistake } from "./regions";
import type { settingsSchema } from "./schema";

type Written = z.output<typeof settingsSchema>;

const at = problemsUnder("groundplan:");

/** Where the system runs: places that exist, names and networks that do not clash, a number the model can use. */
export function checkPlacements(settings: Written): readonly Problem[] {
  const problems: Problem[] = [];
  const { placements, cloud, regions, model } = settings;
  const short = cloud !== undefined || regions !== undefined;
  if (placements && short) {
    problems.push(
      at(
        [cloud === undefined ? "regions" : "cloud"],
        cloud ?? regions,
        "either placements, or cloud and regions",
        "remove one of the two forms",
      ),
    );
  } else if (!placements && cloud === undefined) {
    problems.push(
      at(["placements"], undefined, "a list of placements, or cloud and regions", "add where the system runs"),
    );
  } else if (!placements && cloud !== "kubernetes" && regions === undefined) {
    problems.push(at(["regions"], undefined, `regions of ${cloud}`, "add regions, the primary one first"));
  }
  const all = placementsOf(settings);
  const path = (index: number, field: string): Path => (placements ? ["placements", index, field] : ["regions", index]);
  problems.push(...checkCounts(settings, all));
  problems.push(...checkUnique(all, path));
  for (const [index, placement] of all.entries()) {
    problems.push(...checkPlace(placement, placements?.[index], (field) => path(index, field)));
  }
  problems.push(
    ...(placements ? [...checkPinned(placements), ...checkFounder(placements)] : []),
    ...checkNetworks(all, path),
  );
  if (model !== "global" && all.length > 1) {
    problems.push(
      at(
        [placements ? "placements" : "regions"],
        all.map(({ name }) => name),
        `one placement in model ${model}`,
        "set model to global, or keep one",
      ),
    );
  }
  return problems;
}

function checkCounts({ model, placements }: Written, all: readonly PlacementSettings[]): readonly Problem[] {
  if (model !== "global" || all.length === 0) {
    return [];
  }
  const root = placements ? "placements" : "regions";
  const names = all.map(({ name }) => name);
  if (all.length === 1) {
    return [
      at([root], names, "at least two placements in model global", "add a second one, or set model to distributed"),
    ];
  }
  const primaries = all.filter(({ role }) => role === "primary").map(({ name }) => name);
  return primaries.length === 1
    ? []
    : [
        at(
          [root],
          primaries,
          "exactly one placement with role primary",
          primaries.length === 0 ? "give one the role primary" : "make all but one secondary",
        ),
      ];
}

function checkUnique(
  all: readonly PlacementSettings[],
  path: (index: number, field: string) => Path,
): readonly Problem[] {
  const problems: Problem[] = [];
  const names = new Set<string>();
  const places = new Set<string>();
  for (const [index, { name, cloud, region, context, account }] of all.entries()) {
    if (names.has(name)) {
      problems.push(at(path(index, "name"), name, "a name no other placement has", "rename it"));
    }
    if (name === EDGE) {
      problems.push(at(path(index, "name"), name, "any name but edge, which is the global part", "rename it"));
    }
    const place = [cloud, account, context ?? region].join(" ");
    if (places.has(place)) {
      problems.push(
        at(
          path(index, "region"),
          region,
          "a place no other placement has",
          "name another region, or remove the placement",
        ),
      );
    }
    names.add(name);
    places.add(place);
  }
  return problems;
}

function checkPlace(
  { name, cloud, region }: PlacementSettings,
  written: WrittenPlacement | undefined,
  path: (field: string) => Path,
): readonly Problem[] {
  const problems: Problem[] = [];
  if (written && cloud !== "kubernetes" && written.region === undefined) {
    problems.push(at(path("region"), undefined, `a region of ${cloud}`, `add the region of ${name}`));
  } else {
    const mistake = regionMistake(cloud, region);
    if (mistake) {
      problems.push(at(path("region"), region, mistake.allowed, mistake.fix ?? "correct the region"));
    }
  }
  const account = written?.account;
  if (account !== undefined && cloud === "kubernetes") {
    problems.push(at(path("account"), account, "no account on a cluster you already have", "remove it"));
  } else if (account !== undefined) {
    const schema = cloud === "aws" ? accountId : projectId;
    const [issue] = schema.safeParse(account).error?.issues ?? [];
    if (issue?.code === "custom") {
      problems.push(at(path("account"), account, String(issue.params?.allowed), String(issue.params?.fix)));
    }
  }
  if (written?.zones !== undefined && cloud !== "aws") {
    problems.push(at(path("zones"), written.zones, "zones on aws only", "remove it: the others choose their own"));
  }
  if (written?.context !== undefined && cloud !== "kubernetes") {
    problems.push(
      at(
        path("context"),
        written.context,
        "a context on kubernetes only",
        `remove it: the cluster on ${cloud} is made here`,
      ),
    );
  }
  return problems;
}

/** With several networks their numbers are pinned: taken from the order, one more placement would renumber the rest. */
function checkPinned(placements: readonly WrittenPlacement[]): readonly Problem[] {
  const networked = placements.filter(({ cloud }) => cloud !== "kubernetes");
  return placements.flatMap((placement, index) =>
    networked.length > 1 &&
    placement.cloud !== "kubernetes" &&
    placement.cidrIndex === undefined &&
    placement.cidrBlock === undefined
      ? [
          at(
            ["placements", index, "cidrIndex"],
            undefined,
            "a number from 0 to 255, never changed",
            "add the lowest one no other placement has",
          ),
        ]
      : [],
  );
}

function checkNetworks(
  all: readonly PlacementSettings[],
  path: (index: number, field: string) => Path,
): readonly Problem[] {
  const problems: Problem[] = [];
  const taken: { readonly name: string; readonly cidr: string; readonly range: Range }[] = [];
  for (const [index, { name, cloud, cidrIndex, cidrBlock }] of all.entries()) {
    if (cloud === "kubernetes") {
      continue;
    }
    const field = cidrBlock === undefined ? "cidrIndex" : "cidrBlock";
    const cidr = cidrBlock ?? `10.${cidrIndex}.0.0/16`;
    const range = parseRange(cidr);
    if (!range || !isPrivate(range)) {
      problems.push(
        at(
          path(index, field),
          cidr,
          "a private range that starts at its own first address",
          "write the first address of the range, such as 10.4.0.0/16",
        ),
      );
      continue;
    }
    const other = taken.find((earlier) => overlap(earlier.range, range));
    if (other) {
      problems.push(
        at(
          path(index, field),
          cidrBlock ?? cidrIndex,
          `a network apart from ${other.cidr} of ${other.name}`,
          "choose another number or range",
        ),
      );
    }
    taken.push({ name, cidr, range });
  }
  return problems;
}
