import * as pulumi from "@pulumi/pulumi";
import type { LoadBalancerRoute } from "../../../components/edge/loadBalancer/contract";
import { LoadBalancer } from "../../../components/edge/loadBalancer/gcp";
import type { ResolvedSystem } from "../../../systems/resolve";
import type { Exposure } from "../site";
import type { Lead, SharedParts } from "./shared";

type Urls = Readonly<Record<string, pulumi.Output<string>>>;

export interface EdgeArgs {
  readonly system: ResolvedSystem;
  readonly routes: readonly LoadBalancerRoute[];
  readonly domain: string;
  readonly lead: Lead;
  readonly shared: SharedParts;
  readonly dependsOn: pulumi.Resource[];
}

/** One load balancer for all placements, made with the last and hung on the first: more placements leave it as it is. */
export function makeEdge({ system, routes, domain, lead, shared, dependsOn }: EdgeArgs): Urls {
  const zoneName = lead.placementSettings.existing?.zone;
  return new LoadBalancer(
    `${lead.placementSettings.name}-edge`,
    {
      context: lead.context,
      routes,
      redirects: (system.edge.redirects ?? []).map(({ host, to, permanent }) => ({
        host: hostOf(host, domain),
        to: hostOf(to, domain),
        permanent,
      })),
      edge: system.edge,
      endpoints: shared.endpoints,
      ...(zoneName === undefined ? {} : { zoneName }),
    },
    { ...lead.options, dependsOn },
  ).urls;
}

export function routeOf(exposure: Exposure, domain: string): LoadBalancerRoute {
  const { route, namespace, serviceName, servicePort, targetPort, healthPath, ready } = exposure;
  return {
    host: hostOf(route.host, domain),
    path: route.path,
    service: serviceName,
    namespace,
    servicePort,
    targetPort,
    healthPath,
    timeoutSeconds: route.timeoutSeconds,
    ready,
  };
}

export function urlsOf(routes: readonly LoadBalancerRoute[]): Urls {
  return Object.fromEntries(routes.map(({ host }) => [host, pulumi.output(`https://${host}`)]));
}

function hostOf(label: string, domain: string): string {
  return label === "@" ? domain : `${label}.${domain}`;
}
