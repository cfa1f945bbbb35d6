import type { Environment, NodePoolSpec } from "../../../systems/spec";
import { Problems, show } from "../../errors";
import { bootDiskTypeFor, isArm, machineTypeFor, shapeOfAwsClass, unavailableReason } from "../../gcp/machineTypes";
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
  /** Decides the most nodes of a pool: nodeLimits.ts. */
  readonly environment: Environment;
}

/** The system pool and one per pool of the spec. */
export function planNodePools({ pools, region, zones, environment }: NodePoolsArgs): readonly NodePoolPlan[] {
  const problems = new Problems();
  const given = pools[SYSTEM_POOL];
  // Load balancers know pods by zone, and GKE keeps a list of them only for zones that have a node.
  const system: NodePoolSpec = { ...SYSTEM, ...given, min: Math.max(given?.min ?? SYSTEM.min, zones) };
  const plans = Object.entries({ ...pools, [SYSTEM_POOL]: system }).flatMap(([name, pool]) =>
    planPool(name, heldPool(pool, environment), region, problems),
  );
  problems.throwIfAny();
  return plans;
}

/** Most nodes at a time: every pool full, and one more each while it is upgraded. */
export function mostNodes(pools: NodePoolsArgs["pools"]): number {
  const all = Object.values({ [SYSTEM_POOL]: SYSTEM, ...pools });
  return all.reduce((sum, pool) => sum + pool.max + 1, 0);
}

function planPool(name: string, pool: NodePoolSpec, region: string, problems: Problems): readonly NodePoolPlan[] {
  const path = `nodePools.${name}`;
  const machineType = pool.classes.gcp ?? machineTypeFor(sizeOf(pool));
  if (machineType === undefined) {
    problems.add({
      path,
      found: `${pool.cpu} CPU, ${pool.memory}`,
      allowed: "at most 128 CPU and 768Gi on a machine type we know",
      fix: `set ${path}.classes.gcp to the machine type`,
    });
    return [];
  }
  const unavailable = unavailableReason(machineType, region);
  if (unavailable !== undefined) {
    problems.add({
      path: pool.classes.gcp === undefined ? `${path}.architecture` : `${path}.classes.gcp`,
      found: show(machineType),
      allowed: unavailable,
      fix: "choose another machine type, or another region",
    });
    return [];
  }
  const arm = isArm(machineType);
  if (arm !== (pool.architecture === "arm64")) {
    problems.add({
      path: `${path}.classes.gcp`,
      found: show(machineType),
      allowed: `a machine type of architecture ${pool.architecture}`,
      fix: `set ${path}.architecture to ${arm ? "arm64" : "amd64"}, or choose another type`,
    });
    return [];
  }
  return [
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

/** A class of AWS says more than the neutral size beside it, which is no more than its floor. */
function sizeOf(pool: NodePoolSpec) {
  const shape = pool.classes.aws === undefined ? undefined : shapeOfAwsClass(pool.classes.aws);
  return shape
    ? { cpu: String(shape.cpu), memory: `${shape.memoryGiB}Gi`, architecture: pool.architecture }
    : { cpu: pool.cpu, memory: pool.memory, architecture: pool.architecture };
}
