import type { Problem } from "../../components/errors";
import { parseBytes } from "../../components/quantities";
import type { Path } from "../../components/validation";
import type { StoreOf, SystemSpec } from "../spec";
import { deliveryPath } from "../spec/delivery";
import { problemAt, unknownName } from "./report";
import { checkResources } from "./services";

/** Stores, and the dumps that copy them. */
export function checkStores(system: SystemSpec): readonly Problem[] {
  const stores = Object.entries(system.stores).flatMap(([name, store]) => {
    const path = ["stores", name];
    const resources = "resources" in store ? checkResources([...path, "resources"], store.resources) : [];
    const storage = "storage" in store && store.storage ? checkStorage([...path, "storage"], store.storage) : [];
    switch (store.kind) {
      case "redis":
        return [...resources, ...storage, ...checkRedis(path, store)];
      case "vector":
        return [...resources, ...storage, ...checkVector(path, store)];
      case "bucket":
        return checkBucket(path, store);
      case "postgres":
      case "memcached":
      case "search":
      case "file-share":
        return [...resources, ...storage];
      default:
        return store satisfies never;
    }
  });
  return [...stores, ...checkDelivery(system), ...checkBackups(system)];
}

/** Below a path that the CDN takes from a bucket, no service is asked any more. */
function checkDelivery(system: SystemSpec): readonly Problem[] {
  const taken = new Map(system.routes.map(({ path, to }) => [withoutEnd(path), `services.${to}, by a route`]));
  return Object.entries(system.stores).flatMap(([name, store]) => {
    if (store.kind !== "bucket") {
      return [];
    }
    const at = ["stores", name, "cdnPath"];
    if (!store.cdn) {
      return store.cdnPath === undefined
        ? []
        : [problemAt(at, store.cdnPath, "nothing without cdn", "set cdn to true, or remove cdnPath")];
    }
    const path = withoutEnd(deliveryPath(name, store));
    const owner = taken.get(path);
    taken.set(path, `stores.${name}`);
    return owner === undefined
      ? []
      : [problemAt(at, path === "" ? "/" : path, `a path of its own: this one leads to ${owner}`, "name another path")];
  });
}

function withoutEnd(path: string): string {
  return path.replace(/\/+$/, "");
}

function checkStorage(path: Path, storage: StoreOf<"postgres">["storage"]): readonly Problem[] {
  const size = parseBytes(storage.size) ?? 0;
  const most = storage.maxSize === undefined ? undefined : parseBytes(storage.maxSize);
  return most !== undefined && most < size
    ? [
        problemAt(
          [...path, "maxSize"],
          storage.maxSize,
          `at least the size, ${storage.size}`,
          "raise maxSize or lower size",
        ),
      ]
    : [];
}

function checkRedis(path: Path, store: StoreOf<"redis">): readonly Problem[] {
  const problems: Problem[] = [];
  const { mode, shards, replicas, purpose, eviction, deadLetter } = store;
  if (mode === "cluster" && purpose !== "cache") {
    problems.push(
      problemAt(
        [...path, "mode"],
        mode,
        "single or sentinel for a broker: Celery and BullMQ cannot use cluster mode",
        "give the queue a Redis of its own",
      ),
    );
  }
  if (mode === "sentinel" && replicas < 2) {
    problems.push(
      problemAt(
        [...path, "replicas"],
        replicas,
        "at least 2 with sentinel: three sentinels vote, one beside each member",
        "set replicas to 2",
      ),
    );
  }
  if (mode === "cluster" && shards < 3) {
    problems.push(
      problemAt(
        [...path, "shards"],
        shards,
        "at least 3 in cluster mode: masters elect by majority",
        "set shards to 3",
      ),
    );
  }
  if (mode !== "cluster" && shards > 1) {
    problems.push(
      problemAt([...path, "shards"], shards, "1 outside cluster mode", "set mode to cluster, or shards to 1"),
    );
  }
  if (mode === "single" && replicas > 0) {
    problems.push(
      problemAt([...path, "replicas"], replicas, "0 in single mode", "set mode to sentinel, or replicas to 0"),
    );
  }
  if (purpose !== "cache" && eviction !== "noeviction") {
    problems.push(
      problemAt(
        [...path, "eviction"],
        eviction,
        "noeviction where a queue lives: evicted jobs are lost",
        "set eviction to noeviction",
      ),
    );
  }
  if (deadLetter && purpose === "cache") {
    problems.push(
      problemAt(
        [...path, "deadLetter"],
        deadLetter,
        "a dead-letter queue on a broker",
        "set purpose to broker or both",
      ),
    );
  }
  return problems;
}

function checkVector(path: Path, { instances, replicationFactor }: StoreOf<"vector">): readonly Problem[] {
  return replicationFactor > instances
    ? [
        problemAt(
          [...path, "replicationFactor"],
          replicationFactor,
          `at most the peers, ${instances}`,
          "add instances or lower the factor",
        ),
      ]
    : [];
}

function checkBucket(
  path: Path,
  { lifecycle, locked, retentionDays, versioning }: StoreOf<"bucket">,
): readonly Problem[] {
  const problems: Problem[] = [];
  const steps = [
    ["infrequentAccessDays", lifecycle.infrequentAccessDays],
    ["archiveDays", lifecycle.archiveDays],
    ["expireDays", lifecycle.expireDays],
  ] as const;
  let before: readonly [string, number] | undefined;
  for (const [key, days] of steps) {
    if (days === undefined) {
      continue;
    }
    if (before && days <= before[1]) {
      problems.push(
        problemAt([...path, "lifecycle", key], days, `more than ${before[0]}, ${before[1]}`, "put the steps in order"),
      );
    }
    before = [key, days];
  }
  // S3 refuses a shorter stay in the standard class before infrequent access.
  if (lifecycle.infrequentAccessDays !== undefined && lifecycle.infrequentAccessDays < 30) {
    problems.push(
      problemAt(
        [...path, "lifecycle", "infrequentAccessDays"],
        lifecycle.infrequentAccessDays,
        "at least 30: S3 moves nothing sooner",
        "set it to 30",
      ),
    );
  }
  if (locked && retentionDays === undefined) {
    problems.push(problemAt([...path, "retentionDays"], undefined, "days for a locked bucket", "add retentionDays"));
  }
  if (locked && !versioning) {
    problems.push(problemAt([...path, "versioning"], versioning, "true for a locked bucket", "turn versioning on"));
  }
  if (!locked && retentionDays !== undefined) {
    problems.push(
      problemAt(
        [...path, "retentionDays"],
        retentionDays,
        "nothing unless the bucket is locked",
        "set locked, or use lifecycle.expireDays",
      ),
    );
  }
  if (lifecycle.expireDays !== undefined && retentionDays !== undefined && lifecycle.expireDays < retentionDays) {
    problems.push(
      problemAt(
        [...path, "lifecycle", "expireDays"],
        lifecycle.expireDays,
        `at least retentionDays, ${retentionDays}`,
        "objects cannot be deleted sooner: raise it",
      ),
    );
  }
  return problems;
}

function checkBackups(system: SystemSpec): readonly Problem[] {
  const problems: Problem[] = [];
  const of = (kind: string) =>
    Object.entries(system.stores).flatMap(([name, store]) => (store.kind === kind ? [name] : []));
  for (const [name, backup] of Object.entries(system.backups)) {
    const path = ["backups", name];
    const source = system.stores[backup.store];
    if (source?.kind !== "postgres") {
      problems.push(unknownName([...path, "store"], backup.store, "a store of kind postgres", of("postgres")));
    } else if (source.embedded) {
      problems.push(
        problemAt(
          [...path, "store"],
          backup.store,
          "a database with a server to dump",
          "remove the backup where the database is embedded",
        ),
      );
    }
    const bucket = system.stores[backup.bucket];
    if (bucket?.kind !== "bucket") {
      problems.push(unknownName([...path, "bucket"], backup.bucket, "a store of kind bucket", of("bucket")));
    } else if (bucket.lifecycle.expireDays !== undefined && bucket.lifecycle.expireDays < backup.retentionDays) {
      problems.push(
        problemAt(
          [...path, "retentionDays"],
          backup.retentionDays,
          `at most what ${backup.bucket} keeps, ${bucket.lifecycle.expireDays}`,
          "raise the bucket's expireDays",
        ),
      );
    }
    if (!backup.fileName.includes("DATE")) {
      problems.push(
        problemAt(
          [...path, "fileName"],
          backup.fileName,
          "a name with DATE in it: each day gets its own",
          "add DATE to the name",
        ),
      );
    }
  }
  return problems;
}
