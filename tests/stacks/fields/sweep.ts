import { parse } from "yaml";
import { InputError } from "../../../components/errors";
import type { Plan } from "../../../engine";
/** What a person writes: a system, and the settings of a stack. */
import { resolveSystem } from "../../../systems/resolve";
import type { SystemInput } from "../../../systems/spec";
import { type CellPlan, type Cloud, planCell } from "../../systems/cellPlans";
import type { Leaf } from "./leaves";
export interface Written {
  readonly system: SystemInput;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A value put in the place of another. */
export interface Put {
  readonly leaf: Leaf;
  readonly value: unknown;
  /** What goes with it elsewhere, by path. */
  readonly also?: Readonly<Record<string, unknown>>;
}

/** A field, and what may be put in its place, the likeliest to be accepted and seen first. */
export interface Change {
  readonly field: string;
  readonly ways: readonly Put[];
}

export interface Swept {
  /** The plan before any change. */
  readonly base: CellPlan;
  /** Fields whose change a plan shows. */
  readonly shown: ReadonlySet<string>;
  readonly plans: number;
}

/** Plans each change is in. */
const EACH = 3;

/**
 * Which changes a plan shows. A plan for each would take minutes, so each is in its own three of a few plans: a piece of
 * a resource that comes or goes in exactly those hangs on that field and on no other, as no two threes are alike and a
 * union of them has more. What others cover up, or cannot be with them, is then planned alone.
 */
export async function sweep(
  written: Written,
  place: { readonly cloud: Cloud; readonly model: "standalone" | "single-server" | "distributed" | "global" },
  changes: readonly Change[],
  excused: (field: string, ways: readonly Put[], base: Plan) => boolean,
): Promise<Swept> {
  const shown = new Set<string>();
  let plans = 0;
  const plan = async (puts: readonly Put[]): Promise<CellPlan> => {
    plans += 1;
    const { system, settings } = changed(written, puts);
    return planCell({ system, settings, ...place });
  };
  const base = await plan([]);
  const before = piecesOf(base);
  const fieldOf = new Map(changes.flatMap(({ field, ways: [first] }) => (first ? [[first, field] as const] : [])));
  for (const put of await shared(written, [...fieldOf.keys()], before, plan)) {
    shown.add(fieldOf.get(put) ?? "");
  }
  for (const { field, ways } of changes) {
    if (shown.has(field) || excused(field, ways, base.plan)) {
      continue;
    }
    for (const put of ways) {
      if (shown.has(field)) {
        break;
      }
      const alone = await attempt(plan, [put]);
      if ("refused" in alone ? isAbout(alone.error, put) : !equal(before, piecesOf(alone))) {
        shown.add(field);
      }
    }
  }
  return { base, shown, plans };
}

type Planner = (puts: readonly Put[]) => Promise<CellPlan>;

async function shared(
  written: Written,
  puts: readonly Put[],
  before: ReadonlySet<string>,
  plan: Planner,
): Promise<ReadonlySet<Put>> {
  const count = plansFor(puts.length);
  const codes = combinations(count, EACH);
  // Neighbours in the language are far apart in the plans.
  const coded = puts.map((put, index) => ({ put, code: codes[(index * 389) % codes.length] ?? 0 }));
  const codeOf = new Map<string, number>();
  const out = new Set<Put>();
  for (let number = 0; number < count; number += 1) {
    const inside = coded.filter(({ code, put }) => code & (1 << number) && !out.has(put)).map(({ put }) => put);
    const pieces = piecesOf(await accepted(inside, written, plan, out));
    for (const piece of [...pieces].filter((word) => !before.has(word))) {
      codeOf.set(`+${piece}`, (codeOf.get(`+${piece}`) ?? 0) | (1 << number));
    }
    for (const piece of [...before].filter((word) => !pieces.has(word))) {
      codeOf.set(`-${piece}`, (codeOf.get(`-${piece}`) ?? 0) | (1 << number));
    }
  }
  const found = new Set(codeOf.values());
  return new Set(coded.filter(({ code, put }) => found.has(code) && !out.has(put)).map(({ put }) => put));
}

/** A plan of the changes that can be together; the others are put out. */
async function accepted(puts: readonly Put[], written: Written, plan: Planner, out: Set<Put>): Promise<CellPlan> {
  const together = compatible(puts, ({ system }) => isRight(system), written);
  const answer = await attempt(plan, together);
  // A refusal that names nothing of what was changed leaves half of it for later.
  const guessed = together.slice(Math.floor(together.length / 2));
  const refused = "refused" in answer ? answer.refused : puts.filter((put) => !together.includes(put));
  if ("refused" in answer && guessed.length === 0) {
    throw answer.error;
  }
  for (const put of refused.length > 0 || !("refused" in answer) ? refused : guessed) {
    out.add(put);
  }
  return "refused" in answer ? accepted(without(puts, out), written, plan, out) : answer;
}

/** As many as can be together, found by halves. */
function compatible(puts: readonly Put[], accepts: (written: Written) => boolean, written: Written): readonly Put[] {
  const join = (kept: readonly Put[], more: readonly Put[]): readonly Put[] => {
    if (accepts(changed(written, [...kept, ...more]))) {
      return [...kept, ...more];
    }
    const half = Math.ceil(more.length / 2);
    return more.length === 1 ? kept : join(join(kept, more.slice(0, half)), more.slice(half));
  };
  return puts.length === 0 ? [] : join([], puts);
}

function without(puts: readonly Put[], out: ReadonlySet<Put>): readonly Put[] {
  return puts.filter((put) => !out.has(put));
}

async function attempt(
  plan: Planner,
  puts: readonly Put[],
): Promise<CellPlan | { readonly refused: readonly Put[]; readonly error: unknown }> {
  try {
    return await plan(puts);
  } catch (error) {
    if (!InputError.is(error)) {
      throw error;
    }
    const refused = error.problems.flatMap(({ path }) => blamed(path, puts));
    return { refused: [...new Set(refused)], error };
  }
}

/** Whether a system is right by itself, wherever it runs. */
export function isRight(system: SystemInput): boolean {
  try {
    resolveSystem(system, { model: "distributed", environment: "production", placement: "main" });
    return true;
  } catch (error) {
    if (!InputError.is(error)) {
      throw error;
    }
    return false;
  }
}

/** Whether a place refuses a value, right by itself, by the field's own name: it has read it. */
function isAbout(error: unknown, { leaf }: Put): boolean {
  return InputError.is(error) && error.problems.some(({ path }) => stepsOf(path).join(".") === leaf.at.join("."));
}

/** What a problem at a path is about: the change of the field, else of the closest fields around it. */
function blamed(path: string, puts: readonly Put[]): readonly Put[] {
  const steps = stepsOf(path);
  for (let length = steps.length; length > 2; length -= 1) {
    const start = steps.slice(0, length).join(".");
    const found = puts.filter(({ leaf }) => {
      const own = leaf.at.join(".");
      return own === start || own.startsWith(`${start}.`) || start.startsWith(`${own}.`);
    });
    if (found.length > 0) {
      return found;
    }
  }
  return [];
}

/** Steps of a problem's path in what a person writes. */
function stepsOf(path: string): readonly string[] {
  const dotted = path.replace(/\[(\d+)\]/g, ".$1");
  const [, setting] = /^groundplan:(.*)$/.exec(dotted) ?? [];
  return (setting === undefined ? `system.${dotted}` : `settings.${setting}`).split(".");
}

export function changed(written: Written, puts: readonly Put[]): Written {
  const copy = structuredClone(written);
  for (const { leaf, value, also = {} } of puts) {
    setAt(copy, leaf.at, value);
    for (const [path, other] of Object.entries(also)) {
      setAt(copy, path.split("."), other);
    }
  }
  return copy;
}

function setAt(whole: object, at: Leaf["at"], value: unknown): void {
  const holder = at.slice(0, -1).reduce<unknown>((part, key) => Reflect.get(Object(part) as object, key), whole);
  if (typeof holder === "object" && holder !== null) {
    Reflect.set(holder, at.at(-1) ?? "", value);
  }
}

/** The fewest plans that give each change its own. */
function plansFor(changes: number): number {
  let count = EACH;
  while ((count * (count - 1) * (count - 2)) / 6 < changes) {
    count += 1;
  }
  return Math.min(30, count + 2);
}

/** Numbers with so many bits of so many set. */
function combinations(bits: number, set: number): readonly number[] {
  if (set === 0) {
    return [0];
  }
  return Array.from({ length: bits }, (_, bit) => bit).flatMap((bit) =>
    combinations(bit, set - 1).map((rest) => rest | (1 << bit)),
  );
}

function equal(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && [...left].every((piece) => right.has(piece));
}

/** Every value a plan gives a resource or a file, text word by word, and every verdict, each with where it is. */
function piecesOf({ plan, files }: CellPlan): ReadonlySet<string> {
  const pieces = new Set<string>();
  // What a component is given is not yet read by anything.
  for (const { type, name, inputs, options, dependencies } of plan.resources.filter(({ custom }) => custom)) {
    pieces.add(`${type} ${name}`);
    collect(pieces, `${type} ${name} after`, dependencies);
    collect(pieces, `${type} ${name}`, { ...inputs, options });
  }
  for (const [path, content] of Object.entries(files)) {
    collect(pieces, path, path.endsWith(".yaml") ? (parse(content) as unknown) : content);
  }
  collect(pieces, "outputs", plan.outputs);
  for (const { feature, reason, remedy } of plan.degraded) {
    collect(pieces, `degraded ${feature}`, `${reason} ${remedy}`);
  }
  return pieces;
}

/** Lists have no places: what is put before another does not change it. */
function collect(pieces: Set<string>, at: string, value: unknown): void {
  if (Array.isArray(value)) {
    for (const part of value) {
      collect(pieces, at, part);
    }
    return;
  }
  if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      collect(pieces, `${at}/${key}`, part);
    }
    return;
  }
  for (const line of String(value).split("\n")) {
    const words = line.split(/[\s,;"'\\]+/).filter((word) => word !== "");
    for (const word of words) {
      pieces.add(`${at}/${words[0]}=${word}`);
    }
  }
}
