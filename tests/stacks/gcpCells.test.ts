import { join } from "node:path";
import { expect } from "chai";
import { planStack } from "../../automation/plan";
import { EXTRAS } from "./gcpExtras";

const ROOT = join(__dirname, "..", "..");
const TODAY = "2026-11-01";

const CELLS = [
  { stack: "staging", system: "doc-scraper", model: "distributed" },
  { stack: "dev", system: "vibebox", model: "distributed" },
  { stack: "staging", system: "doc-scraper", model: "global" },
  { stack: "dev", system: "vibebox", model: "global" },
] as const;

describe("cells on Google Cloud", function () {
  this.timeout(120_000);
  for (const { stack, system, model } of CELLS) {
    for (const mode of ["preview", "simulate"] as const) {
      it(`plans ${system}, ${model}, in ${mode} mode without a mandatory violation`, async () => {
        const selection = { system, model, cloud: "gcp" };
        const { policies, resources } = await planStack({ directory: ROOT, stack, selection, mode, today: TODAY });
        const violations = policies.results.filter(
          ({ level, status }) => level === "mandatory" && status === "violation",
        );
        expect(violations).to.deep.equal([]);
        expect(policies.passed).to.be.greaterThan(200);
        expect(resources.length).to.be.greaterThan(120);
      });
    }
  }

  for (const [index, extra] of EXTRAS.entries()) {
    it(`plans what settings may add, number ${index + 1}, without a mandatory violation`, async () => {
      const set = Object.entries(extra).map(([key, value]) => ({ path: key.replace("groundplan:", ""), value }));
      const selection = { system: "doc-scraper", model: "distributed", cloud: "gcp", set };
      const { policies } = await planStack({
        directory: ROOT,
        stack: "staging",
        selection,
        mode: "simulate",
        today: TODAY,
      });
      const violations = policies.results.filter(
        ({ level, status }) => level === "mandatory" && status === "violation",
      );
      expect(violations).to.deep.equal([]);
    });
  }
});
