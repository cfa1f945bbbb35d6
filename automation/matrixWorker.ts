import { parentPort, workerData } from "node:worker_threads";
import { InputError } from "../components/errors";
import { type Plan, serializePlan } from "../engine";
import { externalSecrets } from "./externalSecrets";
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
      const request = {
        directory,
        stack,
        selection: cell,
        secrets: await externalSecrets(cell.system, UNKNOWN_CONFIG_VALUE),
        mode,
        today,
      };
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
