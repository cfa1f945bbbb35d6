import type { StoreOf } from "../../../systems/spec";
import type { Problem } from "../../errors";
import { type Constraint, problemsOf, when } from "../constraints/constraint";
import { KNOWN_NODE_TYPES, memoryGiB, nodeTypeFor } from "./sizes";

type Redis = StoreOf<"redis">;

const DOCS = "https://docs.cloud.google.com/memorystore/docs";

/** Versions of Memorystore by the spec's. https://docs.cloud.google.com/memorystore/docs/redis/supported-versions */
const VERSIONS: Readonly<Record<string, string>> = {
  "6": "REDIS_6_X",
  "6.2": "REDIS_6_X",
  "7": "REDIS_7_2",
  "7.0": "REDIS_7_0",
  "7.2": "REDIS_7_2",
};

const MOST_GIB = 300;
const MOST_REPLICAS = 5;
const MOST_UNITS = 250;

export function versionOf(store: Pick<Redis, "version">): string | undefined {
  return VERSIONS[store.version];
}

/** What Memorystore would refuse at apply. */
export function redisProblems(name: string, store: Redis): readonly Problem[] {
  return problemsOf(REDIS_CONSTRAINTS, store, `stores.${name}`);
}

const sharded = ({ mode }: Redis) => mode === "cluster";

export const REDIS_CONSTRAINTS: readonly Constraint<Redis>[] = [
  {
    id: "redis-version",
    what: "versions of Redis",
    limit: Object.keys(VERSIONS).join(", "),
    link: `${DOCS}/redis/supported-versions`,
    check: (store) =>
      when(
        versionOf(store) === undefined,
        "version",
        store.version,
        `a version Memorystore offers: ${Object.keys(VERSIONS).join(", ")}`,
        "choose one",
      ),
  },
  {
    id: "redis-class",
    what: "machine types of an instance",
    limit: "none: it is sold by its memory",
    link: `${DOCS}/redis/redis-tiers`,
    check: (store) =>
      when(
        !sharded(store) && store.classes.gcp !== undefined,
        "classes.gcp",
        store.classes.gcp,
        "nothing: an instance is sold by its memory",
        "set resources.requests.memory",
      ),
  },
  {
    id: "redis-memory",
    what: "memory of an instance",
    limit: `${MOST_GIB} GiB`,
    link: `${DOCS}/redis/quotas`,
    check: (store) =>
      when(
        !sharded(store) && memoryGiB(store) > MOST_GIB,
        "resources.requests.memory",
        store.resources.requests.memory,
        `at most ${MOST_GIB}Gi`,
        "use cluster mode with more shards",
      ),
  },
  {
    id: "redis-cluster-version",
    what: "versions of a cluster",
    limit: "7: Memorystore runs the one",
    link: `${DOCS}/cluster/supported-versions`,
    check: (store) =>
      when(
        sharded(store) && versionOf(store) === "REDIS_6_X",
        "version",
        store.version,
        "7 in cluster mode",
        'write version: "7"',
      ),
  },
  {
    id: "redis-cluster-broker",
    what: "queues in a cluster",
    limit: "none: Celery and BullMQ need their keys on one node",
    // https://github.com/celery/kombu/issues/1021
    link: `${DOCS}/cluster/client-library-code-samples`,
    check: (store) =>
      when(
        sharded(store) && store.purpose !== "cache",
        "mode",
        store.mode,
        "single or sentinel for a broker",
        "give the queue a store of its own, without cluster mode",
      ),
  },
  {
    id: "redis-node-type",
    what: "node types of a cluster",
    limit: KNOWN_NODE_TYPES.join(", "),
    link: `${DOCS}/cluster/cluster-node-specification`,
    check: (store) => {
      const nodeType = nodeTypeFor(store);
      return when(
        sharded(store) && nodeType !== undefined && !KNOWN_NODE_TYPES.includes(nodeType),
        "classes.gcp",
        nodeType,
        `a node type: ${KNOWN_NODE_TYPES.join(", ")}`,
        "choose one of them",
      );
    },
  },
  {
    id: "redis-shard-memory",
    what: "memory of a shard",
    limit: "58 GB",
    link: `${DOCS}/cluster/cluster-node-specification`,
    check: (store) =>
      when(
        sharded(store) && nodeTypeFor(store) === undefined,
        "resources.requests.memory",
        store.resources.requests.memory,
        "at most 58Gi per shard",
        "use more shards",
      ),
  },
  {
    id: "redis-cluster-units",
    what: "nodes of a cluster: shards, each with its replicas",
    limit: String(MOST_UNITS),
    link: `${DOCS}/cluster/quotas`,
    check: (store) => {
      const units = store.shards * (1 + store.replicas);
      return when(
        sharded(store) && units > MOST_UNITS,
        "shards",
        `${store.shards} shards of ${1 + store.replicas} nodes`,
        `at most ${MOST_UNITS} nodes in all`,
        "use fewer shards of a larger node type, or fewer replicas",
      );
    },
  },
  {
    id: "redis-replicas",
    what: "replicas of a master",
    limit: String(MOST_REPLICAS),
    link: `${DOCS}/redis/about-read-replicas`,
    check: ({ replicas }) =>
      when(replicas > MOST_REPLICAS, "replicas", replicas, `at most ${MOST_REPLICAS}`, "use fewer replicas"),
  },
];
