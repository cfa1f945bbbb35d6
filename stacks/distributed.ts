import { type DeployedSystem, deploy } from "./deployment";
import { deployEdge } from "./edge";
import { solePlacement } from "./selection";
import type { ProgramSettings } from "./settings";

/** Deploys replicas over several nodes and zones, stores that fail over, autoscaling. */
export async function distributed(settings: ProgramSettings): Promise<DeployedSystem> {
  const placement = solePlacement(settings);
  const deployed = await deploy(settings, placement);
  // The edge of a sole placement is its own.
  return { placements: { [placement.name]: { ...deployed, ...deployEdge(settings) } } };
}
