import type { Problem } from "../../components/errors";
import { oneOf, type Path } from "../../components/validation";
import { didYouMean } from "../../components/validation/suggestions";
import { normalizeUse, offeredValues } from "../edges";
import type { ServiceSpec, SystemSpec } from "../spec";
import { problemAt, unknownName } from "./report";

/** Who talks to whom, and through which variables. */
export function checkConnections(system: SystemSpec): readonly Problem[] {
  const services = Object.entries(system.services).flatMap(([name, service]) => [
    ...checkUses(name, service, system),
    ...checkVariables(name, service, system),
  ]);
  return [...services, ...checkMigrations(system), ...checkRoutes(system)];
}

function checkUses(name: string, service: ServiceSpec, system: SystemSpec): readonly Problem[] {
  const problems: Problem[] = [];
  const targets = [system.services, system.stores, system.external].flatMap((group) => Object.keys(group));
  const seen = new Set<string>();
  for (const [index, entry] of service.uses.entries()) {
    const use = normalizeUse(entry);
    const path = ["services", name, "uses", index];
    const to: Path = typeof entry === "string" ? path : [...path, "to"];
    if (!targets.includes(use.to)) {
      problems.push(
        unknownName(
          to,
          use.to,
          "a service, store or external service",
          targets.filter((target) => target !== name),
        ),
      );
      continue;
    }
    if (use.to === name) {
      problems.push(
        problemAt(to, name, "another part than the service itself", "remove it: a service reaches itself anyway"),
      );
      continue;
    }
    const key = [use.to, use.port, use.endpoint].join(" ");
    if (seen.has(key)) {
      problems.push(problemAt(to, use.to, "each target once per port and endpoint", "merge the two entries"));
    }
    seen.add(key);
    problems.push(...checkUseTarget(path, use, system));
  }
  return problems;
}

function checkUseTarget(path: Path, use: ReturnType<typeof normalizeUse>, system: SystemSpec): readonly Problem[] {
  const problems: Problem[] = [];
  const service = system.services[use.to];
  const store = system.stores[use.to];
  if (service) {
    const ports = Object.keys(service.ports);
    if (service.kind === "job" || service.kind === "cronjob") {
      problems.push(
        problemAt([...path, "to"], use.to, "a service that keeps running", `remove it: ${use.to} is a ${service.kind}`),
      );
    } else if (ports.length === 0) {
      problems.push(problemAt([...path, "to"], use.to, "a service with a port", `add a port to services.${use.to}`));
    } else if (use.port !== undefined && !ports.includes(use.port)) {
      problems.push(unknownName([...path, "port"], use.port, `a port of ${use.to}`, ports));
    }
  } else if (use.port !== undefined) {
    problems.push(
      problemAt([...path, "port"], use.port, "a port for services only", `remove it: ${use.to} decides its own port`),
    );
  }
  if (use.endpoint === "replica" && !(store && hasReplicas(store))) {
    problems.push(
      problemAt(
        [...path, "endpoint"],
        use.endpoint,
        "primary, or replica of a store that has one",
        "use the primary, or give the store replicas",
      ),
    );
  }
  if (use.endpoint === "replica" && use.access !== "read") {
    problems.push(
      problemAt([...path, "access"], use.access, "read at a replica", "set access to read, or use the primary"),
    );
  }
  const offered = offeredValues(system, use.to);
  for (const [variable, value] of Object.entries(use.env)) {
    if (!offered.includes(value)) {
      problems.push(
        problemAt(
          [...path, "env", variable],
          value,
          offered.length > 0 ? `what ${use.to} offers: ${oneOf(offered)}` : `nothing: ${use.to} offers no values`,
          didYouMean(value, offered) ?? "take one of the offered values, or remove the variable",
        ),
      );
    }
  }
  return problems;
}

function hasReplicas(store: SystemSpec["stores"][string]): boolean {
  switch (store.kind) {
    case "postgres":
      // The model may shrink a database to one instance; the endpoint then leads to the primary.
      return store.readReplicas > 0 || store.instances > 1;
    case "redis":
      return store.replicas > 0;
    default:
      return false;
  }
}

/** Every variable has one origin: a constant, a secret or an edge. */
function checkVariables(name: string, service: ServiceSpec, system: SystemSpec): readonly Problem[] {
  const problems: Problem[] = [];
  const origins = new Map<string, string>();
  const claim = (path: Path, variable: string, origin: string) => {
    const earlier = origins.get(variable);
    if (earlier !== undefined) {
      problems.push(
        problemAt(path, variable, `one origin per variable; ${earlier} sets it too`, "remove one of the two"),
      );
    }
    origins.set(variable, origin);
  };
  for (const variable of Object.keys(service.env)) {
    claim(["services", name, "env", variable], variable, "env");
  }
  for (const [variable, secret] of Object.entries(service.secretEnv)) {
    const path = ["services", name, "secretEnv", variable];
    claim(path, variable, "secretEnv");
    if (!(secret in system.secrets)) {
      problems.push(unknownName(path, secret, "a secret of the system", Object.keys(system.secrets)));
    }
  }
  for (const [index, entry] of service.uses.entries()) {
    const use = normalizeUse(entry);
    for (const variable of Object.keys(use.env)) {
      claim(["services", name, "uses", index, "env", variable], variable, `uses[${index}]`);
    }
  }
  return problems;
}

/**
 * Services may use each other: none waits for another to start, its readiness does. A migration is waited for, so one
 * that waits in turn for what it must precede never ends.
 */
function checkMigrations(system: SystemSpec): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [name, service] of Object.entries(system.services)) {
    if (service.kind !== "job") {
      continue;
    }
    for (const [index, entry] of service.uses.entries()) {
      const use = normalizeUse(entry);
      const target = system.services[use.to];
      const path = ["services", name, "uses", index];
      if (target && target.kind !== "job" && service.phase === "migration") {
        problems.push(
          problemAt(
            path,
            use.to,
            "stores and external services only: services start after the migration",
            `remove ${use.to}, or make the job a smoke-test`,
          ),
        );
      }
    }
  }
  return problems;
}

function checkRoutes(system: SystemSpec): readonly Problem[] {
  const problems: Problem[] = [];
  const reachable = Object.entries(system.services).flatMap(([name, { ports }]) =>
    Object.keys(ports).length > 0 ? [name] : [],
  );
  const seen = new Set<string>();
  for (const [index, route] of system.routes.entries()) {
    const service = system.services[route.to];
    if (!service || !reachable.includes(route.to)) {
      problems.push(unknownName(["routes", index, "to"], route.to, "a service with a port", reachable));
    } else if (route.port !== undefined && !(route.port in service.ports)) {
      problems.push(
        unknownName(["routes", index, "port"], route.port, `a port of ${route.to}`, Object.keys(service.ports)),
      );
    }
    const key = `${route.host} ${route.path}`;
    if (seen.has(key)) {
      problems.push(
        problemAt(["routes", index, "path"], route.path, "each path of a host once", "remove one of the two routes"),
      );
    }
    seen.add(key);
  }
  return problems;
}
