import { join } from "node:path";
import { externalSecrets } from "../../automation/externalSecrets";
import { type Cell, cellsOf } from "../../automation/matrix";
import { planStack } from "../../automation/plan";
import { UNKNOWN_CONFIG_VALUE } from "../../automation/stackFile";
import type { Plan } from "../../engine";

export const ROOT = join(__dirname, "..", "..");
export const UPDATE = process.env.UPDATE_SNAPSHOTS !== undefined;

const plans = new Map<string, Promise<Plan>>();

/** A cell as the matrix plans it, in preview mode and without policies; planned once however many tests ask. */
export function planOf(cell: Cell): Promise<Plan> {
  const key = nameOf(cell);
  const planned =
    plans.get(key) ??
    externalSecrets(cell.system, UNKNOWN_CONFIG_VALUE).then((secrets) =>
      planStack({ directory: ROOT, stack: "dev", selection: cell, secrets, mode: "preview", packs: [] }),
    );
  plans.set(key, planned);
  return planned;
}

export const nameOf = ({ system, model, cloud }: Cell) => `${system} ${model} ${cloud}`;

export const cells = cellsOf();
