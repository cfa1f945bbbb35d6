import { type Deployed, deploy } from "./deployment";
import { deployEdge } from "./edge";
import { ownPlacements } from "./parts";
import type { ProgramSettings } from "./settings";

/** Deploys the system to the placements this stack owns, the primary one first: whole each, so that any can carry on alone. */
export async function global(settings: ProgramSettings): Promise<Readonly<Record<string, Deployed>>> {
  const deployed: Record<string, Deployed> = {};
  for (const placement of ownPlacements(settings)) {
    deployed[placement.name] = await deploy(settings, placement);
  }
  deployEdge(settings);
  return deployed;
}
