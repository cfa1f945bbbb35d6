import { parentPort, workerData } from "node:worker_threads";
import { InputError } from "../components/errors";
import { type Plan, serializePlan } from "../engine";
import { builtInSystem } from "../systems";
import type { Cell, CellResult } from "./matrix";
import { planStack } from "./plan";
import { UNKNOWN_CONFIG_VALUE } from "./stackFile";

const { directory, stack, today, compareTransports } = workerData as {
  directory: string;
  stack: string;
  today?: string;
  compareTransports: boolean;
};

parentPort?.on("message", async (message: Cell | "done") => {
  if (message === "done") {
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(await planCell(message));
});

/** Plans a cell in both modes; never throws. */
async function planCell(cell: Cell): Promise<CellResult> {
  try {
    const plans: Plan[] = [];
    for (const mode of ["preview", "simulate"] as const) {
      const request = { directory, stack, selection: cell, secrets: await secretsOf(cell.system), mode, today };
      const plan = await planStack(request);
      plans.push(plan);
      if (compareTransports) {
        const served = await planStack({ ...request, transport: "grpc", packs: [] });
        if (serializePlan({ ...served, policies: plan.policies }) !== serializePlan(plan)) {
          throw new Error(`the plan in ${mode} mode differs when the engine is served over gRPC`);
        }
      }
    }
    const results = plans.flatMap((plan) => plan.policies.results);
    const failing = results.filter(({ level, status }) => level === "mandatory" && status === "violation");
    const violations = [
      ...new Set(failing.map(({ pack, rule, urn }) => `${pack}/${rule} ${urn.split("::").at(-1)}`)),
    ].sort();
    const [preview] = plans;
    return {
      ...cell,
      status: violations.length > 0 ? "violations" : "clean",
      resources: preview?.resources.length ?? 0,
      violations,
      exempt: preview?.policies.results.filter(({ status }) => status === "exempt").length ?? 0,
      degraded: preview?.degraded ?? [],
    };
  } catch (error) {
    return {
      ...cell,
      status: InputError.is(error) ? "refused" : "failed",
      resources: 0,
      violations: [],
      exempt: 0,
      degraded: [],
      message: error instanceof Error ? error.message : String(error),
    };
  }
}

/** Every secret a system gets from outside, present and unknown: what any stack of it has to bring. */
async function secretsOf(name: string): Promise<Readonly<Record<string, unknown>>> {
  const system = await builtInSystem(name);
  const own = Object.entries(system?.secrets ?? {}).filter(([, secret]) => secret.generate === undefined);
  const external = Object.entries(system?.external ?? {}).filter(
    ([, { secrets }]) => Object.keys(secrets ?? {}).length > 0,
  );
  const secrets = {
    ...Object.fromEntries(own.map(([key]) => [key, UNKNOWN_CONFIG_VALUE])),
    ...Object.fromEntries(external.map(([key, service]) => [key, unknownValues(service.secrets ?? {})])),
  };
  return Object.keys(secrets).length === 0 ? {} : { "groundplan:secrets": secrets };
}

function unknownValues(keys: object): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(keys).map((key) => [key, UNKNOWN_CONFIG_VALUE]));
}
