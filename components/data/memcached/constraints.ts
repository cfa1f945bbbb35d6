import type { StoreOf } from "../../../systems/spec";
import { breaches, type Constraint } from "../../aws/constraint";
import { type Problem, show } from "../../errors";
import { nodeTypeFor } from "../redis/nodeType";

type Memcached = StoreOf<"memcached">;

/** A cache as ElastiCache will be asked for it. */
export interface MemcachedSubject {
  /** Name of the store. */
  readonly name: string;
  readonly store: Memcached;
}

const GUIDE = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg";

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
    source: `${GUIDE}/in-transit-encryption-mc.html`,
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
    source: `${GUIDE}/quota-limits.html`,
    find: (subject) =>
      subject.store.instances > MOST_NODES
        ? refuse(subject, "instances", subject.store.instances, `at most ${MOST_NODES}`, "use fewer, larger nodes")
        : [],
  },
  {
    id: "memcached-largest-node",
    limit: "419 GiB per node in the types known here",
    source: `${GUIDE}/ParameterGroups.Engine.html`,
    find: (subject) =>
      nodeTypeFor(subject.store) !== undefined
        ? []
        : refuse(
            subject,
            "resources.requests.memory",
            subject.store.resources.requests.memory,
            "at most 419Gi per node",
            "use more nodes: clients spread keys over them",
          ),
  },
  {
    id: "memcached-type-form",
    limit: "a node type is called cache.FAMILY.SIZE",
    source: `${GUIDE}/CacheNodes.SupportedTypes.html`,
    find: (subject) => {
      const type = nodeTypeFor(subject.store);
      return type === undefined || /^cache\.[a-z0-9]+\.[a-z0-9]+$/.test(type)
        ? []
        : refuse(
            subject,
            "classes.aws",
            type,
            "a node type such as cache.t4g.small",
            "write the type with its cache. prefix",
          );
    },
  },
  {
    id: "memcached-type-encryption",
    limit: "old generations take no encryption in transit",
    source: `${GUIDE}/in-transit-encryption-mc.html`,
    find: (subject) => {
      const type = nodeTypeFor(subject.store);
      return type !== undefined && /^cache\.(t1|t2|m1|m2|m3|c1|r3)\./.test(type)
        ? refuse(
            subject,
            "classes.aws",
            type,
            "a node type with encryption",
            "use a current generation, such as cache.t4g.small",
          )
        : [];
    },
  },
];

/** What ElastiCache would refuse at apply. */
export function memcachedProblems(name: string, store: Memcached): readonly Problem[] {
  return breaches(MEMCACHED_CONSTRAINTS, { name, store });
}

function refuse({ name }: MemcachedSubject, field: string, found: unknown, allowed: string, fix: string): Problem[] {
  return [{ path: `stores.${name}.${field}`, found: show(found), allowed, fix }];
}
