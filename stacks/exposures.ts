import { isRunning } from "../components/workload/container";
import { healthPath } from "../components/workload/probes";
import { servicePort } from "../systems/edges";
import type { ResolvedSystem } from "../systems/resolve";
import { namespaceOf, serviceOf } from "./demands";
import type { Exposure } from "./sites/site";

/** The services the public reaches, before anything of them is made. */
export type PlannedExposure = Omit<Exposure, "ready">;

export function planExposures(system: ResolvedSystem): readonly PlannedExposure[] {
  return system.routes.flatMap((route) => {
    const spec = serviceOf(system, route.to);
    const port = servicePort(spec, route.port);
    return port
      ? [
          {
            route,
            namespace: namespaceOf(system, spec),
            serviceName: route.to,
            servicePort: port.servicePort ?? port.port,
            targetPort: port.port,
            healthPath: isRunning(spec) ? healthPath(spec.probes) : "/",
          },
        ]
      : [];
  });
}

/** The longest a route lets an answer take, in seconds. */
export function longestTimeout(exposures: readonly PlannedExposure[]): number {
  return Math.max(...exposures.map(({ route }) => route.timeoutSeconds));
}

/** Full host of a route's label below the domain. */
export function hostOf(label: string, domain: string): string {
  return label === "@" ? domain : `${label}.${domain}`;
}

/** A path of each host that answers while the service behind it is well. */
export function healthPaths(exposures: readonly PlannedExposure[], domain: string): ReadonlyMap<string, string> {
  const hosts = new Map<string, string>();
  for (const { route, healthPath: path } of exposures) {
    const host = hostOf(route.host, domain);
    // The root of a host first; a health path lies below the route that leads to its service.
    if (!hosts.has(host) || route.path === "/") {
      hosts.set(host, route.path === "/" || path.startsWith(route.path) ? path : route.path);
    }
  }
  return hosts;
}
