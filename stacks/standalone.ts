import { type Deployed, deploy } from "./deployment";
import { solePlacement } from "./selection";
import type { ProgramSettings } from "./settings";

/** Deploys  a single replica of everything, in one namespace. */
export async function standalone(settings: ProgramSettings): Promise<Readonly<Record<string, Deployed>>> {
  const placement = solePlacement(settings);
  return { [placement.name]: await deploy(settings, placement) };
}
