import type { Context } from "../components/context";
import { Placement } from "../components/placement";
import { EDGE } from "./settings/placements";

/** One run reads its settings once, so they stand for it; nothing outlives them. */
const RUNS = new WeakMap<object, Placement>();

/** The part that answers for all placements: one, whichever clouds have something in it. */
export function edgePlacement(settings: object, context: Context): Placement {
  const placement = RUNS.get(settings) ?? new Placement(EDGE, { context, edges: [] });
  RUNS.set(settings, placement);
  return placement;
}
