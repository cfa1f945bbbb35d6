import { type Deployed, deploy } from "./deployment";
import type { ProgramSettings } from "./settings";

/** Deploys the system to every placement, the primary one first: whole each, so that any can carry on alone. */
export async function global(settings: ProgramSettings): Promise<Readonly<Record<string, Deployed>>> {
  const deployed: Record<string, Deployed> = {};
  for (const placement of settings.placements) {
    deployed[placement.name] = await deploy(settings, placement);
  }
  return deployed;
}
