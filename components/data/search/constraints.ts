import type { StoreOf } from "../../../systems/spec";
import { breaches, type Constraint } from "../../aws/constraint";
import { classFix, isClass, SEARCH_TYPE } from "../../aws/instanceClass";
import { type Problem, show } from "../../errors";
import { diskGiB, ENGINES, instanceTypeFor } from "./opensearch";

type Search = StoreOf<"search">;

/** An index as OpenSearch Service will be asked for it. */
export interface SearchSubject {
  /** Name of the store. */
  readonly name: string;
  readonly store: Search;
  /** Whether losing a zone may not stop it. */
  readonly multiZone: boolean;
  /** Whether the collectors of logs write to it. @default false */
  readonly logs?: boolean;
}

const GUIDE = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide";
const OUT = "take the store out of groundplan:compute.managedStores";
/** Data nodes without a raised quota, rounded down to what three zones share. */
const MOST_NODES = 78;
/** The largest volume of any instance type known here. */
const MOST_DISK_GIB = 24_576;

/** What OpenSearch Service refuses, each with its documentation. */
export const SEARCH_CONSTRAINTS: readonly Constraint<SearchSubject>[] = [
  {
    id: "opensearch-version",
    limit: `versions ${Object.keys(ENGINES).join(", ")}: Elasticsearch is not sold, and its clients refuse OpenSearch`,
    source: `${GUIDE}/what-is.html`,
    find: (subject) =>
      ENGINES[subject.store.version] !== undefined
        ? []
        : refuse(
            subject,
            "version",
            subject.store.version,
            `a version of OpenSearch: ${Object.keys(ENGINES).join(", ")}`,
            `use OpenSearch's clients and set the version in groundplan:overrides, or ${OUT}`,
          ),
  },
  {
    id: "opensearch-log-collectors",
    limit: "Elastic's collectors refuse OpenSearch",
    source: `${GUIDE}/rename.html`,
    find: (subject) =>
      subject.logs
        ? refuse(subject, "kind", "the log store", "an index that Elastic's collectors do not write to", OUT)
        : [],
  },
  {
    id: "opensearch-nodes",
    limit: `at most ${MOST_NODES} data nodes`,
    source: `${GUIDE}/limits.html`,
    find: (subject) =>
      subject.store.instances > MOST_NODES
        ? refuse(subject, "instances", subject.store.instances, `at most ${MOST_NODES}`, "use fewer, larger nodes")
        : [],
  },
  {
    id: "opensearch-largest-disk",
    limit: `a node's volume holds at most ${MOST_DISK_GIB} GiB`,
    source: `${GUIDE}/limits.html`,
    find: (subject) =>
      diskGiB(subject.store) > MOST_DISK_GIB
        ? refuse(subject, "storage.size", subject.store.storage.size, `at most ${MOST_DISK_GIB}Gi`, "use more nodes")
        : [],
  },
  {
    id: "opensearch-largest-node",
    limit: "384 GiB of memory per node in the types known here",
    source: `${GUIDE}/supported-instance-types.html`,
    find: (subject) =>
      diskGiB(subject.store) > MOST_DISK_GIB || typeOf(subject) !== undefined
        ? []
        : refuse(
            subject,
            "resources.requests.memory",
            subject.store.resources.requests.memory,
            "at most 384Gi per node",
            "use more, smaller nodes",
          ),
  },
  {
    id: "opensearch-type-form",
    limit: "an instance type is called FAMILY.SIZE.search, by a size there is",
    source: `${GUIDE}/supported-instance-types.html`,
    find: (subject) =>
      refuseType(
        subject,
        (type) => !isClass(type, SEARCH_TYPE),
        "an instance type such as r6g.large.search",
        (type) => classFix(type, SEARCH_TYPE, "write the type with its .search suffix, and a size the family has"),
      ),
  },
  {
    id: "opensearch-type-access-control",
    limit: "old generations take no fine-grained access control",
    source: `${GUIDE}/supported-instance-types.html`,
    find: (subject) =>
      refuseType(
        subject,
        (type) => /^(t2|m3)\./.test(type),
        "an instance type with fine-grained access control",
        "use a current generation, such as t3.small.search",
      ),
  },
];

/** What OpenSearch Service would refuse at apply. */
export function searchProblems(subject: SearchSubject): readonly Problem[] {
  return breaches(SEARCH_CONSTRAINTS, subject);
}

function typeOf({ store, multiZone }: SearchSubject): string | undefined {
  return instanceTypeFor(store, multiZone);
}

function refuseType(
  subject: SearchSubject,
  isWrong: (type: string) => boolean,
  allowed: string,
  fix: string | ((type: string) => string),
): readonly Problem[] {
  const type = typeOf(subject);
  return type !== undefined && isWrong(type)
    ? refuse(subject, "classes.aws", type, allowed, typeof fix === "string" ? fix : fix(type))
    : [];
}

function refuse({ name }: SearchSubject, field: string, found: unknown, allowed: string, fix: string): Problem[] {
  return [{ path: `stores.${name}.${field}`, found: show(found), allowed, fix }];
}
