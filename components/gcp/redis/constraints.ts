import type { StoreOf } from "../../../systems/spec";
import { type Problem, show } from "../../errors";
import { KNOWN_NODE_TYPES, memoryGiB, nodeTypeFor } from "./sizes";

type Redis = StoreOf<"redis">;

/** Versions of Memorystore by the spec's. https://docs.cloud.google.com/memorystore/docs/redis/supported-versions */
const VERSIONS: Readonly<Record<string, string>> = {
  "6": "REDIS_6_X",
  "6.2": "REDIS_6_X",
  "7": "REDIS_7_2",
  "7.0": "REDIS_7_0",
  "7.2": "REDIS_7_2",
};

/** https://docs.cloud.google.com/memorystore/docs/redis/quotas */
const MOST_GIB = 300;
const MOST_REPLICAS = 5;
/** https://docs.cloud.google.com/memorystore/docs/cluster/quotas */
const MOST_SHARDS = 250;
const MOST_CLUSTER_REPLICAS = 5;

export function versionOf(store: Pick<Redis, "version">): string | undefined {
  return VERSIONS[store.version];
}

/** What Memorystore would refuse at apply. */
export function redisProblems(name: string, store: Redis): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (field: string, found: unknown, allowed: string, fix: string) =>
    problems.push({ path: `stores.${name}.${field}`, found: show(found), allowed, fix });

  if (versionOf(store) === undefined) {
    add("version", store.version, `a version Memorystore offers: ${Object.keys(VERSIONS).join(", ")}`, "choose one");
  }
  if (store.mode === "cluster") {
    clusterProblems(store, add);
  } else {
    if (store.classes.gcp !== undefined) {
      add(
        "classes.gcp",
        store.classes.gcp,
        "nothing: an instance is sold by its memory",
        "set resources.requests.memory",
      );
    }
    if (memoryGiB(store) > MOST_GIB) {
      const { memory } = store.resources.requests;
      add("resources.requests.memory", memory, `at most ${MOST_GIB}Gi`, "use cluster mode with more shards");
    }
    if (store.replicas > MOST_REPLICAS) {
      add("replicas", store.replicas, `at most ${MOST_REPLICAS}`, "use fewer replicas");
    }
  }
  return problems;
}

function clusterProblems(
  store: Redis,
  add: (field: string, found: unknown, allowed: string, fix: string) => void,
): void {
  if (store.purpose !== "cache") {
    // Celery's transport and BullMQ's multi-key scripts both need all keys on one node.
    // https://github.com/celery/kombu/issues/1021
    const fix = "give the queue a store of its own, without cluster mode";
    add("mode", store.mode, "single or sentinel for a broker", fix);
  }
  const nodeType = nodeTypeFor(store);
  if (nodeType === undefined) {
    add("resources.requests.memory", store.resources.requests.memory, "at most 58Gi per shard", "use more shards");
  } else if (!KNOWN_NODE_TYPES.includes(nodeType)) {
    add("classes.gcp", nodeType, `a node type: ${KNOWN_NODE_TYPES.join(", ")}`, "choose one of them");
  }
  if (store.shards > MOST_SHARDS) {
    add("shards", store.shards, `at most ${MOST_SHARDS}`, "use fewer shards of a larger node type");
  }
  if (store.replicas > MOST_CLUSTER_REPLICAS) {
    add("replicas", store.replicas, `at most ${MOST_CLUSTER_REPLICAS}`, "use fewer replicas");
  }
}
