import { InputError, show } from "../components/errors";
import type { PlacementSettings, ProgramSettings } from "./settings";

/** The placement of a model that has one. */
export function solePlacement(settings: Pick<ProgramSettings, "placements" | "model">): PlacementSettings {
  const [placement, ...others] = settings.placements;
  if (!placement || others.length > 0) {
    throw new InputError([
      {
        path: "groundplan:placements",
        found: show(settings.placements.map(({ name }) => name)),
        allowed: `one placement for the model ${settings.model}`,
        fix: "set groundplan:model to global, or make a stack per placement",
      },
    ]);
  }
  return placement;
}
