import { type Context, redundancyOf } from "../components/context";
import { type ResolvedSystem, resolveSystem } from "../systems/resolve";
import { layersOf } from "./layers";
import { resilient } from "./resilience";
import type { PlacementSettings, Settings } from "./settings";

/** The system as a placement has it. */
export function systemIn(settings: Settings, placement: PlacementSettings): ResolvedSystem {
  const { system, model, environment, overrides } = settings;
  return resilient(resolveSystem(system, { model, environment, placement: placement.name, overrides }));
}

/** What every component of a placement is told. */
export function contextOf(settings: Settings, placement: PlacementSettings, system: ResolvedSystem): Context {
  const { environment, model, retention } = settings;
  const redundancy = redundancyOf(environment, { ephemeral: settings.ephemeral });
  const layers = layersOf(settings);
  return {
    system: system.name,
    environment,
    model,
    placement: placement.name,
    cloud: placement.cloud,
    region: placement.region,
    role: placement.role,
    tags: { system: system.name, environment, model, "managed-by": "groundplan", ...settings.tags },
    redundancy: {
      ...redundancy,
      protect: settings.protect,
      logRetentionDays: retention.logsDays ?? redundancy.logRetentionDays,
    },
    ...(layers ? { layers } : {}),
  };
}
