import type { NodePoolSpec } from "../../../systems/spec";
import { type Problem, show } from "../../errors";
import { isArm } from "./instanceTypes";

interface Pools {
  readonly nodePools: Readonly<Record<string, NodePoolSpec>>;
  /** What a setting asks of every pool, whatever the pools say. @default each pool's own */
  readonly architecture?: "amd64" | "arm64";
}

interface Misfit {
  readonly pool: string;
  readonly field: "classes" | "alternatives";
  readonly type: string;
  readonly wanted: string;
}

/** Types that run images of another architecture: of the setting where it asks for one, else of the pool that names them. */
export function architectureProblems({ nodePools, architecture }: Pools): readonly Problem[] {
  const misfits = Object.entries(nodePools).flatMap(([pool, spec]) => misfitsOf(pool, spec, architecture));
  if (architecture === undefined) {
    return misfits.map(({ pool, field, type, wanted }) => ({
      path: `nodePools.${pool}.${field}.aws`,
      found: show(type),
      allowed: `an instance type of architecture ${wanted}`,
      fix: `set nodePools.${pool}.architecture to ${archOf(type)}, or choose another type`,
    }));
  }
  const types = misfits.map(({ pool, field }) => `groundplan:overrides.nodePools.${pool}.${field}.aws`);
  return misfits.length === 0
    ? []
    : [
        {
          path: "groundplan:compute.architecture",
          found: show(architecture),
          allowed: `the architecture of the types that pools name: ${misfits.map(({ pool, type }) => `${type} of ${pool} is ${archOf(type)}`).join(", ")}`,
          fix: `remove it, or set ${types.join(", ")} to ${types.length > 1 ? "types" : "a type"} of that architecture`,
        },
      ];
}

/** The first wrong type of a pool: its own, or else an alternative. */
function misfitsOf(pool: string, spec: NodePoolSpec, architecture: Pools["architecture"]): readonly Misfit[] {
  const wanted = architecture ?? spec.architecture;
  const own = spec.classes.aws;
  const type = [own, ...(spec.alternatives?.aws ?? [])].find(
    (each) => each !== undefined && isArm(each) !== (wanted === "arm64"),
  );
  return type === undefined ? [] : [{ pool, field: type === own ? "classes" : "alternatives", type, wanted }];
}

function archOf(type: string): string {
  return isArm(type) ? "arm64" : "amd64";
}
