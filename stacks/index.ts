import type { Model } from "../systems/spec";
import type { DeployedSystem } from "./deployment";
import { handoversOf } from "./handover";
import { layersOf } from "./layers";
import type { ProgramSettings } from "./settings";

type DeployModel = (settings: ProgramSettings) => Promise<DeployedSystem>;

const MODELS: Readonly<Record<Model, () => Promise<DeployModel>>> = {
  standalone: async () => (require("./standalone") as typeof import("./standalone")).standalone,
  "single-server": async () => (require("./singleServer") as typeof import("./singleServer")).singleServer,
  distributed: async () => (require("./distributed") as typeof import("./distributed")).distributed,
  global: async () => (require("./global") as typeof import("./global")).global,
};

/** What a stack gives back; secret is only what it tells the stacks of other parts, and encrypted. */
export interface StackOutputs extends DeployedSystem {
  readonly system: string;
  readonly environment: string;
  readonly model: Model;
}

/** Deploys the system of the settings in its model. */
export async function deployStack(settings: ProgramSettings): Promise<StackOutputs> {
  if (settings.placements.some(({ cloud }) => cloud === "kubernetes")) {
    (require("./sites/kubernetesChecks") as typeof import("./sites/kubernetesChecks")).checkClusters(settings);
  }
  const deployModel = await MODELS[settings.model]();
  const deployed = await deployModel(settings);
  const { system, environment, model } = settings;
  return {
    system: system.name,
    environment,
    model,
    ...deployed,
    ...handoversOf(settings).outputs(),
    ...layersOf(settings)?.outputs(),
  };
}
