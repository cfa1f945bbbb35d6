import type { PodDemand } from "../../components/cluster/namespace/demand";
import type { Context } from "../../components/context";
import { type Archive, SIDECAR } from "../../components/data/archive";
import { instancesOf, isReplicated } from "../../components/data/postgres/cloudNativePg";
import { SETTINGS_RESOURCES } from "../../components/data/search/snapshots";
import { snapshotResources } from "../../components/data/vectorStore/snapshots";
import { objectPeers } from "../../components/storage/bucket/kubernetes";
import type { ResolvedSystem } from "../../systems/resolve";
import type { StoreSpec } from "../../systems/spec";
import type { PlacementSettings } from "../settings";

/**
 * Where a store's copies go: the placement's archive, else the bucket of the store's backups, where the settings say how
 * pods reach it. Undefined where they do not: an attached cluster lends no identity, and nothing is guessed.
 */
export function archiveOf(
  system: Pick<ResolvedSystem, "backups">,
  { existing }: Pick<PlacementSettings, "existing">,
  store: string,
): Archive | undefined {
  const backup = Object.values(system.backups).find((each) => each.store === store);
  const given = existing?.archive ?? (backup && existing?.buckets[backup.bucket]);
  if (given === undefined || typeof given === "string" || given.secretName === undefined) {
    return undefined;
  }
  const { bucket, region, endpoint, secretName } = given;
  return {
    objects: {
      bucket,
      secretName,
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
    },
    ...objectPeers(bucket, endpoint),
  };
}

/** What copies ask of a namespace's quota, beside the store they are of. */
export function archiveDemands(
  store: StoreSpec,
  archived: boolean,
  context: Pick<Context, "model" | "redundancy">,
): readonly PodDemand[] {
  if (!archived) {
    return [];
  }
  switch (store.kind) {
    case "postgres":
      return isReplicated(store, context)
        ? [{ pods: instancesOf(store, context.redundancy) + 1, resources: SIDECAR, claims: [] }]
        : [];
    case "vector":
      return [{ pods: 2, resources: snapshotResources(store.storage.size), claims: [] }];
    case "search":
      return [{ pods: 2, resources: SETTINGS_RESOURCES, claims: [] }];
    case "redis":
    case "memcached":
    case "bucket":
    case "file-share":
      return [];
    default:
      return store satisfies never;
  }
}
