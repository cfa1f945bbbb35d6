import { type Problem, Problems, show } from "../../../components/errors";
import type { ResolvedSystem } from "../../../systems/resolve";
import type { PlacementSettings } from "../../settings";

/** What a placement on AWS cannot do yet, or never: refused by its field rather than left out. */
export function unsupportedProblems(
  system: ResolvedSystem,
  placement: PlacementSettings,
  domain: string | undefined,
): readonly Problem[] {
  const problems = new Problems();
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
  for (const [name, store] of Object.entries(system.stores)) {
    if (
      store.kind === "memcached" ||
      store.kind === "search" ||
      store.kind === "vector" ||
      store.kind === "file-share"
    ) {
      problems.add({
        path: `stores.${name}.kind`,
        found: show(store.kind),
        allowed: "postgres, redis or bucket on aws",
        fix: `remove stores.${name} for this placement, or describe it as a service of kind statefulset`,
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
