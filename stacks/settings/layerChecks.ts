import type { z } from "zod";
import { type Problem, show } from "../../components/errors";
import { problemsUnder } from "../../components/validation/checked";
import { placementsOf } from "./placements";
import type { settingsSchema } from "./schema";

type Written = z.output<typeof settingsSchema>;

const at = problemsUnder("groundplan:");

/** A split between layers where one ends before the next begins, and the stack below is named. */
export function checkLayers(settings: Written): readonly Problem[] {
  const { layers, layerStack, model } = settings;
  const has = (layer: Written["layers"][number]) => layers.includes(layer);
  const workloads = has("workloads");
  const below = has("infrastructure") && has("platform");
  const problems: Problem[] = [];
  if (workloads ? has("infrastructure") !== has("platform") : !below) {
    problems.push(
      at(
        ["layers"],
        layers,
        "all layers, [infrastructure, platform], or [workloads]: stores in a cluster need its operators, so that the two below go together",
        "keep infrastructure and platform in one stack",
      ),
    );
  }
  const machines = placementsOf(settings).some(({ cloud }) => cloud !== "kubernetes");
  if (workloads !== below && machines && (model === "standalone" || model === "single-server")) {
    problems.push(
      at(["layers"], layers, `all layers: ${model} runs everything on one machine`, "remove it, or set another model"),
    );
  }
  if (workloads && !below && layerStack === undefined) {
    problems.push(at(["layerStack"], undefined, "the stack that owns infrastructure and platform", "name it"));
  }
  if (below && layerStack !== undefined) {
    problems.push(
      at(
        ["layerStack"],
        layerStack,
        `nothing, in a stack that owns ${show(layers)}`,
        "remove it, or set groundplan:layers to [workloads]",
      ),
    );
  }
  return problems;
}
