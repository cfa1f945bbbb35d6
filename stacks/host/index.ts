import type { Cloud } from "../../components/context";
import { InputError, show } from "../../components/errors";
import type { HostDescription } from "../../components/host/contract";
import type { MachineType } from "../../components/host/sizing";
import type { SiteRequest } from "../sites/site";

/** What a cloud offers a model of one machine. */
export interface HostSite {
  /** Machines a host is chosen from, in the order of preference. */
  readonly machines: readonly MachineType[];
  /** Problems of the settings that only this cloud knows. */
  check(request: SiteRequest): void;
  /** Makes the machine and everything around it. */
  deploy(request: SiteRequest, description: HostDescription): void;
}

/** Clouds that run a system on one machine. Each cloud's SDK is loaded only for a stack that uses it. */
const HOSTS: Readonly<Partial<Record<Cloud, () => HostSite>>> = {
  aws: () => (require("./aws") as typeof import("./aws")).awsHost,
  gcp: () => (require("./gcp") as typeof import("./gcp")).gcpHost,
};

/** The host of a placement's cloud. Throws an InputError where there is none. */
export function openHost({
  system,
  settings,
  placementSettings,
}: Omit<SiteRequest, "placement" | "context">): HostSite {
  const open = HOSTS[placementSettings.cloud];
  if (!open) {
    const clouds = [...Object.keys(HOSTS), "kubernetes"].join(" or ");
    throw new InputError([
      {
        path: `groundplan:placements[${settings.placements.indexOf(placementSettings)}].cloud`,
        found: show(placementSettings.cloud),
        allowed: `${clouds} for the model ${system.model}`,
        fix: `set the cloud to ${clouds}`,
      },
    ]);
  }
  return open();
}
