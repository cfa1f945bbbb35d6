import type { AwsNetwork } from "../../../components/networking/existing";
import { leadOf } from "../../parts";
import type { SiteRequest } from "../site";
import { remoteLead } from "./handover";
import { type Lead, sharedParts } from "./shared";

/** The placement the others follow: the one asked for, one of this stack opened before it, or one of another stack. */
export function leadFor({ context, placementSettings, settings }: SiteRequest, network: AwsNetwork): Lead {
  const shared = sharedParts(settings);
  const first = leadOf(settings, "aws");
  if (shared.lead === undefined && first !== undefined && first.name !== placementSettings.name) {
    const { lead, databases } = remoteLead(settings, first);
    shared.lead = lead;
    for (const [store, database] of databases) {
      shared.databases.set(store, database);
    }
  }
  shared.lead ??= { context, placementSettings, network };
  return shared.lead;
}
