import type { Environment, NodePoolSpec } from "../../../systems/spec";
import { Problems } from "../../errors";
import { problemsOf } from "../../gcp/constraints/constraint";
import { machineTypeOf, POOL_CONSTRAINTS } from "../../gcp/constraints/nodePools";
import { bootDiskTypeFor } from "../../gcp/machineTypes";
import { gibibytes } from "../../quantities";
import { POOL_LABEL } from "../contract";
import { heldPool } from "../nodeLimits";

/** One node pool, worked out from a pool of the spec. */
export interface NodePoolPlan {
  readonly name: string;
  readonly machineType: string;
  readonly diskType: string;
  readonly diskSizeGiB: number;
  readonly spot: boolean;
  readonly min: number;
  readonly max: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly tainted: boolean;
}

export const SYSTEM_POOL = "system";

/** Where add-ons run, and every pod that names no pool: on demand, so that a spot shortage never takes DNS with it. */
const SYSTEM: NodePoolSpec = {
  cpu: "4",
  memory: "16Gi",
  architecture: "amd64",
  min: 1,
  max: 6,
  spot: false,
  diskSize: "100Gi",
  labels: {},
  tainted: false,
  classes: {},
};

/** The image and what GKE itself runs need this much. */
const LEAST_DISK_GIB = 30;

export interface NodePoolsArgs {
  readonly pools: Readonly<Record<string, NodePoolSpec>>;
  readonly region: string;
  /** Zones the pools cover; the system pool has a node in each. */
  readonly zones: number;
  /** Architecture of all pools. @default each pool's own */
  readonly architecture?: NodePoolSpec["architecture"];
  /** Decides the most nodes of a pool: nodeLimits.ts. */
  readonly environment: Environment;
}

/** The system pool and one per pool of the spec. */
export function planNodePools(args: NodePoolsArgs): readonly NodePoolPlan[] {
  const { pools, zones } = args;
  const problems = new Problems();
  const given = pools[SYSTEM_POOL];
  // Load balancers know pods by zone, and GKE keeps a list of them only for zones that have a node.
  const system: NodePoolSpec = { ...SYSTEM, ...given, min: Math.max(given?.min ?? SYSTEM.min, zones) };
  const plans = Object.entries({ ...pools, [SYSTEM_POOL]: system }).flatMap(([name, pool]) =>
    planPool(
      name,
      heldPool(args.architecture ? { ...pool, architecture: args.architecture } : pool, args.environment),
      args,
      problems,
    ),
  );
  problems.throwIfAny();
  return plans;
}

/** Most nodes at a time: every pool full, and one more each while it is upgraded. */
export function mostNodes(pools: NodePoolsArgs["pools"]): number {
  const all = Object.values({ [SYSTEM_POOL]: SYSTEM, ...pools });
  return all.reduce((sum, pool) => sum + pool.max + 1, 0);
}

function planPool(name: string, pool: NodePoolSpec, args: NodePoolsArgs, problems: Problems): readonly NodePoolPlan[] {
  const machineType = machineTypeOf(pool);
  const { region } = args;
  const found = problemsOf(POOL_CONSTRAINTS, { pool, region }, `nodePools.${name}`);
  problems.addAll(found);
  return found.length > 0 || machineType === undefined
    ? []
    : [
        {
          name,
          machineType,
          diskType: bootDiskTypeFor(machineType),
          diskSizeGiB: Math.max(LEAST_DISK_GIB, gibibytes(pool.diskSize)),
          spot: pool.spot,
          min: pool.min,
          max: pool.max,
          labels: { ...pool.labels, [POOL_LABEL]: name },
          tainted: pool.tainted,
        },
      ];
}
