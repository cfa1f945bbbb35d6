import type { Degraded } from "../components/component";
import { discardedOverrides } from "../systems/resolve";
import { targetOf } from "./context";
import type { PlacementSettings, Settings } from "./settings";

const REASONS = {
  standalone: "the model runs a single replica of everything, in one namespace",
  "single-server": "the model runs on one machine: counts are fixed, stores are single, and there is one namespace",
} as const;

/** What the stack's overrides ask for and its model takes back: whoever wrote it is not to wait for it. */
export function discarded(settings: Settings, placement: PlacementSettings): readonly Degraded[] {
  const { model, system } = settings;
  const paths = discardedOverrides(system, targetOf(settings, placement));
  return paths.length === 0 || model === "distributed" || model === "global"
    ? []
    : [
        {
          feature: `overrides without effect (${paths.map((path) => `groundplan:overrides.${path}`).join(", ")})`,
          reason: REASONS[model],
          remedy: "set groundplan:model to distributed, or remove them",
        },
      ];
}
