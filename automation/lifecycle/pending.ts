import type { WireObject } from "../../engine/wire";
import { nameOf, PendingCreatesError } from "./errors";

/** A creation that a killed run had begun: nobody knows whether its cloud made the object. */
export interface PendingCreate {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: WireObject;
}

/** Providers whose objects are in the state alone. */
const IN_STATE_ONLY = /^(pulumi|random):/;

/** Creations of an exported state whose end nobody saw. */
export function pendingCreates(state: unknown): readonly PendingCreate[] {
  const list = (state as { deployment?: { pending_operations?: unknown } } | null)?.deployment?.pending_operations;
  return (Array.isArray(list) ? (list as readonly Operation[]) : []).flatMap(({ type: kind, resource }) => {
    const { urn = "", type = "", inputs = {} } = resource ?? {};
    return kind !== "creating" || IN_STATE_ONLY.test(type) ? [] : [{ urn, type, name: nameOf(urn), inputs }];
  });
}

interface Operation {
  readonly type?: string;
  readonly resource?: { readonly urn?: string; readonly type?: string; readonly inputs?: WireObject };
}

/**
 * Whether making it again may leave two: its id is the cloud's or the provider's to choose, not the program's. Where the
 * program gives the name that is the id, a cloud refuses a second one, and nothing is lost.
 */
export function mayDouble({ urn, type, name, inputs }: PendingCreate): boolean {
  // A killed run is rare: no other pays for loading what knows how clouds name things.
  const { simulate } = require("../../engine/simulators") as typeof import("../../engine/simulators");
  const given = givenInputs(inputs);
  const idOf = (seed: string) =>
    simulate({
      urn: seed,
      type,
      name,
      inputs: given,
      options: {},
      project: "",
      stack: "",
      config: {},
      provider: {},
      lookUp: () => undefined,
    }).id;
  return idOf(urn) !== idOf(`${urn}#another`);
}

/** The inputs without those a provider filled in: a name of its own making is another one in the next run. */
function givenInputs(inputs: WireObject): WireObject {
  const filled = Array.isArray(inputs.__defaults) ? inputs.__defaults : [];
  const given = Object.fromEntries(Object.entries(inputs).filter(([key]) => !filled.includes(key)));
  const metadata = given.metadata as
    | { readonly name?: string; readonly annotations?: Readonly<Record<string, string>> }
    | undefined;
  if (metadata?.annotations?.["pulumi.com/autonamed"] !== "true") {
    return given;
  }
  const { name: _, ...rest } = metadata;
  return { ...given, metadata: rest };
}

/** An up makes what it finds no record of: what a killed run may have made has to be looked for first. */
export function guardPendingCreates(stack: string, pending: readonly PendingCreate[]): void {
  if (pending.length > 0) {
    throw new PendingCreatesError(stack, pending);
  }
}
