import { InputError, type Problem, show } from "../components/errors";
import type { PlacementSettings, ProgramSettings } from "./settings";

const LAYERS = ["infrastructure", "platform", "workloads"] as const;

/** Refuses what a stack cannot own by itself: layers and parts are joined to the others of one program run only. */
export function checkSelection(settings: Pick<ProgramSettings, "layers" | "parts">): void {
  const problems: Problem[] = [];
  if (LAYERS.some((layer) => !settings.layers.includes(layer))) {
    problems.push({
      path: "groundplan:layers",
      found: show(settings.layers),
      allowed: `all layers in one stack: ${LAYERS.join(", ")}`,
      fix: "remove the setting",
    });
  }
  if (settings.parts !== undefined) {
    problems.push({
      path: "groundplan:parts",
      found: show(settings.parts),
      allowed: "every placement in one stack",
      fix: "remove the setting, and list only the placements this stack deploys",
    });
  }
  if (problems.length > 0) {
    throw new InputError(problems);
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
