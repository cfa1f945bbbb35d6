import { expect } from "chai";
import { z } from "zod";
import { systemSchema } from "../../systems/spec";
import { changesOf } from "./fields/changes";
import { everything } from "./fields/everything";
import { ABSENT, isExcused } from "./fields/exceptions";
import { fieldsOf, type Leaf, leavesOf } from "./fields/leaves";
import { sweep, type Written } from "./fields/sweep";

const CELLS = [{ cloud: "kubernetes", model: "distributed" }] as const;

/** Overlays hold the same fields again; that they are laid over is tested where they are merged. */
const isOverlay = (field: string) => /^(models|placements)\./.test(field);
/** Kinds of service share their fields, and the code that reads them. */
const shared = (field: string) => field.replace(/^system\./, "").replace(/^services\.\*\(\w+\)/, "services.*");

const written: Written = { system: everything, settings: { images: {}, mesh: { kind: "istio" } } };
const leaves: readonly Leaf[] = leavesOf(z.strictObject({ system: systemSchema }), written).filter(
  ({ field }) => !isOverlay(shared(field)),
);
let changes: ReturnType<typeof changesOf> | undefined;

describe("every field of a system", function () {
  this.timeout(600_000);

  it("is in the system that has one of everything, with a value that can be another", () => {
    const all = [...new Set(fieldsOf(systemSchema).map(shared))].filter((field) => !isOverlay(field));
    const held = new Set(leaves.map(({ field }) => shared(field)));
    const missing = all.filter((field) => !held.has(field) && !ABSENT.some(({ fields }) => fields.test(field)));
    expect(missing).to.deep.equal([]);
    changes = changesOf(written, leaves, ({ field }) => shared(field));
    expect(changes.filter(({ ways }) => ways.length === 0).map(({ field }) => field)).to.deep.equal([]);
  });

  for (const place of CELLS) {
    it(`changes the plan, or is said not to: ${place.cloud}, ${place.model}`, async () => {
      const excused = isExcused.bind(undefined, `${place.cloud}/${place.model}`);
      const asked = changes ?? changesOf(written, leaves, ({ field }) => shared(field));
      const { base, shown } = await sweep(written, place, asked, excused);
      const silent = asked.filter(({ field, ways }) => !shown.has(field) && !excused(field, ways, base.plan));
      expect(silent.map(({ field }) => field)).to.deep.equal([]);
    });
  }
});
