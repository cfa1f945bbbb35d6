import { isDeepStrictEqual } from "node:util";
import { InputError } from "../components/errors";
import { systemName } from "../components/naming";
import { formatPath, type Path, valueAt } from "../components/validation";
import { collectChecked } from "../components/validation/checked";
import { type Edge, edgesOf } from "./edges";
import { type Environment, type Model, type SystemInput, type SystemSpec, systemSchema } from "./spec";
import { applyOverlay } from "./spec/overlay";
import { checkSystem } from "./validate";

/** What a system is resolved for. */
export interface Target {
  readonly model: Model;
  readonly environment: Environment;
  /** Name of the placement; its overlay applies. */
  readonly placement: string;
  /** Changes from the stack's settings, laid over everything else. */
  readonly overrides?: unknown;
  /** What tells it from other stacks of the system in the same cluster. @default nothing */
  readonly instance?: string;
}

/** A system as it will be deployed to one placement: overlays applied, model's shape given, edges worked out. */
export interface ResolvedSystem extends SystemSpec {
  /** The name its parts go by; see {@link systemName}. What a person reads is its title. */
  readonly name: string;
  /** Namespaces by the names an instance gave them, as the description calls them. @default as they are */
  readonly describedNamespaces?: Readonly<Record<string, string>>;
  readonly model: Model;
  readonly environment: Environment;
  readonly placement: string;
  readonly edges: readonly Edge[];
}

/**
 * Lays the overlays over a system (model, then placement, then the stack's overrides), validates the result whole and
 * gives it the shape of its model. Throws an {@link InputError} with every problem found.
 */
export function resolveSystem(input: SystemInput, target: Target): ResolvedSystem {
  const collected = collectChecked(systemSchema, mergeLayers(input, target), { root: "" }, checkSystem);
  if (collected.value === undefined) {
    throw new InputError(collected.problems);
  }
  const named = inInstance(collected.value, target.instance);
  const shaped = shapeForModel(named, target.model);
  return {
    ...shaped,
    model: target.model,
    environment: target.environment,
    placement: target.placement,
    edges: edgesOf({ ...shaped, model: target.model }),
  };
}

type Named = SystemSpec & Pick<ResolvedSystem, "describedNamespaces">;

/** The name its parts go by, and namespaces no other instance in the cluster has. */
function inInstance(system: SystemSpec, instance: string | undefined): Named {
  const name = systemName(system.name, instance);
  if (instance === undefined) {
    return { ...system, name };
  }
  const described: Record<string, string> = { [name]: systemName(system.name) };
  const move = <T extends { namespace?: string | undefined }>(part: T): T => {
    if (part.namespace === undefined) {
      return part;
    }
    const namespace = systemName(part.namespace, instance);
    described[namespace] = part.namespace;
    return { ...part, namespace };
  };
  return {
    ...move(system),
    name,
    services: mapValues(system.services, move),
    stores: mapValues(system.stores, (store) => (store.kind === "bucket" ? store : move(store))),
    describedNamespaces: described,
  };
}

/** What a namespace is called in the description, whatever an instance made of it: what hangs on it is named so. */
export function describedNamespace(system: Pick<ResolvedSystem, "describedNamespaces">, namespace: string): string {
  return system.describedNamespaces?.[namespace] ?? namespace;
}

/** A system with the overlays of a target laid over it, not validated. */
export function mergeLayers(
  { models, placements, ...base }: SystemInput,
  target: Pick<Target, "model" | "overrides"> & Partial<Pick<Target, "placement">>,
): unknown {
  const placement = target.placement === undefined ? undefined : placements?.[target.placement];
  return [models?.[target.model], placement, target.overrides].reduce<unknown>(
    (system, layer) => applyOverlay(system, layer),
    base,
  );
}

/** Paths of a stack's overrides that the shape of its model takes back. The system has to be right with them. */
export function discardedOverrides(input: SystemInput, target: Target): readonly string[] {
  if (target.overrides === undefined) {
    return [];
  }
  const asked = systemSchema.parse(mergeLayers(input, target));
  const shaped = shapeForModel(asked, target.model);
  return leavesOf(target.overrides)
    .filter((path) => !isDeepStrictEqual(valueAt(asked, path), valueAt(shaped, path)))
    .map((path) => formatPath(path));
}

/** Paths of all that is no mapping. */
function leavesOf(value: unknown, path: Path = []): readonly Path[] {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
    : [path];
}

/** One machine's worth: a single replica of everything, in one namespace, with no autoscaling. */
function shapeForModel<S extends SystemSpec>(system: S, model: Model): S {
  switch (model) {
    case "standalone":
      return singleNamespace({
        ...system,
        services: mapValues(system.services, (service) =>
          "scaling" in service ? { ...service, scaling: fixed(service.scaling, 1) } : service,
        ),
        stores: mapValues(system.stores, singleInstance),
      });
    case "single-server":
      return singleNamespace({
        ...system,
        services: mapValues(system.services, (service) =>
          "scaling" in service
            ? { ...service, scaling: fixed(service.scaling, service.scaling.replicas ?? 1) }
            : service,
        ),
        stores: mapValues(system.stores, singleInstance),
      });
    case "distributed":
    case "global":
      return system;
    default:
      return model satisfies never;
  }
}

function fixed<T extends object>(scaling: T, replicas: number) {
  return {
    ...scaling,
    replicas,
    min: undefined,
    max: undefined,
    start: undefined,
    queue: undefined,
    metrics: [],
    cpuPercent: undefined,
    memoryPercent: undefined,
  };
}

function singleInstance(store: SystemSpec["stores"][string]): SystemSpec["stores"][string] {
  switch (store.kind) {
    case "postgres":
      return { ...store, instances: 1, readReplicas: 0 };
    case "redis":
      return { ...store, mode: "single", shards: 1, replicas: 0 };
    case "vector":
      return { ...store, instances: 1, replicationFactor: 1 };
    case "memcached":
    case "search":
      return { ...store, instances: 1 };
    case "bucket":
    case "file-share":
      return store;
    default:
      return store satisfies never;
  }
}

/** Everything in the system's namespace, but for what pod security forbids there: that keeps its own. */
function singleNamespace<S extends SystemSpec>(system: S): S {
  const shared = system.namespace ?? system.name;
  const privileged = new Set(
    Object.values(system.services)
      .filter((service) => service.security.podSecurity !== "restricted")
      .map((service) => service.namespace ?? shared),
  );
  const move = <T extends { namespace?: string | undefined }>(part: T): T =>
    part.namespace !== undefined && privileged.has(part.namespace) ? part : { ...part, namespace: shared };
  return {
    ...system,
    namespace: shared,
    services: mapValues(system.services, move),
    stores: mapValues(system.stores, (store) => (store.kind === "bucket" ? store : move(store))),
  };
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
