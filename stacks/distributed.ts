import { type Deployed, deploy } from "./deployment";
import { deployEdge } from "./edge";
import { solePlacement } from "./selection";
import type { ProgramSettings } from "./settings";

/** Deploys replicas over several nodes and zones, stores that fail over, autoscaling. */
export async function distributed(settings: ProgramSettings): Promise<Readonly<Record<string, Deployed>>> {
  const placement = solePlacement(settings);
  const deployed = await deploy(settings, placement);
  deployEdge(settings);
  return { [placement.name]: deployed };
}
