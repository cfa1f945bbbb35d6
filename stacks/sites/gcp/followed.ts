import { founderOf, leadOf, owns } from "../../parts";
import type { SiteRequest } from "../site";
import { remoteDatabases, toldFounder } from "./handover";
import { type Lead, sharedParts } from "./shared";

/**
 * The founder a placement joins: one opened before it, or one that another stack deploys, or this one later. Undefined:
 * the placement itself. What it follows of other stacks is among the shared parts from then on.
 */
export function followed({ placementSettings, settings }: SiteRequest): Lead | undefined {
  const shared = sharedParts(settings);
  const founder = founderOf(settings);
  const primary = leadOf(settings, "gcp");
  if (primary && primary.name !== placementSettings.name && !owns(settings, primary.name)) {
    for (const [store, database] of remoteDatabases(settings, primary)) {
      shared.databases.set(store, database);
    }
  }
  if (founder === undefined || founder.name === placementSettings.name) {
    return undefined;
  }
  if (shared.lead) {
    return shared.lead;
  }
  const { lead, buckets } = toldFounder(settings, founder);
  for (const [store, bucket] of buckets) {
    shared.buckets.set(store, bucket);
  }
  return lead;
}
