import { normalizeUse } from "../systems/edges";
import type { SystemSpec } from "../systems/spec";

/**
 * Services in the order they start: migrations, then each service after those it uses, smoke tests last. Where services
 * use each other in a circle the one the spec names first starts first: each must bear the other's absence anyway.
 */
export function startOrder(system: Pick<SystemSpec, "services">): readonly string[] {
  const names = Object.keys(system.services);
  const ordered = new Set<string>();
  const visiting = new Set<string>();
  const visit = (name: string) => {
    const spec = system.services[name];
    if (!spec || ordered.has(name) || visiting.has(name)) {
      return;
    }
    visiting.add(name);
    for (const use of spec.uses) {
      const { to } = normalizeUse(use);
      if (rank(to) <= rank(name)) {
        visit(to);
      }
    }
    visiting.delete(name);
    ordered.add(name);
  };
  const rank = (name: string) => {
    const spec = system.services[name];
    return spec?.kind !== "job" ? 1 : spec.phase === "migration" ? 0 : 2;
  };
  for (const name of [...names].sort((a, b) => rank(a) - rank(b))) {
    visit(name);
  }
  return [...ordered];
}
