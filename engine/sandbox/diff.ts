import type { Wire, WireObject } from "../wire";
import { type Difference, differences, isSame } from "./differences";
import { make, type Wanted } from "./objects";

/** Whether changing a property of a type replaces the object. */
export type ReplaceRule = (type: string, path: string) => boolean;

/** What a change of inputs does to an object. */
export interface ObjectDiff {
  readonly changes: readonly (Difference & { readonly replaces: boolean })[];
  /** The new object could not exist beside the old one. */
  readonly deleteBeforeReplace: boolean;
}

/** How one object changes. `next` is what it would be made anew with, `current` what it is and has. */
export interface Change {
  readonly current: Wanted & { readonly id: string; readonly outputs: WireObject };
  readonly next: Wanted;
  readonly replacesOn: ReplaceRule;
}

/** What is computed from a provider's settings, and so may change where no input does. */
const FROM_PROVIDER = ["tagsAll"];

/** Tells updates from replacements, as a provider's Diff does. */
export function diffObject({ current, next, replacesOn }: Change): ObjectDiff {
  const found = differences(current.inputs, next.inputs).filter((difference) => !saysWhatIs(current, next, difference));
  const changes = found.map((difference) => ({
    ...difference,
    replaces:
      current.type.startsWith("random:") ||
      replacesOn(current.type, difference.path) ||
      changesIdentity(current, next, difference.key),
  }));
  if (changes.length === 0) {
    return { changes: computedChanges(current), deleteBeforeReplace: false };
  }
  const replaced = changes.some(({ replaces }) => replaces);
  return { changes, deleteBeforeReplace: replaced && make(next).id === current.id };
}

/** The clouds' providers compare with what is there: to name a value it has already, from another or by default, changes nothing. */
function saysWhatIs(current: Change["current"], next: Wanted, { key, path, kind }: Difference): boolean {
  return (
    kind === "add" &&
    path === key &&
    !current.type.startsWith("kubernetes:") &&
    current.outputs[key] !== undefined &&
    isSame(current.outputs[key], next.inputs[key])
  );
}

/** An object that would have another id with one property changed is another object. */
function changesIdentity(current: Change["current"], next: Wanted, key: string): boolean {
  const inputs: { [key: string]: Wire } = { ...current.inputs };
  const value = next.inputs[key];
  if (value === undefined) {
    delete inputs[key];
  } else {
    inputs[key] = value;
  }
  return make({ ...current, inputs }).id !== make(current).id;
}

function computedChanges(current: Change["current"]): ObjectDiff["changes"] {
  const now = make(current).outputs;
  return FROM_PROVIDER.filter((key) => now[key] !== undefined && !isSame(now[key], current.outputs[key])).map(
    (key) => ({
      path: key,
      key,
      kind: "update",
      replaces: false,
    }),
  );
}
