import type { InvokeTable } from "../invokes";
import { findSimulator, type Simulated, type SimulationContext, type SimulatorTable } from "../simulation";
import type { WireObject } from "../wire";
import { awsSimulators } from "./aws";
import { awsInvokes } from "./awsInvokes";
import { builtInSimulators } from "./builtIn";
import { fakeToken } from "./fakes";
import { gcpInvokes, gcpSimulators } from "./gcp";
import { autoName, fillDeclared } from "./generic";
import { kubernetesInvokes, kubernetesSimulators } from "./kubernetes";
import { randomSimulators } from "./random";
import { declaredOutputs } from "./sdkSchema";

/** The functions the engine answers by itself. */
export const builtInInvokes: InvokeTable = { ...awsInvokes, ...gcpInvokes, ...kubernetesInvokes };

const simulators: SimulatorTable = {
  ...builtInSimulators,
  ...awsSimulators,
  ...gcpSimulators,
  ...kubernetesSimulators,
  ...randomSimulators,
};

/**
 * Makes up the outputs of any resource: its simulator's, then whatever its class declares beyond them. The same
 * resource gets the same outputs in every run.
 */
export function simulate(context: SimulationContext, extra: SimulatorTable = {}): Required<Simulated> {
  const own = findSimulator([extra, simulators], context.type)?.(context) ?? {};
  const known = onlyDeclared(context.type, own.outputs ?? {});
  const outputs = { ...fillDeclared(context, known), ...known };
  return { id: own.id ?? genericId(context), outputs, override: own.override ?? [] };
}

/** Simulators give some outputs to every type of a cloud; a type has those its class declares. */
function onlyDeclared(type: string, outputs: WireObject): WireObject {
  const declared = new Set(declaredOutputs(type).map((output) => output.name));
  return declared.size === 0
    ? outputs
    : Object.fromEntries(Object.entries(outputs).filter(([key]) => declared.has(key)));
}

function genericId(context: SimulationContext): string {
  const name = context.inputs.name ?? context.inputs.identifier;
  return typeof name === "string" ? name : `${autoName(context)}-${fakeToken(`${context.urn}/id`, 4)}`;
}
