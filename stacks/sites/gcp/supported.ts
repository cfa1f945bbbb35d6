import { type Problem, Problems, show } from "../../../components/errors";
import type { ResolvedSystem } from "../../../systems/resolve";
import { mixedProblems } from "../../mixed";
import type { PlacementSettings, Settings } from "../../settings";
import { constraintProblems } from "./constraints";

/** Name of the bucket the others write their logs to; no store may take it. */
export const LOG_BUCKET = "access-logs";

/** What a placement on Google Cloud cannot do yet, or never: refused by its field rather than left out. */
export function unsupportedProblems(
  system: ResolvedSystem,
  placement: PlacementSettings,
  settings: Parameters<typeof constraintProblems>[2],
): readonly Problem[] {
  const problems = new Problems();
  problems.addAll(existingProblems(placement));
  problems.addAll(constraintProblems(system, placement, settings));
  problems.addAll(globalProblems(system, placement, settings));
  if (system.stores[LOG_BUCKET] !== undefined) {
    problems.add({
      path: `stores.${LOG_BUCKET}`,
      found: show(LOG_BUCKET),
      allowed: "any other name on gcp: the bucket of the buckets' own logs has it",
      fix: "rename the store",
    });
  }
  if (system.routes.length > 0 && settings.domain === undefined) {
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
function globalProblems(
  system: ResolvedSystem,
  placement: PlacementSettings,
  { placements, model, parts }: Pick<Settings, "placements" | "model" | "parts">,
): readonly Problem[] {
  const here = placements.filter(({ cloud }) => cloud === "gcp");
  const [lead = placement] = here;
  const path = `groundplan:placements[${placements.indexOf(placement)}]`;
  const problems: Problem[] = [];
  if (model !== "global") {
    return problems;
  }
  if (placement.account !== lead.account) {
    problems.push({
      path: `${path}.account`,
      found: show(placement.account),
      allowed: `the project of ${lead.name}, ${show(lead.account)}: one network and one load balancer span the regions`,
      fix: "deploy all placements on gcp to one project",
    });
  }
  problems.push(...mixedProblems(system, placement, { placements, parts }));
  return problems;
}

function existingProblems(placement: PlacementSettings): readonly Problem[] {
  const { existing, name } = placement;
  const path = `groundplan:existing.${name}`;
  const given = {
    vpc: existing?.vpc,
    cluster: existing?.cluster,
    buckets: Object.keys(existing?.buckets ?? {}).length > 0 ? existing?.buckets : undefined,
  };
  return Object.entries(given).flatMap(([field, value]) =>
    value === undefined
      ? []
      : [
          {
            path: `${path}.${field}`,
            found: show(value),
            allowed: "zone, kmsKey or databases on gcp",
            fix: "remove it: the placement makes its own",
          },
        ],
  );
}
