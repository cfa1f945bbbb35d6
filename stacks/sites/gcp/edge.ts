import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../../components/context";
import { type Answer, Dns, type DnsArgs } from "../../../components/edge/dns/gcp";
import type { LoadBalancerRoute } from "../../../components/edge/loadBalancer/contract";
import { LoadBalancer } from "../../../components/edge/loadBalancer/gcp";
import { nearestGcpRegion } from "../../../components/gcp/edge/nearestAwsRegion";
import type { ResolvedSystem } from "../../../systems/resolve";
import { contextOf, systemIn } from "../../context";
import { edgePlacement } from "../../edgePlacement";
import { healthPaths, hostOf, planExposures } from "../../exposures";
import { googleZoneOf, isMixed } from "../../mixed";
import { founderOf } from "../../parts";
import type { PlacementSettings, ProgramSettings } from "../../settings";
import { EDGE } from "../../settings/placements";
import type { Exposure } from "../site";
import { remoteEndpoints } from "./handover";
import { makeCloudProvider } from "./providers";
import { sharedParts } from "./shared";
import { makeEdgeMonitoring } from "./watch";

type Urls = Readonly<Record<string, pulumi.Output<string>>>;

/** One load balancer before the pods of all placements: with the sole one, or apart from those it chooses between. */
export function makeGcpEdge(settings: ProgramSettings, other?: OtherCloud): LoadBalancer | undefined {
  const first = founderOf(settings);
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
  // Nothing of the edge stands in the network, which waits for the project's APIs itself.
  const enabled = { ...options, dependsOn: [...(shared.lead?.network.services.values() ?? [])] };
  const zoneName = isMixed(settings) ? googleZoneOf(settings) : first.existing?.zone;
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
      endpoints: [first, ...settings.placements.filter((placement) => placement !== first)]
        .filter(({ cloud }) => cloud === "gcp")
        .map((placement) => shared.endpoints.get(placement.name) ?? remoteEndpoints(settings, placement, routes)),
      ...(zoneName === undefined ? {} : { zoneName }),
      zoneOf: first.name,
      recordsElsewhere:
        isMixed(settings) &&
        settings.placements.some(({ cloud, existing }) => cloud !== "kubernetes" && existing?.zone !== undefined),
    },
    enabled,
  );
  if (other && zoneName !== undefined) {
    new Dns(
      `${EDGE}-records`,
      {
        context,
        zoneName,
        hosts: balancer.validations.map(({ host }) => host),
        answers: answersOf(settings, balancer.address, other),
        healthPaths: healthPaths(exposures, domain),
        ...(other.validations ? { validations: other.validations } : {}),
      },
      enabled,
    );
  }
  makeEdgeMonitoring(
    `${name}-monitoring`,
    { context, settings, system },
    { balancer: balancer.urlMapName, exposures, domain },
    enabled,
  );
  return balancer;
}

/** Where another cloud answers the same names. */
interface OtherCloud {
  readonly region: string;
  readonly addresses: readonly pulumi.Output<string>[];
  readonly validations: DnsArgs["validations"];
}

/** By location, what answers there: Google's one address does from its nearest region, and stands for each of them. */
function answersOf(settings: ProgramSettings, address: pulumi.Output<string>, other: OtherCloud): readonly Answer[] {
  const here = settings.placements.flatMap(({ cloud, region }) => (cloud === "gcp" ? [region] : []));
  const there = nearestGcpRegion(other.region);
  return [...new Set([...here, there])].map((location) => ({
    location,
    addresses: [...(here.includes(location) ? [address] : []), ...(location === there ? other.addresses : [])],
  }));
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
