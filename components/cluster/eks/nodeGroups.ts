import type { Environment, NodePoolSpec } from "../../../systems/spec";
import { InputError } from "../../errors";
import { cpuMillicores, gibibytes } from "../../quantities";
import { POOL_LABEL } from "../contract";
import { heldClass, heldPool } from "../nodeLimits";
import { clusterProblems } from "./constraints";
import { cpuOf, instanceTypesFor } from "./instanceTypes";

/** One managed node group, worked out from a pool of the spec. */
export interface NodeGroupPlan {
  readonly name: string;
  readonly instanceTypes: readonly string[];
  readonly amiType: "AL2023_x86_64_STANDARD" | "AL2023_ARM_64_STANDARD";
  readonly capacityType: "ON_DEMAND" | "SPOT";
  readonly min: number;
  readonly max: number;
  /** vCPU of a node. */
  readonly cpu: number;
  readonly diskSizeGiB: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly tainted: boolean;
  /** Type the spec comes to, where the environment does not pay for it. */
  readonly insteadOf?: string;
}

export const SYSTEM_POOL = "system";

/** Where add-ons run, and every pod that names no pool: on demand, so that a spot shortage never takes DNS with it. */
const SYSTEM: NodePoolSpec = {
  cpu: "2",
  memory: "8Gi",
  architecture: "amd64",
  min: 2,
  max: 6,
  spot: false,
  diskSize: "50Gi",
  labels: {},
  tainted: false,
  classes: {},
};

export interface NodeGroupOptions {
  readonly multiZone: boolean;
  readonly environment: Environment;
  /** Architecture of every pool instead of its own. @default the pools' own */
  readonly architecture?: NodePoolSpec["architecture"];
}

/** The system pool and one group per pool of the spec. */
export function planNodeGroups(
  pools: Readonly<Record<string, NodePoolSpec>>,
  { multiZone, environment, architecture }: NodeGroupOptions,
): readonly NodeGroupPlan[] {
  const system: NodePoolSpec = {
    ...SYSTEM,
    ...pools[SYSTEM_POOL],
    min: pools[SYSTEM_POOL]?.min ?? (multiZone ? 3 : SYSTEM.min),
  };
  const wanted = Object.fromEntries(
    Object.entries({ ...pools, [SYSTEM_POOL]: system }).map(([name, pool]): [string, NodePoolSpec] => [
      name,
      architecture ? { ...pool, architecture } : pool,
    ]),
  );
  const problems = clusterProblems({ nodePools: wanted });
  if (problems.length > 0) {
    throw new InputError(problems);
  }
  return Object.entries(wanted).map(([name, pool]) => planGroup(name, heldPool(pool, environment), environment));
}

function planGroup(name: string, pool: NodePoolSpec, environment: Environment): NodeGroupPlan {
  const { aws: type } = pool.classes;
  const own = instanceTypesFor({ ...pool, ...(type === undefined ? {} : { type }) }) ?? [];
  const asked = [...own, ...(pool.alternatives?.aws ?? [])];
  const instanceTypes = [...new Set(asked.map((each) => heldClass(each, environment)))];
  return {
    name,
    instanceTypes,
    amiType: pool.architecture === "arm64" ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD",
    capacityType: pool.spot ? "SPOT" : "ON_DEMAND",
    min: pool.min,
    max: pool.max,
    cpu: cpuOf(instanceTypes[0]) ?? cpuMillicores(pool.cpu) / 1000,
    // The image itself needs 20 GiB.
    diskSizeGiB: Math.max(20, gibibytes(pool.diskSize)),
    labels: { ...pool.labels, [POOL_LABEL]: name },
    tainted: pool.tainted,
    ...(asked[0] === undefined || asked[0] === instanceTypes[0] ? {} : { insteadOf: asked[0] }),
  };
}
