import { join } from "node:path";
import { expect } from "chai";
import { planStack } from "../../automation/plan";

const ROOT = join(__dirname, "..", "..");
const TODAY = "2026-11-01";

/** An ephemeral stack that copies staging keeps staging's rules, but for those that would keep it from going away. */
describe("an ephemeral stack of staging", function () {
  this.timeout(120_000);
  for (const cloud of ["aws", "gcp"] as const) {
    for (const model of ["single-server", "distributed", "global"] as const) {
      it(`breaks no policy, and protects nothing: doc-scraper, ${model}, on ${cloud}`, async () => {
        const set = [{ path: "ephemeral", value: true }];
        const selection = { system: "doc-scraper", model, cloud, set };
        const request = { directory: ROOT, stack: "staging", selection, mode: "simulate", today: TODAY } as const;
        const { policies, resources } = await planStack(request);
        const violations = policies.results.filter(
          ({ level, status }) => level === "mandatory" && status === "violation",
        );
        expect(violations).to.deep.equal([]);
        expect(policies.passed).to.be.greaterThan(80);
        const protectedOnes = resources.filter(
          ({ options }) => options.protect === true || options.retainOnDelete === true,
        );
        expect(protectedOnes.map(({ name }) => name)).to.deep.equal([]);
      });
    }
  }
});
