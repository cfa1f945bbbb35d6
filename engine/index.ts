export { EngineError, type Failure, type FailureKind } from "./failures";
export type { RecordedResource } from "./goal";
export type { InvokeContext, InvokeHandler, InvokeTable } from "./invokes";
export * from "./plan";
export type { PlanObject, PlanValue } from "./planValues";
export type { Program, RunRequest, RunResult } from "./request";
export { runProgram } from "./run";
export type { Simulated, SimulationContext, Simulator, SimulatorTable } from "./simulation";
export type { StackReferenceTable } from "./stackReferences";
