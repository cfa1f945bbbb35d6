import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../../components/context";
import type { LoadBalancerRoute } from "../../../components/edge/loadBalancer/contract";
import { LoadBalancer } from "../../../components/edge/loadBalancer/gcp";
import type { ResolvedSystem } from "../../../systems/resolve";
import { contextOf, systemIn } from "../../context";
import { edgePlacement } from "../../edgePlacement";
import { hostOf, planExposures } from "../../exposures";
import { isMixed } from "../../mixed";
import { leadOf } from "../../parts";
import type { PlacementSettings, ProgramSettings } from "../../settings";
import { EDGE } from "../../settings/placements";
import type { Exposure } from "../site";
import { remoteEndpoints } from "./handover";
import { makeCloudProvider } from "./providers";
import { sharedParts } from "./shared";
import { makeEdgeMonitoring } from "./watch";

type Urls = Readonly<Record<string, pulumi.Output<string>>>;

/** One load balancer before the pods of all placements: with the sole one, or apart from those it chooses between. */
export function makeGcpEdge(settings: ProgramSettings): LoadBalancer | undefined {
  const first = leadOf(settings, "gcp");
  const { domain } = settings;
  if (!first || domain === undefined) {
    return undefined;
  }
  const system = systemIn(settings, first);
  const exposures = planExposures(system);
  const routes = exposures.map((planned) => routeOf({ ...planned, ready: [] }, domain));
  if (routes.length === 0) {
    return undefined;
  }
  const { context, name, options } = edgePlace(settings, first, system);
  const shared = sharedParts(settings);
  const zoneName = first.existing?.zone;
  const balancer = new LoadBalancer(
    name,
    {
      context,
      routes,
      redirects: (system.edge.redirects ?? []).map(({ host, to, permanent }) => ({
        host: hostOf(host, domain),
        to: hostOf(to, domain),
        permanent,
      })),
      edge: system.edge,
      endpoints: settings.placements
        .filter(({ cloud }) => cloud === "gcp")
        .map((placement) => shared.endpoints.get(placement.name) ?? remoteEndpoints(settings, placement, routes)),
      ...(zoneName === undefined ? {} : { zoneName }),
      recordsElsewhere:
        isMixed(settings) &&
        settings.placements.some(({ cloud, existing }) => cloud === "aws" && existing?.zone !== undefined),
    },
    {
      ...options,
      dependsOn: (["certificatemanager", "dns"] as const).flatMap(
        (service) => shared.lead?.network.services.get(service) ?? [],
      ),
    },
  );
  makeEdgeMonitoring(
    `${name}-monitoring`,
    { context, settings, system },
    { balancer: balancer.urlMapName, exposures, domain },
    options,
  );
  return balancer;
}

/** Where the load balancer is made: in a part of its own where several placements need it. */
function edgePlace(settings: ProgramSettings, first: PlacementSettings, system: ResolvedSystem) {
  const options = sharedParts(settings).lead?.options;
  const own = contextOf(settings, first, system);
  if (settings.placements.length === 1 && options) {
    return { context: own, name: `${first.name}-edge`, options };
  }
  const context: Context = { ...own, placement: EDGE };
  const parent = edgePlacement(settings, context);
  const cloud = makeCloudProvider({ context, settings, account: first.account, parent });
  return { context, name: `${EDGE}-load-balancer`, options: { parent, providers: [cloud] } };
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
