import { expect } from "chai";
import type { Model } from "../../../systems/spec";
import { type CellPlan, type Cloud, planOnce } from "../cellPlans";

/**
 * What a document says, where a plan or a rendered file holds it, and the value. Where a cloud or a model cannot carry a
 * number, the statement says why, and the value is what stands there instead.
 */
export type Row = readonly [says: string, read: (cell: CellPlan) => unknown, value: unknown];

/** One test per row and cloud. Each cell is planned once. */
export function holds(system: string, model: Model, clouds: readonly Cloud[], rows: readonly Row[]): void {
  for (const cloud of clouds) {
    describe(`${system}, ${model}, ${cloud}`, function () {
      this.timeout(120_000);
      let cell: CellPlan;
      before(async () => {
        cell = await planOnce(system, model, cloud, "staging");
      });
      for (const [says, read, value] of rows) {
        it(says, () => expect(read(cell)).to.deep.equal(value));
      }
    });
  }
}

/** Whether a verdict of the plan names a feature it gives only in part. */
export const degraded = (feature: RegExp) => (cell: CellPlan) =>
  cell.plan.degraded.some((verdict) => feature.test(verdict.feature));
