import { mergeOutputs } from "../mergeOutputs";
import type { SimulationContext } from "../simulation";
import { simulate } from "../simulators";
import { declaredOutputs } from "../simulators/sdkSchema";
import { containsUnknown, makeSecret, UNKNOWN, unwrap, type Wire, type WireObject } from "../wire";
import { isSame } from "./differences";

/** What is asked of the pretended cloud. */
export interface Wanted {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Inputs as they came, secrets marked. */
  readonly inputs: WireObject;
  readonly provider: WireObject;
  readonly seed: string;
  /** Its id, where somebody names one that the sandbox never gave. */
  readonly readId?: string;
}

/** An object's id and outputs. */
export interface Made {
  readonly id: string;
  readonly outputs: WireObject;
}

/** What providers call secret by themselves. */
const SECRET_OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  "random:index/randomPassword:RandomPassword": ["result", "bcryptHash"],
  "random:index/randomBytes:RandomBytes": ["hex", "base64"],
  "kubernetes:core/v1:Secret": ["data", "stringData"],
};

/** Makes up an object as the offline engine does: an `up` against the sandbox ends with the values of a simulated plan. */
export function make(wanted: Wanted): Made {
  const context: SimulationContext = {
    urn: wanted.seed,
    type: wanted.type,
    name: wanted.name,
    inputs: unwrap(wanted.inputs) as WireObject,
    options: wanted.readId === undefined ? {} : { readId: wanted.readId },
    project: "",
    stack: "",
    config: {},
    provider: wanted.provider,
    lookUp: () => undefined,
  };
  const simulated = simulate(context);
  const outputs = mergeOutputs(wanted.inputs, simulated);
  for (const key of SECRET_OUTPUTS[wanted.type] ?? []) {
    const value = outputs[key];
    if (value !== undefined) {
      outputs[key] = makeSecret(value);
    }
  }
  return { id: simulated.id, outputs };
}

/** Something that was there before: a class of the cluster, a network of another team. Its id alone is known. */
export function makeForeign(
  subject: Omit<Wanted, "inputs" | "seed" | "readId">,
  id: string,
): Made & Pick<Wanted, "inputs"> {
  const [name, namespace] = id.split("/").reverse();
  const metadata = { name: name ?? id, ...(namespace === undefined ? {} : { namespace }) };
  const inputs: WireObject = subject.type.startsWith("kubernetes:") ? { metadata } : {};
  const seed = `${subject.type}::${id}`;
  return { id, inputs, outputs: make({ ...subject, inputs, seed, readId: id }).outputs };
}

/** What a provider tells of an object before it is made: its inputs, and that the rest is not known yet. */
export function foresee(wanted: Wanted): WireObject {
  const foreseen: { [key: string]: Wire } = {};
  for (const { name } of declaredOutputs(wanted.type)) {
    foreseen[name] = UNKNOWN;
  }
  for (const key of Object.keys(make(wanted).outputs)) {
    foreseen[key] = UNKNOWN;
  }
  return { ...foreseen, ...wanted.inputs };
}

/** What a provider tells of an object before it is changed: what stays as it is, and what is not known yet. */
export function foreseeChange(wanted: Wanted, olds: WireObject): WireObject {
  const next: { [key: string]: Wire } = { ...make(wanted).outputs };
  for (const [key, value] of Object.entries(next)) {
    if (!(key in wanted.inputs) && (containsUnknown(value) || mentionsUnknown(value) || !isSame(value, olds[key]))) {
      next[key] = UNKNOWN;
    }
  }
  return next;
}

/** A text that was built from an unknown holds the protocol's mark of it. */
function mentionsUnknown(value: Wire): boolean {
  return JSON.stringify(value).includes(UNKNOWN);
}
