import { expect } from "chai";
import { isCurrent, systemRows } from "../../docs/generate/system";
import { systemSchema } from "../../systems/spec";

const rows = systemRows();
const byPath = new Map(rows.map((row) => [row.path, row]));

describe("docs/reference/system.md", () => {
  it("is what the schema says; `npm run docs` makes it again", () => {
    expect(isCurrent(), "docs/reference/system.md is stale").to.equal(true);
  });

  it("has every key of the schema, and describes it", () => {
    const tops = new Set(rows.map(({ path }) => /^\w+/.exec(path)?.[0]));
    expect([...tops]).to.deep.equal(Object.keys(systemSchema.shape));
    const silent = rows.filter(({ description, path }) => !description && !/\.(kind|NAME)$/.test(path));
    expect(silent.map(({ path }) => path)).to.deep.equal([]);
  });

  it("says which kinds have a field that not all of them have", () => {
    const kinds = (path: string) => rows.filter((row) => row.path === path).map((row) => row.kinds);
    expect(kinds("services.NAME.image")).to.deep.equal([[]]);
    expect(kinds("services.NAME.schedule")).to.deep.equal([["cronjob"]]);
    expect(kinds("services.NAME.scaling")).to.deep.equal([["deployment", "statefulset", "daemonset"]]);
    // Jobs of both kinds have a time limit, of another length.
    expect(kinds("services.NAME.timeout")).to.deep.equal([["cronjob"], ["job"]]);
    expect(kinds("stores.NAME.eviction")).to.deep.equal([["redis"]]);
  });

  it("says defaults, units and what is required", () => {
    expect(byPath.get("services.NAME.gracePeriodSeconds")).to.include({ preset: 30, unit: "seconds", required: false });
    expect(byPath.get("stores.NAME.storage.size")).to.include({ required: true, unit: "bytes, with Ki, Mi, Gi or Ti" });
    expect(byPath.get("services.NAME.ports.NAME.port")).to.include({ required: true, unit: undefined });
    expect(byPath.get("routes[].host")).to.include({ preset: "@", required: false });
  });
});
