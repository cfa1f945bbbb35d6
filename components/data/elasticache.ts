import type { StoreOf } from "../../systems/spec";
import type { Constraint } from "../aws/constraint";
import { CACHE_TYPE, classFix, isClass } from "../aws/instanceClass";
import { type Problem, show } from "../errors";
import { nodeTypeFor } from "./redis/nodeType";

/** A store that ElastiCache runs, of either engine. */
export interface CacheSubject {
  /** Name of the store. */
  readonly name: string;
  readonly store: Pick<StoreOf<"redis">, "classes" | "resources">;
}

export const ELASTICACHE_GUIDE = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg";

/** A problem of a store, by the field that makes it one. */
export function refuse(
  { name }: Pick<CacheSubject, "name">,
  field: string,
  found: unknown,
  allowed: string,
  fix: string,
): readonly Problem[] {
  return [{ path: `stores.${name}.${field}`, found: show(found), allowed, fix }];
}

/** Finds node types that are wrong. */
export function typeCheck(
  isWrong: (type: string) => boolean,
  allowed: string,
  fix: string | ((type: string) => string),
) {
  return (subject: CacheSubject): readonly Problem[] => {
    const type = nodeTypeFor(subject.store);
    return type !== undefined && isWrong(type)
      ? refuse(subject, "classes.aws", type, allowed, typeof fix === "string" ? fix : fix(type))
      : [];
  };
}

/** What ElastiCache refuses of a node, whatever runs on it; `rather` is what to do with more than a node holds. */
export function nodeConstraints(engine: string, example: string, rather: string): readonly Constraint<CacheSubject>[] {
  return [
    {
      id: `${engine}-largest-node`,
      limit: "419 GiB per node in the types known here",
      source: `${ELASTICACHE_GUIDE}/ParameterGroups.Engine.html`,
      find: (subject) =>
        nodeTypeFor(subject.store) !== undefined
          ? []
          : refuse(
              subject,
              "resources.requests.memory",
              subject.store.resources.requests.memory,
              "at most 419Gi per node",
              rather,
            ),
    },
    {
      id: `${engine}-type-form`,
      limit: "a node type is called cache.FAMILY.SIZE, by a size there is",
      source: `${ELASTICACHE_GUIDE}/CacheNodes.SupportedTypes.html`,
      find: typeCheck(
        (type) => !isClass(type, CACHE_TYPE),
        `a node type such as ${example}`,
        (type) => classFix(type, CACHE_TYPE, "write the type with its cache. prefix, and a size the family has"),
      ),
    },
  ];
}
