import type { Environment, NodePoolSpec } from "../../../systems/spec";
import { type Problem, Problems, show } from "../../errors";
import { gibibytes } from "../../quantities";
import { POOL_LABEL } from "../contract";
import { heldClass, heldPool } from "../nodeLimits";
import { instanceTypesFor, isArm } from "./instanceTypes";

/** One managed node group, worked out from a pool of the spec. */
export interface NodeGroupPlan {
  readonly name: string;
  readonly instanceTypes: readonly string[];
  readonly amiType: "AL2023_x86_64_STANDARD" | "AL2023_ARM_64_STANDARD";
  readonly capacityType: "ON_DEMAND" | "SPOT";
  readonly min: number;
  readonly max: number;
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
  const problems = new Problems();
  const system: NodePoolSpec = {
    ...SYSTEM,
    ...pools[SYSTEM_POOL],
    min: pools[SYSTEM_POOL]?.min ?? (multiZone ? 3 : SYSTEM.min),
  };
  const groups = Object.entries({ ...pools, [SYSTEM_POOL]: system }).flatMap(([name, pool]) =>
    planGroup(name, heldPool(architecture ? { ...pool, architecture } : pool, environment), environment, problems),
  );
  problems.throwIfAny();
  return groups;
}

function planGroup(
  name: string,
  pool: NodePoolSpec,
  environment: Environment,
  problems: Problems,
): readonly NodeGroupPlan[] {
  const path = `nodePools.${name}`;
  const { aws: type } = pool.classes;
  const own = instanceTypesFor({ ...pool, ...(type === undefined ? {} : { type }) });
  const asked = own && [...own, ...(pool.alternatives?.aws ?? [])];
  const instanceTypes = asked && [...new Set(asked.map((each) => heldClass(each, environment)))];
  if (!asked || !instanceTypes) {
    problems.add(tooLarge(path, pool));
    return [];
  }
  const arm = pool.architecture === "arm64";
  const stranger = instanceTypes.find((each) => isArm(each) !== arm);
  if (stranger !== undefined) {
    problems.add({
      path: stranger === type ? `${path}.classes.aws` : `${path}.alternatives.aws`,
      found: show(stranger),
      allowed: `an instance type of architecture ${pool.architecture}`,
      fix: `set nodePools.${name}.architecture to ${arm ? "amd64" : "arm64"}, or choose another type`,
    });
    return [];
  }
  return [
    {
      name,
      instanceTypes,
      amiType: arm ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD",
      capacityType: pool.spot ? "SPOT" : "ON_DEMAND",
      min: pool.min,
      max: pool.max,
      // The image itself needs 20 GiB.
      diskSizeGiB: Math.max(20, gibibytes(pool.diskSize)),
      labels: { ...pool.labels, [POOL_LABEL]: name },
      tainted: pool.tainted,
      ...(asked[0] === undefined || asked[0] === instanceTypes[0] ? {} : { insteadOf: asked[0] }),
    },
  ];
}

function tooLarge(path: string, pool: NodePoolSpec): Problem {
  return {
    path,
    found: `${pool.cpu} CPU, ${pool.memory}`,
    allowed: "at most 64 CPU and 512Gi on an instance type we know",
    fix: `set ${path}.classes.aws to the instance type`,
  };
}
