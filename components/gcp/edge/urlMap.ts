import type { LoadBalancerRoute } from "../../edge/loadBalancer/contract";
import { targetKey } from "../../edge/loadBalancer/routes";
import { NAME_RULES, uniqueName } from "../../naming";

/** A host that is answered with a redirect to another, path and query kept. */
export interface HostRedirect {
  readonly host: string;
  readonly to: string;
  readonly permanent: boolean;
}

/** The routes of one host. */
export interface HostPlan {
  /** Name of its path matcher. */
  readonly name: string;
  readonly host: string;
  /** Target of the path `/`; undefined where none of its routes has it. */
  readonly root?: string;
  readonly paths: readonly { readonly paths: readonly string[]; readonly target: string }[];
}

/** Routes by host. Google tries the longest path first, whatever the order. */
export function planHosts(routes: readonly LoadBalancerRoute[]): readonly HostPlan[] {
  return [...new Set(routes.map(({ host }) => host))].map((host) => {
    const own = routes.filter((route) => route.host === host);
    const root = own.find(({ path }) => path === "/");
    return {
      name: matcherName(host),
      host,
      ...(root ? { root: targetKey(root) } : {}),
      paths: own
        .filter(({ path }) => path !== "/")
        .map((route) => ({ paths: pathsOf(route.path), target: targetKey(route) })),
    };
  });
}

/** Part of resource names a host stands for. */
export function matcherName(host: string): string {
  return uniqueName(NAME_RULES.kubernetesLabel, [host.replaceAll(".", "-")]);
}

function pathsOf(path: string): readonly string[] {
  const stem = path.replace(/\/$/, "");
  return [stem, `${stem}/*`];
}
