import type { StoreOf } from "../../../systems/spec";
import { breaches, type Constraint } from "../../aws/constraint";
import type { Problem } from "../../errors";
import { ELASTICACHE_GUIDE, nodeConstraints, refuse, typeCheck } from "../elasticache";
import { nodeTypeFor } from "./nodeType";

type Redis = StoreOf<"redis">;

/** A cache as ElastiCache will be asked for it. */
export interface RedisSubject {
  /** Name of the store. */
  readonly name: string;
  readonly store: Redis;
  /** Whether losing a zone may not stop it. */
  readonly multiZone: boolean;
  /** Regions of the Global Datastore it is in. @default none: each placement has its own */
  readonly regions?: number;
}

/** Engine versions of ElastiCache for Redis OSS by the spec's. */
const ENGINES: Readonly<Record<string, { readonly version: string; readonly family: string }>> = {
  "6": { version: "6.2", family: "redis6.x" },
  "6.2": { version: "6.2", family: "redis6.x" },
  "7": { version: "7.1", family: "redis7" },
  "7.0": { version: "7.0", family: "redis7" },
  "7.1": { version: "7.1", family: "redis7" },
};

const MOST_NODES = 90;
const MOST_REPLICAS = 5;
const MOST_REGIONS = 3;

export function engineOf(store: Pick<Redis, "version">) {
  return ENGINES[store.version];
}

/** Masters, and replicas of each. Surviving the loss of a zone takes a replica, whatever the spec says. */
export function topologyOf(store: Pick<Redis, "mode" | "shards" | "replicas">, multiZone: boolean) {
  const replicas = Math.max(store.replicas, multiZone || store.mode === "sentinel" ? 1 : 0);
  return { clusterMode: store.mode === "cluster", shards: store.mode === "cluster" ? store.shards : 1, replicas };
}

/** What ElastiCache refuses, each with its documentation. */
export const REDIS_CONSTRAINTS: readonly Constraint<RedisSubject>[] = [
  {
    id: "elasticache-version",
    limit: `versions ${Object.keys(ENGINES).join(", ")}`,
    source: `${ELASTICACHE_GUIDE}/engine-versions.html`,
    find: (subject) =>
      engineOf(subject.store)
        ? []
        : refuse(
            subject,
            "version",
            subject.store.version,
            `a version ElastiCache offers: ${Object.keys(ENGINES).join(", ")}`,
            "choose one of them",
          ),
  },
  ...nodeConstraints("elasticache", "cache.r6g.large", "use cluster mode with more shards"),
  {
    id: "elasticache-type-failover",
    limit: "old generations do not fail over",
    source: `${ELASTICACHE_GUIDE}/AutoFailover.html`,
    find: typeCheck(
      (type) => /^cache\.(t1|m1|m2|c1)\./.test(type),
      "a node type with automatic failover",
      "use a current generation, such as cache.t4g.micro",
    ),
  },
  {
    id: "elasticache-type-encryption",
    limit: "old generations take no encryption in transit or at rest",
    source: `${ELASTICACHE_GUIDE}/in-transit-encryption.html`,
    find: typeCheck(
      (type) => /^cache\.(m3|r3)\./.test(type),
      "a node type with encryption",
      "use a current generation, such as cache.r6g.large",
    ),
  },
  {
    id: "elasticache-nodes",
    limit: `at most ${MOST_NODES} nodes`,
    source: `${ELASTICACHE_GUIDE}/quota-limits.html`,
    find: (subject) => {
      const { shards, replicas } = topologyOf(subject.store, subject.multiZone);
      return shards * (replicas + 1) > MOST_NODES
        ? refuse(
            subject,
            "shards",
            `${shards} shards of ${replicas + 1} nodes`,
            `at most ${MOST_NODES} nodes`,
            "use fewer shards or replicas",
          )
        : [];
    },
  },
  {
    id: "elasticache-replicas",
    limit: `at most ${MOST_REPLICAS} replicas of a master`,
    source: `${ELASTICACHE_GUIDE}/Replication.Redis.Groups.html`,
    find: (subject) =>
      subject.store.replicas > MOST_REPLICAS
        ? refuse(subject, "replicas", subject.store.replicas, `at most ${MOST_REPLICAS}`, "use fewer replicas")
        : [],
  },
  {
    id: "elasticache-global-type",
    limit: "a Global Datastore has nodes of M5, R5 and later, large at least",
    source: `${ELASTICACHE_GUIDE}/Redis-Global-Datastores-Getting-Started.html`,
    find: (subject) => {
      const type = nodeTypeFor(subject.store) ?? "";
      return subject.regions === undefined || /^cache\.[mr][5-9][a-z]*\.(\d*x)?large$/.test(type)
        ? []
        : refuse(
            subject,
            "classes.aws",
            type,
            "a node type of M5, R5 or later in a Global Datastore",
            "use cache.m6g.large or larger, or take the store out of groundplan:compute.globalCaches",
          );
    },
  },
  {
    id: "elasticache-global-regions",
    limit: `a Global Datastore spans at most ${MOST_REGIONS} regions`,
    source: `${ELASTICACHE_GUIDE}/Redis-Global-Datastores-Getting-Started.html`,
    find: (subject) =>
      (subject.regions ?? 0) > MOST_REGIONS
        ? refuse(
            subject,
            "kind",
            `a Redis in ${subject.regions} regions`,
            `a Global Datastore of at most ${MOST_REGIONS} regions`,
            "leave it out of groundplan:compute.globalCaches, or out of some placements",
          )
        : [],
  },
  {
    id: "elasticache-global-failover",
    limit: "the groups of a Global Datastore fail over by themselves",
    source: `${ELASTICACHE_GUIDE}/Redis-Global-Datastores-Getting-Started.html`,
    find: (subject) => {
      const { clusterMode, replicas } = topologyOf(subject.store, subject.multiZone);
      return subject.regions === undefined || clusterMode || replicas > 0
        ? []
        : refuse(
            subject,
            "replicas",
            replicas,
            "a replica at least in a Global Datastore",
            "set mode to sentinel and replicas to 2",
          );
    },
  },
  {
    id: "elasticache-cluster-broker",
    // Celery's transport and BullMQ's multi-key scripts both need all keys on one node.
    limit: "queues need all their keys on one node, which cluster mode does not give",
    source: "https://github.com/celery/kombu/issues/1021",
    find: (subject) =>
      subject.store.mode === "cluster" && subject.store.purpose !== "cache"
        ? refuse(
            subject,
            "mode",
            subject.store.mode,
            "single or sentinel for a broker",
            "give the queue a store of its own, without cluster mode",
          )
        : [],
  },
];

/** What ElastiCache would refuse at apply. */
export function redisProblems(
  name: string,
  store: Redis,
  multiZone: boolean,
  more: Pick<RedisSubject, "regions"> = {},
): readonly Problem[] {
  return breaches(REDIS_CONSTRAINTS, { name, store, multiZone, ...more });
}
