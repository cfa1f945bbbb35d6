import { isRunning } from "../../components/workload/container";
import { healthPath } from "../../components/workload/probes";
import type { ResolvedSystem } from "../../systems/resolve";
import type { RouteSpec } from "../../systems/spec";

/** Full host name of a route. */
export function hostOf({ host }: Pick<RouteSpec, "host">, domain: string): string {
  return host === "@" ? domain : `${host}.${domain}`;
}

/** Where the public would ask each service whose uptime counts; undefined where it has no way to it. */
export function uptimeUrls(
  system: Pick<ResolvedSystem, "routes" | "services" | "observability">,
  domain: string,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    system.observability.uptime.map((name) => {
      const route = system.routes.find(({ to }) => to === name);
      const service = system.services[name];
      if (!route || !service || !isRunning(service)) {
        return [name, undefined];
      }
      // A health path below another route's prefix would be answered by somebody else.
      const path = route.path === "/" ? healthPath(service.probes) : route.path;
      return [name, `https://${hostOf(route, domain)}${path}`];
    }),
  );
}
