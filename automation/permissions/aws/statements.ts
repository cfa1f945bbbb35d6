import type { Condition } from "./row";

/** A statement of an identity policy. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Condition;
}

/** A managed policy. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/**
 * Most characters of a managed policy, white space aside.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const POLICY_SIZE = 6_144;
/** Managed policies a role may have without asking for more; same source. */
export const POLICIES_PER_ROLE = 10;

/** Gathers rights into as few statements as their conditions allow. */
export class Statements {
  private readonly found = new Map<
    string,
    { readonly sid: string; readonly condition?: Condition; actions: Set<string>; resources: Set<string> }
  >();

  /** Rights of equal `sid` and condition share a statement: what none of them takes allows nothing more. */
  add(sid: string, actions: readonly string[], resources: readonly string[], condition?: Condition): void {
    const key = `${sid} ${JSON.stringify(condition ?? null)}`;
    const known = this.found.get(key) ?? {
      sid,
      ...(condition ? { condition } : {}),
      actions: new Set<string>(),
      resources: new Set<string>(),
    };
    for (const action of actions) {
      known.actions.add(action);
    }
    for (const resource of resources) {
      known.resources.add(resource);
    }
    this.found.set(key, known);
  }

  get all(): readonly Statement[] {
    // Some rows add only actions, some only resources: alone they allow nothing.
    const whole = [...this.found.values()].filter(({ actions, resources }) => actions.size > 0 && resources.size > 0);
    const statements = whole.map(({ sid, condition, actions, resources }) => ({
      Sid: sid,
      Effect: "Allow" as const,
      Action: [...actions].sort(),
      Resource: withoutCovered([...resources].sort()),
      ...(condition ? { Condition: condition } : {}),
    }));
    return statements.sort((left, right) => (left.Sid < right.Sid ? -1 : left.Sid > right.Sid ? 1 : 0));
  }
}

/** Statements over as few policies as they fit in, in their order; one too large for a policy is cut by its resources. */
export function split(statements: readonly Statement[]): readonly PolicyDocument[] {
  const policies: Statement[][] = [];
  for (const statement of statements.flatMap(cut)) {
    const room = policies.find((policy) => sizeOf(documentOf([...policy, statement])) <= POLICY_SIZE);
    if (room) {
      room.push(statement);
    } else {
      policies.push([statement]);
    }
  }
  return policies.map(documentOf);
}

/** Names of one kind and place from which on their common start stands for them, where every name takes too much room. */
const MANY = 4;
/** Shortest start that tells a system's names from another's. */
const START = 8;

/** Statements in which many names of one kind and place became the start they share. */
export function condensed(statements: readonly Statement[]): readonly Statement[] {
  return statements.map((statement) => {
    const groups = new Map<string, string[]>();
    for (const resource of statement.Resource) {
      const [head = "", name = ""] =
        /^(.*?:[^:]*:[^:]*:[^:]*:[^:]*:(?:[a-z-]+[:/](?:app\/)?)?)(.*)$/.exec(resource)?.slice(1) ?? [];
      groups.set(head, [...(groups.get(head) ?? []), name]);
    }
    const resources = [...groups].flatMap(([head, names]) => shared(names).map((name) => `${head}${name}`));
    return { ...statement, Resource: resources.sort() };
  });
}

function shared(names: readonly string[]): readonly string[] {
  const [first = ""] = names;
  let length = 0;
  while (length < first.length && names.every((name) => name[length] === first[length])) {
    length += 1;
  }
  // Up to the end of a word: half a word may begin another's name.
  const start = first.slice(0, length).replace(/[^-/]*$/, "");
  return names.length >= MANY && start.length >= START ? [`${start}*`] : names;
}

/** Characters IAM counts. */
export function sizeOf(document: PolicyDocument): number {
  return JSON.stringify(document).length;
}

/** Ids are unique within a policy. */
function documentOf(statements: readonly Statement[]): PolicyDocument {
  const seen = new Map<string, number>();
  const numbered = statements.map((statement) => {
    const count = (seen.get(statement.Sid) ?? 0) + 1;
    seen.set(statement.Sid, count);
    return count === 1 ? statement : { ...statement, Sid: `${statement.Sid}${count}` };
  });
  return { Version: "2012-10-17", Statement: numbered };
}

function cut(statement: Statement): readonly Statement[] {
  const { Resource } = statement;
  if (sizeOf(documentOf([statement])) <= POLICY_SIZE || Resource.length < 2) {
    return [statement];
  }
  const half = Math.ceil(Resource.length / 2);
  return [Resource.slice(0, half), Resource.slice(half)].flatMap((part) => cut({ ...statement, Resource: part }));
}

/** Without what another pattern of them matches. */
function withoutCovered(resources: readonly string[]): readonly string[] {
  if (resources.includes("*")) {
    return ["*"];
  }
  const starts = resources.filter((resource) => /^[^*?]*\*$/.test(resource)).map((resource) => resource.slice(0, -1));
  return resources.filter(
    (resource) => !starts.some((start) => resource !== `${start}*` && resource.startsWith(start)),
  );
}
