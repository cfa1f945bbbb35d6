import type { StoreOf } from "../../../systems/spec";
import type { Problem } from "../../errors";
import { type Constraint, problemsOf, when } from "../constraints/constraint";
import { memcachedNode } from "./sizes";

type Memcached = StoreOf<"memcached">;

const DOCS = "https://docs.cloud.google.com/memorystore/docs/memcached";
const PROPERTIES = `${DOCS}/instance-node-properties`;

const VERSIONS: Readonly<Record<string, string>> = {
  "1.5": "MEMCACHE_1_5",
  "1.5.16": "MEMCACHE_1_5",
  "1.6": "MEMCACHE_1_6_15",
  "1.6.15": "MEMCACHE_1_6_15",
};
const MOST_NODES = 20;
const MOST_CPUS = 32;
const MOST_MIB = 256 * 1_024;

/** The version as Memorystore calls it. */
export function memcachedVersion({ version }: Pick<Memcached, "version">): string | undefined {
  return VERSIONS[version];
}

/** What Memorystore for Memcached refuses, each with its documentation. */
export const MEMCACHED_CONSTRAINTS: readonly Constraint<Memcached>[] = [
  {
    id: "memcached-version",
    what: "versions of Memcached",
    limit: Object.keys(VERSIONS).join(", "),
    link: `${DOCS}/supported-versions`,
    check: (store) =>
      when(
        memcachedVersion(store) === undefined,
        "version",
        store.version,
        `a version Memorystore offers: ${Object.keys(VERSIONS).join(", ")}`,
        "choose one of them, or take the store out of groundplan:compute.managedStores",
      ),
  },
  {
    id: "memcached-nodes",
    what: "nodes of a cache",
    limit: String(MOST_NODES),
    link: PROPERTIES,
    check: ({ instances }) =>
      when(instances > MOST_NODES, "instances", instances, `at most ${MOST_NODES}`, "use fewer, larger nodes"),
  },
  {
    id: "memcached-cpus",
    what: "processors of a node",
    limit: `1, or an even number up to ${MOST_CPUS}`,
    link: PROPERTIES,
    check: (store) =>
      when(
        memcachedNode(store).cpuCount > MOST_CPUS,
        "resources.requests.cpu",
        store.resources.requests.cpu,
        `at most ${MOST_CPUS} per node`,
        "use more nodes: clients spread keys over them",
      ),
  },
  {
    id: "memcached-memory",
    what: "memory of a node",
    limit: "256 GiB",
    link: PROPERTIES,
    check: (store) =>
      when(
        memcachedNode(store).memorySizeMb > MOST_MIB,
        "resources.requests.memory",
        store.resources.requests.memory,
        "at most 256Gi per node",
        "use more nodes: clients spread keys over them",
      ),
  },
  {
    id: "memcached-class",
    what: "a class for a node",
    limit: "none: a node is so many processors and so much memory",
    link: PROPERTIES,
    check: ({ classes }) =>
      when(
        classes.gcp !== undefined,
        "classes.gcp",
        classes.gcp,
        "no class: Memorystore for Memcached has none",
        "remove it, and set resources.requests",
      ),
  },
];

/** What Memorystore would refuse at apply. */
export function memcachedProblems(name: string, store: Memcached): readonly Problem[] {
  return problemsOf(MEMCACHED_CONSTRAINTS, store, `stores.${name}`);
}
