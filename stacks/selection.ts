import { InputError, show } from "../components/errors";
import type { PlacementSettings, ProgramSettings } from "./settings";

const LAYERS = ["infrastructure", "platform", "workloads"] as const;

/** Refuses what a stack cannot own by itself: the layers of a placement are joined within one program run only. */
export function checkSelection(settings: Pick<ProgramSettings, "layers">): void {
  if (LAYERS.some((layer) => !settings.layers.includes(layer))) {
    throw new InputError([
      {
        path: "groundplan:layers",
        found: show(settings.layers),
        allowed: `all layers in one stack: ${LAYERS.join(", ")}`,
        fix: "remove the setting; groundplan:parts splits a system over stacks by placement",
      },
    ]);
  }
}

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
