import type { Cloud } from "../../components/context";
import { InputError, show } from "../../components/errors";
import type { Model } from "../../systems/spec";
import type { Site, SiteRequest } from "./site";

type OpenSite = (request: SiteRequest) => Site | Promise<Site>;

/** What runs where. Each cloud's SDK is loaded only for a stack that uses it. */
const SITES: Readonly<Record<Model, Readonly<Partial<Record<Cloud, () => Promise<OpenSite>>>>>> = {
  standalone: { kubernetes: kubernetesSite },
  "single-server": { kubernetes: kubernetesSite },
  distributed: { kubernetes: kubernetesSite, aws: awsSite, gcp: gcpSite },
  global: { kubernetes: kubernetesSite, aws: awsSite, gcp: gcpSite },
};

/** Opens the site of a placement: what its cloud offers to the model. Throws an InputError where there is none. */
export async function openSite(cloud: Cloud, request: SiteRequest): Promise<Site> {
  const { model } = request.system;
  const load = SITES[model][cloud];
  if (!load) {
    const { settings, placementSettings } = request;
    const index = settings.placements.indexOf(placementSettings);
    const clouds = Object.keys(SITES[model]);
    const models = Object.entries(SITES).flatMap(([name, sites]) => (sites[cloud] ? [name] : []));
    throw new InputError([
      {
        path: `groundplan:placements[${index}].cloud`,
        found: show(cloud),
        allowed: `${clouds.join(" or ")} for the model ${model}`,
        fix:
          models.length > 0
            ? `set the cloud to ${clouds.join(" or ")}, or groundplan:model to ${models.join(" or ")}`
            : `set the cloud to ${clouds.join(" or ")}`,
      },
    ]);
  }
  const open = await load();
  return open(request);
}

async function kubernetesSite(): Promise<OpenSite> {
  return (require("./kubernetes") as typeof import("./kubernetes")).openKubernetesSite;
}

async function awsSite(): Promise<OpenSite> {
  return (require("./aws") as typeof import("./aws")).openAwsSite;
}

async function gcpSite(): Promise<OpenSite> {
  return (require("./gcp") as typeof import("./gcp")).openGcpSite;
}
