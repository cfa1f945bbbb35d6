import type { InvokeTable } from "../invokes";
import type { Simulated, SimulationContext, SimulatorTable } from "../simulation";
import { findSimulator } from "../simulation";

/** The functions the engine answers by itself. */
export const builtInInvokes: InvokeTable = {};

/** Makes up the outputs of any resource. */
export function simulate(context: SimulationContext, extra: SimulatorTable = {}): Simulated {
  return findSimulator([extra], context.type)?.(context) ?? {};
}
