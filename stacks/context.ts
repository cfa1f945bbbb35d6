import { type Context, redundancyOf } from "../components/context";
import { systemName } from "../components/naming";
import { type ResolvedSystem, resolveSystem, type Target } from "../systems/resolve";
import { layersOf } from "./layers";
import { resilient } from "./resilience";
import type { PlacementSettings, Settings } from "./settings";

/** What a placement's system is resolved for. */
export function targetOf(
  settings: Pick<Settings, "model" | "environment" | "overrides" | "clusterInstance">,
  placement: PlacementSettings,
): Target {
  const { model, environment, overrides, clusterInstance } = settings;
  const foreignCluster = placement.cloud === "kubernetes" || placement.existing?.cluster !== undefined;
  return {
    model,
    environment,
    placement: placement.name,
    overrides,
    ...(foreignCluster && clusterInstance !== undefined ? { instance: clusterInstance } : {}),
  };
}

/** The system as a placement has it. */
export function systemIn(settings: Settings, placement: PlacementSettings): ResolvedSystem {
  return resilient(resolveSystem(settings.system, targetOf(settings, placement)));
}

/** What every component of a placement is told. */
export function contextOf(settings: Settings, placement: PlacementSettings, system: ResolvedSystem): Context {
  const { environment, model, retention } = settings;
  const redundancy = redundancyOf(environment, { ephemeral: settings.ephemeral });
  const layers = layersOf(settings);
  return {
    system: system.name,
    identity: systemName(settings.system.name, settings.instance),
    environment,
    model,
    placement: placement.name,
    cloud: placement.cloud,
    region: placement.region,
    role: placement.role,
    tags: {
      system: system.name,
      environment,
      model,
      "managed-by": "groundplan",
      ...(settings.instance === undefined ? {} : { instance: settings.instance }),
      ...settings.tags,
    },
    redundancy: {
      ...redundancy,
      protect: settings.protect,
      logRetentionDays: retention.logsDays ?? redundancy.logRetentionDays,
    },
    ...(placement.permissionsBoundary === undefined ? {} : { permissionsBoundary: placement.permissionsBoundary }),
    ...(layers ? { layers } : {}),
  };
}
