import { expect } from "chai";
import * as fc from "fast-check";
import { systemSchema } from "../../systems/spec";
import { applyOverlay } from "../../systems/spec/overlay";
import { shop } from "./fixture";

/** Trees as systems and overlays are: maps of maps, lists and plain values. */
const key = fc.constantFrom("a", "b", "c", "d");
const leaf = fc.oneof(
  fc.integer(),
  fc.string({ maxLength: 3 }),
  fc.boolean(),
  fc.array(fc.integer(), { maxLength: 2 }),
);
const tree = (withNull: boolean) =>
  fc.letrec<{ node: unknown; map: Record<string, unknown> }>((tie) => ({
    map: fc.dictionary(key, tie("node"), { maxKeys: 3 }),
    node: fc.oneof({ maxDepth: 3 }, leaf, ...(withNull ? [fc.constant(null)] : []), tie("map")),
  })).map;

describe("overlays", () => {
  it("give the same when laid twice", () => {
    fc.assert(
      fc.property(tree(false), tree(true), (base, change) => {
        const once = applyOverlay<unknown>(base, change);
        expect(applyOverlay(once, change)).to.deep.equal(once);
      }),
    );
  });

  it("modify neither the base nor the change", () => {
    fc.assert(
      fc.property(tree(false), tree(true), (base, change) => {
        const before = structuredClone([base, change]);
        applyOverlay<unknown>(base, change);
        expect([base, change]).to.deep.equal(before);
      }),
    );
  });

  it("leave no null behind where the base is a map, whatever the change removes", () => {
    fc.assert(
      fc.property(tree(false), tree(true), (base, change) => {
        expect(JSON.stringify(applyOverlay<unknown>(base, change))).to.not.match(/null/);
      }),
    );
  });

  it("change nothing when empty or absent", () => {
    fc.assert(
      fc.property(tree(false), (base) => {
        expect(applyOverlay<unknown>(base, {})).to.deep.equal(base);
        expect(applyOverlay<unknown>(base, undefined)).to.deep.equal(base);
      }),
    );
  });

  it("replace lists whole and merge maps", () => {
    const merged = applyOverlay<unknown>({ list: [1, 2], map: { a: 1, b: 2 } }, { list: [3], map: { b: null, c: 3 } });
    expect(merged).to.deep.equal({ list: [3], map: { a: 1, c: 3 } });
  });

  it("reject a field no part of a system has, and say where", () => {
    const { error } = systemSchema.safeParse({ ...shop, models: { global: { services: { web: { scalling: {} } } } } });
    expect(error?.issues.length).to.be.greaterThan(0);
    expect(error?.issues[0]?.path.slice(0, 4)).to.deep.equal(["models", "global", "services", "web"]);
  });
});
