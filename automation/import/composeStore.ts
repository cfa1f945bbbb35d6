import { databaseName } from "../../systems/spec/primitives";
import { parseCommand, parsePairs, parseSize } from "./composeForms";
import { readResources } from "./composeResources";
import type { ComposeContext } from "./composeService";
import { DEFAULT_SIZE, DEFAULT_STORE_RESOURCES, type DraftStore } from "./draft";
import { isMapping, textOf } from "./source";
import { recogniseStore } from "./stores";

/** What of a store's service the store takes over, or does by itself. */
const HANDLED = [
  "image",
  "environment",
  "command",
  "deploy",
  "mem_limit",
  "mem_reservation",
  "cpus",
  "ports",
  "expose",
  "volumes",
  "healthcheck",
  "restart",
  "container_name",
  "hostname",
  "networks",
  "depends_on",
  "shm_size",
];

/** Turns the service of a store into a store. */
export function readStore(service: string, name: string, { draft, source }: ComposeContext): void {
  const path = ["services", service];
  const entry = source.mapping(path);
  const recognised = recogniseStore(textOf(entry.image) ?? "");
  if (recognised.kind !== "store") {
    return;
  }
  let { store } = recognised;
  if (recognised.note !== undefined) {
    source.note([...path, "image"], recognised.note);
  }
  if ("resources" in store) {
    store = { ...store, resources: readResources(path, DEFAULT_STORE_RESOURCES, source) } as DraftStore;
  }
  store = readStoreEnvironment(path, store, source);
  if (store.kind === "redis") {
    store = readRedis(path, store, entry, source);
  } else if (entry.command !== undefined) {
    source.note(
      [...path, "command"],
      `the server's own flags do not carry over: the store ${name} sets what the system says of it`,
    );
  }
  if ("storage" in store && store.storage) {
    source.note(path, `${name} is given ${DEFAULT_SIZE} of disk; set stores.${name}.storage.size`);
  }
  if (Array.isArray(entry.ports) && entry.ports.length > 0) {
    source.note([...path, "ports"], `${name} is not published: only the services that use it reach it`);
  }
  for (const [index, volume] of (Array.isArray(entry.volumes) ? entry.volumes : []).entries()) {
    const from = isMapping(volume) ? (textOf(volume.source) ?? "") : String(volume);
    if (/^[./~]/.test(from)) {
      source.note(
        [...path, "volumes", index],
        `files mounted into ${name} do not carry over: load schemas and data with a job`,
      );
    }
  }
  for (const key of Object.keys(entry)) {
    if (!HANDLED.includes(key) && !key.startsWith("x-")) {
      source.note([...path, key], `${key} of ${name} does not carry over`);
    }
  }
  draft.stores[name] = store;
}

/** Users and passwords are made per service; the name of the database is the system's to say. */
function readStoreEnvironment(
  path: readonly string[],
  store: DraftStore,
  source: ComposeContext["source"],
): DraftStore {
  const at = [...path, "environment"];
  const pairs = parsePairs(source.at(at));
  if (pairs === undefined) {
    source.problem(at, "a mapping, or a list of NAME=value", "write NAME: value", "something else (not shown)");
    return store;
  }
  let result = store;
  for (const { name, value, step } of pairs) {
    if (store.kind === "postgres" && /^(POSTGRES_DB|POSTGRESQL_DATABASE)$/.test(name)) {
      if (databaseName.safeParse(value).success && value !== undefined) {
        result = { ...store, database: value };
      } else {
        source.note(
          [...at, step],
          `the database is called app: ${name} is no name of lower-case letters, digits and underscores`,
        );
      }
    } else if (/USER|PASSWORD|SECRET|ACCESS_KEY/.test(name)) {
      source.note([...at, step], `${name} does not carry over: each service is given a user and password of its own`);
    } else {
      source.note([...at, step], `${name} does not carry over: it configures the image of the store`);
    }
  }
  return result;
}

const EVICTION = ["noeviction", "allkeys-lru", "allkeys-lfu", "volatile-lru"] as const;

function readRedis(
  path: readonly string[],
  store: Extract<DraftStore, { kind: "redis" }>,
  entry: Readonly<Record<string, unknown>>,
  source: ComposeContext["source"],
): DraftStore {
  const words = (parseCommand(entry.command) ?? []).flatMap((word) => word.split(/\s+/));
  const flag = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
  const eviction = EVICTION.find((policy) => policy === flag("--maxmemory-policy"));
  const persistent = flag("--appendonly") === "yes" || (Array.isArray(entry.volumes) && entry.volumes.length > 0);
  const known = ["--maxmemory-policy", "--appendonly", "--maxmemory", "--requirepass"];
  const others = words.filter((word) => word.startsWith("--") && !known.includes(word));
  if (flag("--maxmemory") !== undefined && parseSize(flag("--maxmemory")) !== undefined) {
    source.note([...path, "command"], "--maxmemory does not carry over: the limit of the store's memory decides it");
  }
  if (others.length > 0) {
    source.note([...path, "command"], `${others.join(", ")} ${others.length === 1 ? "does" : "do"} not carry over`);
  }
  return {
    ...store,
    ...(persistent ? { storage: { size: DEFAULT_SIZE } } : {}),
    // What evicts is a cache; without that it may be either, and holding a queue is the careful guess.
    ...(eviction !== undefined && eviction !== "noeviction" ? { eviction } : { purpose: "both" as const }),
  };
}
