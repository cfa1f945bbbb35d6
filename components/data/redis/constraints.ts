import type { StoreOf } from "../../../systems/spec";
import { type Problem, show } from "../../errors";
import { nodeTypeFor } from "./nodeType";

type Redis = StoreOf<"redis">;

/** Engine versions of ElastiCache for Redis OSS by the spec's. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html */
const ENGINES: Readonly<Record<string, { readonly version: string; readonly family: string }>> = {
  "6": { version: "6.2", family: "redis6.x" },
  "6.2": { version: "6.2", family: "redis6.x" },
  "7": { version: "7.1", family: "redis7" },
  "7.0": { version: "7.0", family: "redis7" },
  "7.1": { version: "7.1", family: "redis7" },
};

/** https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/quota-limits.html */
const MOST_NODES = 90;

export function engineOf(store: Pick<Redis, "version">) {
  return ENGINES[store.version];
}

/** Masters, and replicas of each. Surviving the loss of a zone takes a replica, whatever the spec says. */
export function topologyOf(store: Pick<Redis, "mode" | "shards" | "replicas">, multiZone: boolean) {
  const replicas = Math.max(store.replicas, multiZone || store.mode === "sentinel" ? 1 : 0);
  return { clusterMode: store.mode === "cluster", shards: store.mode === "cluster" ? store.shards : 1, replicas };
}

/** What ElastiCache would refuse at apply. */
export function redisProblems(name: string, store: Redis, multiZone: boolean): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (field: string, found: unknown, allowed: string, fix: string) =>
    problems.push({ path: `stores.${name}.${field}`, found: show(found), allowed, fix });

  if (!engineOf(store)) {
    add(
      "version",
      store.version,
      `a version ElastiCache offers: ${Object.keys(ENGINES).join(", ")}`,
      "choose one of them",
    );
  }
  const nodeType = nodeTypeFor(store);
  if (nodeType === undefined) {
    add(
      "resources.requests.memory",
      store.resources.requests.memory,
      "at most 419Gi per node",
      "use cluster mode with more shards",
    );
  } else if (!/^cache\.[a-z0-9]+\.[a-z0-9]+$/.test(nodeType)) {
    add("classes.aws", nodeType, "a node type such as cache.r6g.large", "write the type with its cache. prefix");
  } else if (/^cache\.(t1|m1|m2|c1)\./.test(nodeType)) {
    // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
    add(
      "classes.aws",
      nodeType,
      "a node type with automatic failover",
      "use a current generation, such as cache.t4g.micro",
    );
  }
  const { shards, replicas } = topologyOf(store, multiZone);
  if (shards * (replicas + 1) > MOST_NODES) {
    add(
      "shards",
      `${shards} shards of ${replicas + 1} nodes`,
      `at most ${MOST_NODES} nodes`,
      "use fewer shards or replicas",
    );
  }
  if (store.mode === "cluster" && store.purpose !== "cache") {
    // Celery's transport and BullMQ's multi-key scripts both need all keys on one node.
    // https://github.com/celery/kombu/issues/1021
    add(
      "mode",
      store.mode,
      "single or sentinel for a broker",
      "give the queue a store of its own, without cluster mode",
    );
  }
  return problems;
}
