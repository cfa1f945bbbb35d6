import type * as pulumi from "@pulumi/pulumi";
import { Network, type NetworkArgs } from "../../../components/networking/gcp";
import { runsAsService } from "../inCluster";
import { childOf, type SiteRequest } from "../site";
import { type Lead, rangeOf, zonesOf } from "./shared";

/** Services of what a cluster of ours runs besides the system: DNS, metrics, monitoring, operators. */
const OWN_SERVICES = 40;

/** The network of a placement: its own, or its part of the one that the founder made. */
export function makeNetwork(
  request: SiteRequest,
  lead: Lead | undefined,
  options: pulumi.ComponentResourceOptions,
): Network {
  const { context, placementSettings, settings, system } = request;
  return new Network(
    childOf(request, "network"),
    {
      context,
      ...rangeOf(settings, placementSettings, system),
      ...(lead ? { join: lead.network } : {}),
      zones: zonesOf(context),
      contents: networkContents(request),
      redisCluster: Object.values(system.stores).some((store) => store.kind === "redis" && store.mode === "cluster"),
    },
    options,
  );
}

/** What a placement's network must hold, managed stores of every placement that joins it among them. */
function networkContents({ context, system, settings, placementSettings }: SiteRequest): NetworkArgs["contents"] {
  const stores = Object.entries(system.stores);
  const databases = stores.filter(
    ([name, { kind }]) => kind === "postgres" && placementSettings.existing?.databases[name] === undefined,
  ).length;
  const others = stores.filter(
    ([name, store]) =>
      store.kind === "redis" || store.kind === "file-share" || runsAsService({ context, settings }, name, store),
  ).length;
  const regions = settings.placements.filter(({ cloud }) => cloud === "gcp").length;
  return {
    // A Service for each service and store, and another for each route the load balancer reads.
    services: OWN_SERVICES + Object.keys(system.services).length + stores.length + system.routes.length,
    managed: (databases + others) * regions,
    databases: databases > 0,
  };
}
