import { at, isFalse, isObject, keys, list, type Props, shown } from "./read";
import { type ResourceRule, type Rule, resourceRule } from "./rule";

/** A Helm release is one opaque resource: of what it installs, a rule sees the chart, its version and its values. */
export const RELEASE = "kubernetes:helm.sh/v3:Release";
/** A chart rendered by the provider: its objects are resources of their own, so only the chart itself is asked about. */
export const CHART = "kubernetes:helm.sh/v4:Chart";

/** One object among a release's values. */
export interface ValueNode {
  /** The key it stands under; empty for the values themselves. */
  readonly key: string;
  readonly props: Props;
  /** `values.server.service`: the start of a message. */
  readonly path: string;
}

/**
 * Asks `problems` of every object in a release's values, outermost first. What is under `enabled: false` is not
 * installed and so not asked, except the object that says so.
 */
export function valuesRule(
  facts: Omit<ResourceRule, "resources" | "check">,
  problems: (node: ValueNode) => readonly string[],
): Rule {
  return resourceRule({
    ...facts,
    resources: [RELEASE],
    check({ props, notApplicable }, report) {
      if (!isObject(props.values)) notApplicable("The release sets no values");
      const { nodes, end } = nodesOf(props.values as Props);
      for (const node of nodes) for (const problem of problems(node)) report(`${node.path}.${problem}`);
      // What was read before an unknown still counts.
      if (end !== undefined) throw end;
    },
  });
}

interface Walk {
  readonly nodes: readonly ValueNode[];
  /** What ended the walk before its end: an unknown among the values. */
  readonly end?: unknown;
}

/** Several rules walk the same values. */
const walks = new WeakMap<Props, Walk>();

function nodesOf(values: Props): Walk {
  const known = walks.get(values);
  if (known) return known;
  const nodes: ValueNode[] = [];
  let end: unknown;
  try {
    walk({ key: "", props: values, path: "values" }, nodes);
  } catch (error) {
    end = error;
  }
  const made = { nodes, end };
  walks.set(values, made);
  return made;
}

function walk(node: ValueNode, nodes: ValueNode[]): void {
  nodes.push(node);
  // A switched-off security context is no component that is left out: its fields stay what they are.
  if (isFalse(at(node.props, "enabled"))) return;
  for (const key of keys(node.props)) {
    const value = node.props[key];
    const path = `${node.path}.${key}`;
    if (isObject(value)) walk({ key, props: value, path }, nodes);
    list(value).forEach((entry, index) => {
      if (isObject(entry)) walk({ key, props: entry, path: `${path}[${index}]` }, nodes);
    });
  }
}

/** Values of the fields that are exactly what they must not be. */
export function wrong(props: Props, fields: Readonly<Record<string, readonly unknown[]>>): readonly string[] {
  return Object.entries(fields).flatMap(([field, values]) => {
    const value = at(props, field);
    return value !== undefined && values.includes(value) ? [`${field} is ${shown(value)}`] : [];
  });
}
