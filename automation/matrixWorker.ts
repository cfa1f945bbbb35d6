import { parentPort, workerData } from "node:worker_threads";
import { InputError } from "../components/errors";
import type { Plan } from "../engine";
import type { Cell, CellResult } from "./matrix";
import { planStack } from "./plan";

const { directory, stack, today } = workerData as { directory: string; stack: string; today?: string };

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
      plans.push(await planStack({ directory, stack, selection: cell, mode, today }));
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
