import { expect } from "chai";
import { serializePlan } from "../../engine";
import { builtInSystem, systemNames } from "../../systems";
import type { Model } from "../../systems/spec";
import { CLOUDS, planCell } from "./cellPlans";

/** A model per system, so that each is tried; two where the second has most to lose: overlays per placement. */
const MODELS: Readonly<Record<string, Model>> = {
  vibebox: "distributed",
  "doc-scraper": "single-server",
  webharvest: "distributed",
  "webclone-pro": "global",
  "scraping-platform": "single-server",
  charterflow: "standalone",
};

describe("a built-in system written as YAML and read back", function () {
  this.timeout(300_000);

  it("is tried for every system", () => {
    expect(Object.keys(MODELS).sort()).to.deep.equal([...systemNames].sort());
  });

  for (const [name, model] of Object.entries(MODELS)) {
    for (const cloud of CLOUDS) {
      it(`${name}, ${model}, ${cloud}: gives the same plan, byte by byte`, async () => {
        const input = await builtInSystem(name);
        if (!input) {
          throw new Error(`no system ${name}`);
        }
        const request = { model, cloud, mode: "preview" } as const;
        const built = await planCell({ ...request, system: name });
        const read = await planCell({ ...request, system: input });
        expect(read.plan.resources.length).to.be.greaterThan(20);
        // The hash covers the setting that names the system, which is all that may differ.
        const configHash = built.plan.configHash;
        expect(serializePlan({ ...read.plan, configHash })).to.equal(serializePlan(built.plan));
        expect(read.plan.configHash).not.to.equal(configHash);
      });
    }
  }
});
