import { join } from "node:path";
import { InputError } from "../../components/errors";
import { builtInSystem, systemNames } from "../../systems";
import type { Environment, Model } from "../../systems/spec";
import type { KubernetesObject } from "./objects";

/** A way to deploy a system. */
export interface Cell {
  readonly system: string;
  readonly model: Model;
  readonly cloud: string;
  readonly environment: Environment;
}

const MODELS: readonly Model[] = ["standalone", "single-server", "distributed", "global"];
const CLOUDS = ["kubernetes", "aws", "gcp"] as const;
const PROJECT = join(__dirname, "..", "..");
const DIGEST = `sha256:${"a".repeat(64)}`;

/** Every way to deploy the built-in systems in one environment. */
export function cellsOf(environment: Environment): readonly Cell[] {
  return systemNames.flatMap((system) =>
    MODELS.flatMap((model) => CLOUDS.map((cloud) => ({ system, model, cloud, environment }))),
  );
}

export function titleOf({ system, model, cloud, environment }: Cell): string {
  return `${system}, ${model} on ${cloud}, ${environment}`;
}

/** What a cell runs on one cluster. */
export interface PlannedCluster {
  readonly placement: string;
  readonly objects: readonly KubernetesObject[];
  /** Secrets the plan itself says somebody has to make by hand. */
  readonly awaitedSecrets: readonly string[];
}

/** The clusters of a cell; what is in the way where a cloud does not run the system in that model. */
export async function planClusters(cell: Cell): Promise<readonly PlannedCluster[] | { readonly unavailable: string }> {
  // Loaded on demand: suites that are skipped must not pay for the cloud SDKs.
  const { planStack } = require("../../automation/plan") as typeof import("../../automation/plan");
  const { manifestsOf } = require("./manifests") as typeof import("./manifests");
  const services = Object.keys((await builtInSystem(cell.system))?.services ?? {});
  try {
    const plan = await planStack({
      directory: PROJECT,
      stack: "dev",
      selection: {
        ...cell,
        // Production takes images by digest only, and these have none until somebody builds them.
        set: services.map((name) => ({ path: `images.services.${name}`, value: `registry.example/${name}@${DIGEST}` })),
      },
      mode: "simulate",
      packs: [],
    });
    const awaitedSecrets = plan.degraded.flatMap(({ feature }) => /^secret (\S+)$/.exec(feature)?.slice(1) ?? []);
    return [...manifestsOf(plan)].map(([placement, objects]) => ({ placement, objects, awaitedSecrets }));
  } catch (error) {
    // Every system runs on any cluster in every model; what a cloud lacks is for its own tests to tell.
    if (InputError.is(error) && cell.cloud !== "kubernetes") {
      const [problem] = error.problems;
      return { unavailable: `${problem?.path} is ${problem?.found}, not ${problem?.allowed}` };
    }
    throw error;
  }
}
