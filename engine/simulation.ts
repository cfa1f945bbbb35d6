import type { GoalOptions } from "./goal";
import type { WireObject } from "./wire";

/** What a simulator is told of the resource whose outputs it makes up. */
export interface SimulationContext {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** The inputs with secrets taken off. */
  readonly inputs: WireObject;
  readonly options: GoalOptions;
  readonly project: string;
  readonly stack: string;
  readonly config: Readonly<Record<string, string>>;
  /** The inputs of its explicit provider, or of its default one. */
  readonly provider: WireObject;
  /** The resource recorded under a URN or an id, if any: what a real cloud would look up. */
  readonly lookUp: (urnOrId: string) => { readonly id: string; readonly outputs: WireObject } | undefined;
}

/** What a simulator makes up. Outputs that the inputs already hold are ignored, unless `override` names them. */
export interface Simulated {
  readonly id?: string;
  readonly outputs?: WireObject;
  readonly override?: readonly string[];
}

/** Makes up the outputs of one type of resource. */
export type Simulator = (context: SimulationContext) => Simulated;

/** Simulators by type token; a key that ends in `:*` stands for every other type that begins so. */
export type SimulatorTable = Readonly<Record<string, Simulator>>;

/** Finds the simulator of a type: its own, else the longest pattern that fits. */
export function findSimulator(tables: readonly SimulatorTable[], type: string): Simulator | undefined {
  for (const table of tables) {
    if (Object.hasOwn(table, type)) {
      return table[type];
    }
  }
  for (const table of tables) {
    const pattern = Object.keys(table)
      .filter((key) => key.endsWith("*") && type.startsWith(key.slice(0, -1)))
      .sort((left, right) => right.length - left.length)[0];
    if (pattern !== undefined) {
      return table[pattern];
    }
  }
  return undefined;
}
