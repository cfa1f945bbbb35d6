import type { StoreOf } from "../../../systems/spec";
import { breaches, type Constraint } from "../../aws/constraint";
import type { Problem } from "../../errors";
import { ELASTICACHE_GUIDE, nodeConstraints, refuse, typeCheck } from "../elasticache";

type Memcached = StoreOf<"memcached">;

/** A cache as ElastiCache will be asked for it. */
export interface MemcachedSubject {
  /** Name of the store. */
  readonly name: string;
  readonly store: Memcached;
}

/** Engine versions of ElastiCache by the spec's; none before 1.6.12 takes TLS. */
const VERSIONS: Readonly<Record<string, string>> = { "1.6": "1.6.22", "1.6.17": "1.6.17", "1.6.22": "1.6.22" };
const MOST_NODES = 60;

export function memcachedVersion(store: Pick<Memcached, "version">): string | undefined {
  return VERSIONS[store.version];
}

/** What ElastiCache for Memcached refuses, each with its documentation. */
export const MEMCACHED_CONSTRAINTS: readonly Constraint<MemcachedSubject>[] = [
  {
    id: "memcached-version",
    limit: `versions with TLS: ${Object.keys(VERSIONS).join(", ")}`,
    source: `${ELASTICACHE_GUIDE}/in-transit-encryption-mc.html`,
    find: (subject) =>
      memcachedVersion(subject.store) !== undefined
        ? []
        : refuse(
            subject,
            "version",
            subject.store.version,
            `a version ElastiCache offers with TLS: ${Object.keys(VERSIONS).join(", ")}`,
            "choose one of them, or take the store out of groundplan:compute.managedStores",
          ),
  },
  {
    id: "memcached-nodes",
    limit: `at most ${MOST_NODES} nodes`,
    source: `${ELASTICACHE_GUIDE}/quota-limits.html`,
    find: (subject) =>
      subject.store.instances > MOST_NODES
        ? refuse(subject, "instances", subject.store.instances, `at most ${MOST_NODES}`, "use fewer, larger nodes")
        : [],
  },
  ...nodeConstraints("memcached", "cache.t4g.small", "use more nodes: clients spread keys over them"),
  {
    id: "memcached-type-encryption",
    limit: "old generations take no encryption in transit",
    source: `${ELASTICACHE_GUIDE}/in-transit-encryption-mc.html`,
    find: typeCheck(
      (type) => /^cache\.(t1|t2|m1|m2|m3|c1|r3)\./.test(type),
      "a node type with encryption",
      "use a current generation, such as cache.t4g.small",
    ),
  },
];

/** What ElastiCache would refuse at apply. */
export function memcachedProblems(name: string, store: Memcached): readonly Problem[] {
  return breaches(MEMCACHED_CONSTRAINTS, { name, store });
}
