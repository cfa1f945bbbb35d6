import { type Deployed, deploy } from "./deployment";
import { solePlacement } from "./selection";
import type { ProgramSettings } from "./settings";

/** Deploys  every service and store side by side, in one namespace. */
export async function singleServer(settings: ProgramSettings): Promise<Readonly<Record<string, Deployed>>> {
  const placement = solePlacement(settings);
  return { [placement.name]: await deploy(settings, placement) };
}
