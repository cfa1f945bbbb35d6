import type { AttachedClusterArgs } from "../../components/cluster/attached/attachedCluster";
import type { PodDemand } from "../../components/cluster/namespace/demand";
import type { Redundancy } from "../../components/context";
import { instancesOf, operatorImage } from "../../components/data/postgres/cloudNativePg";
import { redisServers, SENTINEL_DISK, SENTINEL_RESOURCES, SENTINELS } from "../../components/data/redis/kubernetes";
import { LOCAL_SIZE } from "../../components/storage/bucket/kubernetes";
import { normalizeUse } from "../../systems/edges";
import type { ResolvedSystem } from "../../systems/resolve";
import type { StoreOf, StoreSpec } from "../../systems/spec";
import { namespaceOf } from "../demands";
import { imageOf, type Settings } from "../settings";

/** What a store asks of its namespace's quota. */
export function demandOf(store: StoreSpec, redundancy: Redundancy): readonly PodDemand[] {
  switch (store.kind) {
    case "postgres": {
      if (store.embedded) {
        return [{ pods: 0, resources: store.resources, claims: [store.storage.size] }];
      }
      // Room for every instance, whichever way it runs, and for the operator's job that makes the next one.
      const instances = instancesOf(store, redundancy);
      return [
        { pods: instances + 1, resources: store.resources, claims: Array<string>(instances).fill(store.storage.size) },
      ];
    }
    case "redis": {
      const servers = redisServers(store);
      const claims = store.storage ? Array<string>(servers).fill(store.storage.size) : [];
      const disks = store.mode === "sentinel" && store.storage ? Array<string>(SENTINELS).fill(SENTINEL_DISK) : [];
      const watchers =
        store.mode === "single" ? [] : [{ pods: SENTINELS, resources: SENTINEL_RESOURCES, claims: disks }];
      return [{ pods: servers, resources: store.resources, claims }, ...watchers];
    }
    case "file-share":
      return [{ pods: 0, resources: NOTHING, claims: [store.size] }];
    case "vector":
    case "search":
      return [
        {
          pods: store.instances,
          resources: store.resources,
          claims: Array<string>(store.instances).fill(store.storage.size),
        },
      ];
    case "memcached":
      return [{ pods: store.instances, resources: store.resources, claims: [] }];
    case "bucket":
      return [];
    default:
      return store satisfies never;
  }
}

/** What buckets ask of a namespace's quota: the directory that takes the place of each that is not named. */
export function directoryDemands(
  system: Pick<ResolvedSystem, "name" | "namespace" | "services" | "stores">,
  named: readonly string[],
  namespace: string,
): readonly PodDemand[] {
  return Object.entries(system.stores).flatMap(([name, store]) => {
    const used = Object.values(system.services).some(
      (service) =>
        namespaceOf(system, service) === namespace && service.uses.some((use) => normalizeUse(use).to === name),
    );
    return store.kind === "bucket" && !named.includes(name) && used
      ? [{ pods: 0, resources: NOTHING, claims: [store.local?.size ?? LOCAL_SIZE] }]
      : [];
  });
}

const NOTHING = {
  requests: { cpu: "0", memory: "0", ephemeralStorage: "0" },
  limits: { cpu: "0", memory: "0", ephemeralStorage: "0" },
};

export function postgresImage(
  settings: Pick<Settings, "images">,
  name: string,
  store: StoreOf<"postgres">,
  replicated: boolean,
): string {
  if (replicated) {
    return settings.images.stores[name] ?? operatorImage(store.version);
  }
  const plain = store.extensions.includes("vector")
    ? `pgvector/pgvector:pg${store.version}`
    : `postgres:${store.version}-alpine`;
  return imageOf(settings.images, "stores", name, store.image ?? plain);
}

export function redisImage(settings: Pick<Settings, "images">, name: string, store: StoreOf<"redis">): string {
  return imageOf(settings.images, "stores", name, store.image ?? `redis:${store.version}-alpine`);
}

/** Images the stores name themselves, where the settings do not: of the server of each kind. */
export function storeImage(
  settings: Pick<Settings, "images">,
  name: string,
  store: StoreOf<"vector" | "memcached">,
): string {
  const plain = store.kind === "vector" ? `qdrant/qdrant:v${store.version}` : `memcached:${store.version}-alpine`;
  return imageOf(settings.images, "stores", name, store.image ?? plain);
}

/** Classes the settings have this stack make. */
export function madeClasses(kubernetes: Settings["kubernetes"]): NonNullable<AttachedClusterArgs["makeStorage"]> {
  const {
    storageClass,
    makeStorageClass,
    sharedStorageClass,
    makeSharedStorageClass,
    snapshotClass,
    makeSnapshotClass,
  } = kubernetes;
  return {
    ...(storageClass !== undefined && makeStorageClass ? { data: { name: storageClass, ...makeStorageClass } } : {}),
    ...(sharedStorageClass !== undefined && makeSharedStorageClass
      ? { shared: { name: sharedStorageClass, ...makeSharedStorageClass } }
      : {}),
    ...(snapshotClass !== undefined && makeSnapshotClass
      ? { snapshots: { name: snapshotClass, ...makeSnapshotClass } }
      : {}),
  };
}
