import type { Problem } from "../../components/errors";
import { formatPath, type Path, parsePath, valueAt } from "../../components/validation";
import { lineIn } from "../../systems/load";
import { type Model, type SystemInput, systemSchema } from "../../systems/spec";

/** What a system was put together from. */
export interface Layers {
  readonly stack: string;
  readonly system: SystemInput;
  readonly model: Model;
  readonly overrides?: unknown;
}

const PARTS = Object.keys(systemSchema.shape);

/**
 * A problem of the system with the file it stands in: the stack's, where its overrides say what is wrong, else the
 * system's own, there in the overlay that says it. Any other problem stays as it is.
 */
export function withSource(problem: Problem, layers: Layers): Problem {
  const path = parsePath(problem.path);
  if (problem.source !== undefined || !PARTS.includes(String(path[0])) || problem.path.includes(":")) {
    return problem;
  }
  const { stack, system, model, overrides } = layers;
  if (touches(overrides, path)) {
    return { ...problem, path: `groundplan:overrides.${problem.path}`, source: `Pulumi.${stack}.yaml` };
  }
  const overlays: readonly Path[] = [
    ...Object.keys(system.placements ?? {}).map((placement) => ["placements", placement]),
    ["models", model],
  ];
  const overlay = overlays.find((layer) => touches(valueAt(system, layer), path)) ?? [];
  const source = lineIn(system, [...overlay, ...path]) ?? `built-in system ${system.name}`;
  return { ...problem, path: formatPath([...overlay, ...path]), source };
}

/** Whether a layer says what stands at a path, or something beside it in one part of a service or store. */
function touches(layer: unknown, path: Path): boolean {
  return valueAt(layer, path) !== undefined || (path.length > 3 && valueAt(layer, path.slice(0, -1)) !== undefined);
}
