import type { SimulatorTable } from "../simulation";

/** Resources of the engine itself. */
export const builtInSimulators: SimulatorTable = {
  // It keeps the first input it was given: in a plan from nothing, the one it has.
  "pulumi:index:Stash": ({ inputs }) => ({ outputs: { output: inputs.input ?? null } }),
};
