import { isDistributed } from "../components/context";
import type { ResolvedSystem } from "../systems/resolve";
import type { ServiceSpec, StoreSpec } from "../systems/spec";

/** Replicas that survive the loss of a node. */
const LEAST = 2;

/**
 * A system as an environment wants it: outside dev nothing that can have a second replica stands alone, where there are
 * nodes to put it on. What can have none stays as it is: a pod with a disk of its own, a member of a set with a name, what
 * the system says stands alone, and why.
 */
export function resilient(system: ResolvedSystem): ResolvedSystem {
  if (system.environment === "dev" || !isDistributed(system.model)) {
    return system;
  }
  return {
    ...system,
    services: mapped(system.services, doubled),
    stores: mapped(system.stores, doubledStore),
  };
}

function doubled(service: ServiceSpec): ServiceSpec {
  if (service.kind !== "deployment" || service.volumes.some(({ share }) => share === undefined)) {
    return service;
  }
  const { scaling } = service;
  if (scaling.alone !== undefined) {
    return service;
  }
  if (scaling.replicas !== undefined) {
    return scaling.replicas === 1 ? { ...service, scaling: { ...scaling, replicas: LEAST } } : service;
  }
  // Zero is meant: something wakes it. From one to two is the gap.
  return (scaling.min ?? scaling.start ?? 1) === 1
    ? {
        ...service,
        scaling: {
          ...scaling,
          min: LEAST,
          ...(scaling.max === undefined ? {} : { max: Math.max(LEAST, scaling.max) }),
          ...(scaling.start === undefined ? {} : { start: Math.max(LEAST, scaling.start) }),
        },
      }
    : service;
}

/** A cache whose clients spread their keys loses half of them with a node, and not all. */
function doubledStore(store: StoreSpec): StoreSpec {
  return store.kind === "memcached" && store.instances === 1 ? { ...store, instances: LEAST } : store;
}

function mapped<T>(record: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
