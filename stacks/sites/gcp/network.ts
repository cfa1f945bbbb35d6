import type { NetworkArgs } from "../../../components/networking/gcp";
import { runsAsService } from "../inCluster";
import type { SiteRequest } from "../site";

/** Services of what a cluster of ours runs besides the system: DNS, metrics, monitoring, operators. */
const OWN_SERVICES = 40;

/** What a placement's network must hold, managed stores of every placement that joins it among them. */
export function networkContents({
  context,
  system,
  settings,
  placementSettings,
}: SiteRequest): NetworkArgs["contents"] {
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
