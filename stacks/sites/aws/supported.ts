import { type Problem, Problems, show } from "../../../components/errors";
import type { ResolvedSystem } from "../../../systems/resolve";
import { mixedProblems } from "../../mixed";
import type { PlacementSettings, Settings } from "../../settings";

/** What a placement on AWS cannot do yet, or never: refused by its field rather than left out. */
export function unsupportedProblems(
  system: ResolvedSystem,
  placement: PlacementSettings,
  { domain, placements }: Pick<Settings, "domain" | "placements">,
): readonly Problem[] {
  const problems = new Problems();
  problems.addAll(globalProblems(placement, placements));
  problems.addAll(mixedProblems(system, placement, { placements }));
  const existing = placement.existing;
  const given = {
    vpc: existing?.vpc,
    cluster: existing?.cluster,
    buckets: Object.keys(existing?.buckets ?? {}).length > 0 ? existing?.buckets : undefined,
  };
  for (const [field, value] of Object.entries(given)) {
    if (value !== undefined) {
      problems.add({
        path: `groundplan:existing.${placement.name}.${field}`,
        found: show(value),
        allowed: "zone, kmsKey or databases on aws",
        fix: "remove it: the placement makes its own",
      });
    }
  }
  if (system.routes.length > 0 && domain === undefined) {
    problems.add({
      path: "groundplan:domain",
      found: "nothing",
      allowed: "the domain the public uses: a certificate is issued to a name",
      fix: "set groundplan:domain",
    });
  }
  return problems.all;
}

/** What several placements need of each other, and cannot have. */
function globalProblems(placement: PlacementSettings, placements: Settings["placements"]): readonly Problem[] {
  const problems: Problem[] = [];
  const zones = placements.flatMap(({ name, cloud, existing }) =>
    cloud === "aws" && existing?.zone ? [{ name, zone: existing.zone }] : [],
  );
  const other = zones.find(({ zone }) => placement.existing?.zone !== undefined && zone !== placement.existing.zone);
  if (other) {
    problems.push({
      path: `groundplan:existing.${placement.name}.zone`,
      found: show(placement.existing?.zone),
      allowed: `the zone of ${other.name}, ${show(other.zone)}: one host name is answered from one zone`,
      fix: "name one hosted zone, with any of the placements",
    });
  }
  return problems;
}
