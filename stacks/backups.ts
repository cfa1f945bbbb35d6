import type { Binding, BindingValue, Client, ObjectStore } from "../components/binding";
import type { PodDemand } from "../components/cluster/namespace/demand";
import type { Cloud } from "../components/context";
import { dumpService, type PlannedBackup, passphraseName } from "../components/operations/backup/contract";
import { dumpImages, jobResources, scratchSizeOf } from "../components/operations/backup/pods";
import { selectorLabels } from "../components/workload/labels";
import { normalizeUse, storePorts } from "../systems/edges";
import type { ResolvedSystem } from "../systems/resolve";
import type { BackupSpec, StoreOf } from "../systems/spec";
import { namespaceOf } from "./demands";
import type { PlacementSettings, Settings } from "./settings";

/** What decides about a placement's backups before anything is made. */
export interface BackupsRequest {
  readonly system: ResolvedSystem;
  readonly settings: Pick<Settings, "backups">;
  readonly placement: Pick<PlacementSettings, "name" | "cloud" | "existing">;
}

/** Extensions that come with PostgreSQL itself, as far as systems ask for them. */
const OWN_EXTENSIONS = ["pg_trgm", "pgcrypto", "uuid-ossp", "citext", "hstore", "pg_stat_statements", "btree_gin"];

/** A backup whose dump can run: its database is a server, its bucket one that jobs may write to. */
interface Runnable {
  readonly name: string;
  readonly spec: BackupSpec;
  readonly store: StoreOf<"postgres">;
}

/** Backups whose dumps run in this placement. */
function runnable(request: BackupsRequest): readonly Runnable[] {
  return Object.entries(request.system.backups).flatMap(([name, spec]) => {
    const store = request.system.stores[spec.store];
    return store?.kind === "postgres" && obstacle(request, spec) === undefined ? [{ name, spec, store }] : [];
  });
}

/** Why a dump cannot run, and what would let it. */
function obstacle({ system, settings, placement }: BackupsRequest, spec: BackupSpec): PlannedBackup["unmet"] {
  const store = system.stores[spec.store];
  if (!settings.backups.schedule) {
    return { reason: "groundplan:backups.schedule is off", remedy: "set it to true" };
  }
  if (store?.kind !== "postgres" || store.embedded) {
    return {
      reason: `${spec.store} is no database server here, so there is nothing to dump`,
      remedy: "take snapshots of its volume, or use a model with a database server",
    };
  }
  return reaches(placement, spec.bucket);
}

function reaches({ name, cloud, existing }: BackupsRequest["placement"], bucket: string): PlannedBackup["unmet"] {
  switch (cloud) {
    case "aws":
    case "gcp":
      return undefined;
    case "kubernetes": {
      const given = existing?.buckets[bucket];
      return typeof given === "object" && given.secretName !== undefined
        ? undefined
        : {
            reason:
              "an attached cluster lends no identity that may write to a bucket, and a copy beside its database is none",
            remedy: `name a bucket and the Secret of its credentials in groundplan:existing.${name}.buckets.${bucket}`,
          };
    }
    default:
      return cloud satisfies never;
  }
}

/** Where a backup's jobs run: with its database, or, where the database is the cloud's, with its first client. */
export function backupNamespace(system: ResolvedSystem, cloud: Cloud, spec: BackupSpec): string {
  const client = Object.values(system.services).find(({ uses }) =>
    uses.some((use) => normalizeUse(use).to === spec.store),
  );
  const store = system.stores[spec.store];
  const home = store && store.kind !== "bucket" ? store : {};
  return namespaceOf(system, cloud === "kubernetes" || !client ? home : client);
}

/** The dumps as clients of a store: each reads its database as a user of its own. */
export function backupClients(request: BackupsRequest, store: string): readonly Client[] {
  return runnable(request)
    .filter(({ spec }) => spec.store === store)
    .map(({ name, spec, store: database }) => ({
      service: dumpService(name),
      namespace: backupNamespace(request.system, request.placement.cloud, spec),
      labels: selectorLabels(request.system.name, dumpService(name)),
      access: "read",
      ports: storePorts(database),
    }));
}

/** What the jobs ask of their namespace's quota: a dump and a restore test may meet. */
export function backupDemands(request: BackupsRequest, namespace: string): readonly PodDemand[] {
  return runnable(request)
    .filter(({ spec }) => backupNamespace(request.system, request.placement.cloud, spec) === namespace)
    .flatMap(({ store }) =>
      (["dump", "restore"] as const).map((kind) => ({
        pods: 1,
        resources: jobResources(scratchSize(request, store), kind),
        claims: [],
      })),
    );
}

/** Every backup of the system, with what its jobs need where they can run. */
export function planBackups(
  request: BackupsRequest,
  bindings: ReadonlyMap<string, Binding>,
  secret: (name: string, description: string) => BindingValue,
): readonly PlannedBackup[] {
  const { system, settings, placement } = request;
  const running = new Map(runnable(request).map((entry) => [entry.name, entry]));
  return Object.entries(system.backups).map(([name, written]) => {
    const retentionDays = settings.backups.retentionDays ?? written.retentionDays;
    const spec = { ...written, retentionDays };
    const planned = { name, spec, namespace: backupNamespace(system, placement.cloud, spec) };
    const database = bindings.get(spec.store);
    const bucket = bindings.get(spec.bucket);
    const objects = bucket && objectsOf(bucket, placement.cloud);
    const store = running.get(name)?.store;
    if (!store || !database || !bucket || !objects) {
      return { ...planned, unmet: obstacle(request, spec) };
    }
    const facts = {
      version: store.version,
      foreignExtensions: store.extensions.some((extension) => !OWN_EXTENSIONS.includes(extension)),
    };
    return {
      ...planned,
      targets: {
        ...facts,
        database,
        bucket,
        objects,
        passphrase: secret(passphraseName(name), `Encrypts the copies of backup ${name}`),
        images: dumpImages(facts, settings.backups.images, objects.protocol),
        scratchSize: scratchSize(request, store),
      },
    };
  });
}

function scratchSize({ settings }: BackupsRequest, store: StoreOf<"postgres">): string {
  return settings.backups.scratchSize ?? scratchSizeOf(store.storage.size);
}

/** A bucket in a cloud says by its values how it is reached; its grants let an identity in. */
function objectsOf(bucket: Binding, cloud: Cloud): ObjectStore | undefined {
  if (bucket.objects || cloud === "kubernetes") {
    return bucket.objects;
  }
  const { name, region } = bucket.values("", "primary");
  if (cloud === "gcp") {
    return name?.kind === "plain" ? { bucket: name.value, protocol: "gcs" } : undefined;
  }
  return name?.kind === "plain" && region?.kind === "plain" ? { bucket: name.value, region: region.value } : undefined;
}
