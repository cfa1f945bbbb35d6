import type * as pulumi from "@pulumi/pulumi";
import { checkZone } from "../../../components/edge/dns/zone";
import type { PlacementSettings, ProgramSettings } from "../../settings";
import { sharedParts } from "./shared";

/**
 * Compares a zone that settings name by its id alone with the domain, once in a run; one they tell the name of was
 * compared before.
 */
export function compareZone(
  settings: ProgramSettings,
  { name: placement, existing }: PlacementSettings,
  provider: pulumi.ProviderResource,
): void {
  const { zone: zoneId, zoneName } = existing ?? {};
  const { domain } = settings;
  const { zonesCompared } = sharedParts(settings);
  if (zoneId === undefined || zoneName !== undefined || domain === undefined || zonesCompared.has(zoneId)) {
    return;
  }
  zonesCompared.add(zoneId);
  checkZone({ zoneId, domain, placement, provider });
}
