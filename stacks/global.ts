import { type Deployed, type DeployedSystem, deploy } from "./deployment";
import { deployEdge } from "./edge";
import { ownPlacements } from "./parts";
import type { ProgramSettings } from "./settings";

/** Deploys the system to the placements this stack owns, the primary one first: whole each, so that any can carry on alone. */
export async function global(settings: ProgramSettings): Promise<DeployedSystem> {
  const placements: Record<string, Deployed> = {};
  for (const placement of ownPlacements(settings)) {
    placements[placement.name] = await deploy(settings, placement);
  }
  const edge = deployEdge(settings);
  return { placements, ...(edge === undefined ? {} : { edge }) };
}
