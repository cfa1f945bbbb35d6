import { MonitorError } from "./monitorErrors";
import { fakeToken } from "./simulators/fakes";
import { isObject, makeSecret, mapValues, SIGNATURE, UNKNOWN, type Wire, type WireObject } from "./wire";

/** The type the SDK reads another stack's outputs through. */
export const STACK_REFERENCE_TYPE = "pulumi:pulumi:StackReference";

/** Anything with outputs as a plan file holds them. */
export interface StackOutputs {
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** The outputs of other stacks, by `organization/project/stack`, `project/stack` or `stack`. */
export type StackReferenceTable = Readonly<Record<string, StackOutputs>>;

/** Answers the read of a StackReference from plans, as the engine's own provider answers it from state. */
export function readStackReference(table: StackReferenceTable, name: string, mode: "preview" | "simulate"): WireObject {
  const found = lookUp(table, name);
  if (found === undefined) {
    const known = Object.keys(table);
    throw new MonitorError(
      "stack-reference",
      `the program reads the outputs of stack ${JSON.stringify(name)}, which was not given: ` +
        `pass its plan in stackReferences (given: ${known.length > 0 ? known.join(", ") : "none"})`,
    );
  }
  const secretOutputNames: string[] = [];
  const outputs = mapValues(found.outputs, (value, key) => {
    const converted = fromPlan(value, `${name}/${key}`, mode);
    if (converted.secret) {
      secretOutputNames.push(key);
      return makeSecret(converted.value);
    }
    return converted.value;
  });
  return { name, outputs, secretOutputNames };
}

/** A shorter name matches the end of a longer one, so a plan may be given without its organization. */
function lookUp(table: StackReferenceTable, name: string): StackOutputs | undefined {
  if (Object.hasOwn(table, name)) {
    return table[name];
  }
  const parts = name.split("/");
  const matches = Object.keys(table).filter((key) => {
    const other = key.split("/");
    const shared = Math.min(parts.length, other.length);
    return parts.slice(-shared).join("/") === other.slice(-shared).join("/");
  });
  return matches.length === 1 ? table[matches[0] ?? ""] : undefined;
}

interface Converted {
  readonly value: Wire;
  readonly secret: boolean;
}

/** A plan file's value as a protocol value. A secret's own value is in no plan: another takes its place. */
function fromPlan(value: unknown, seed: string, mode: "preview" | "simulate"): Converted {
  if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string") {
    return { value, secret: false };
  }
  if (Array.isArray(value)) {
    const items = value.map((item, index) => fromPlan(item, `${seed}/${index}`, mode));
    return { value: items.map((item) => item.value), secret: items.some((item) => item.secret) };
  }
  const object = value as Record<string, unknown>;
  if (object.$ === "secret") {
    // One unknown output makes all of a reference's outputs unknown to the SDK, and a deployed stack has none.
    return {
      value: object.known === false && mode === "preview" ? UNKNOWN : fakeSecret(object, seed),
      secret: true,
    };
  }
  if (object.$ === "unknown") {
    return { value: mode === "simulate" ? `simulated-${fakeToken(seed, 8)}` : UNKNOWN, secret: false };
  }
  if (object.$ === "map" && isObject(object.entries)) {
    return fromPlan(object.entries, seed, mode);
  }
  if (object.$ === "asset" || object.$ === "archive" || object.$ === "resource") {
    return { value: object.$ === "resource" ? String(object.urn) : UNKNOWN, secret: false };
  }
  let secret = false;
  const entries = mapValues(object, (item, key) => {
    const converted = fromPlan(item, `${seed}/${key}`, mode);
    secret ||= converted.secret;
    return converted.value;
  });
  // A key of the program's may not be taken for the protocol's mark.
  delete entries[SIGNATURE];
  return { value: entries, secret };
}

function fakeSecret({ type, keys }: Readonly<Record<string, unknown>>, seed: string): Wire {
  switch (type) {
    case "number":
      return 0;
    case "boolean":
      return false;
    case "array":
      return [];
    case "object":
      // A plan tells the names within a secret and nothing else of it.
      return Object.fromEntries(
        (Array.isArray(keys) ? keys : []).map((key) => [String(key), fakeSecret({ type: "string" }, `${seed}/${key}`)]),
      );
    default:
      return `simulated-${fakeToken(seed, 24)}`;
  }
}
