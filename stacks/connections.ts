import type { Degraded } from "../components/component";
import { isRunning } from "../components/workload/container";
import { normalizeUse } from "../systems/edges";
import type { ResolvedSystem } from "../systems/resolve";
import type { ServiceSpec } from "../systems/spec";
import type { PlacementSettings, Settings } from "./settings";

/** What PostgreSQL accepts unless told otherwise. Services of a cloud have a default that grows with their memory. */
const DEFAULT_CONNECTIONS = 100;

/**
 * Databases whose clients may hold more connections than they accept, once every service has all of its replicas. A
 * database that shares connections among its clients, and one somebody else runs, is left alone.
 */
export function crowdedDatabases(
  system: ResolvedSystem,
  { compute }: Pick<Settings, "compute">,
  { existing }: Pick<PlacementSettings, "existing">,
  ownServer: boolean,
): readonly Degraded[] {
  return Object.entries(system.stores).flatMap(([name, store]) => {
    if (store.kind !== "postgres" || store.embedded || existing?.databases[name] !== undefined) {
      return [];
    }
    const accepted = store.maxConnections ?? (ownServer ? DEFAULT_CONNECTIONS : undefined);
    const { held, paths } = connectionsTo(system, name);
    return accepted === undefined || held <= accepted || compute.pooledDatabases.includes(name)
      ? []
      : [
          {
            feature: `${held} connections to ${name} (${paths.join(", ")})`,
            reason: `it accepts ${accepted}, and nothing before it lets clients share them`,
            remedy: `raise stores.${name}.maxConnections, let fewer replicas hold fewer, or on aws name it in groundplan:compute.pooledDatabases`,
          },
        ];
  });
}

/** What clients of a database hold at most, and where the system says so: each endpoint has its own. */
function connectionsTo(system: ResolvedSystem, database: string) {
  const uses = Object.entries(system.services).flatMap(([service, spec]) =>
    spec.uses.flatMap((written, index) => {
      const { to, endpoint, connections } = normalizeUse(written);
      return to === database && endpoint === "primary" && connections !== undefined
        ? [{ held: connections * mostReplicas(spec), path: `services.${service}.uses[${index}].connections` }]
        : [];
    }),
  );
  return { held: uses.reduce((sum, { held }) => sum + held, 0), paths: uses.map(({ path }) => path) };
}

function mostReplicas(spec: ServiceSpec): number {
  return isRunning(spec) ? (spec.scaling.max ?? spec.scaling.replicas ?? spec.scaling.min ?? 1) : 1;
}
