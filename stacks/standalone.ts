import { type DeployedSystem, deploy } from "./deployment";
import { deployToHost } from "./hostDeployment";
import { solePlacement } from "./selection";
import type { ProgramSettings } from "./settings";

/** Deploys a single replica of everything: in one namespace of a cluster, or on one small machine of a cloud. */
export async function standalone(settings: ProgramSettings): Promise<DeployedSystem> {
  const placement = solePlacement(settings);
  const run = placement.cloud === "kubernetes" ? deploy : deployToHost;
  return { placements: { [placement.name]: await run(settings, placement) } };
}
