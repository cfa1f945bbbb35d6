import { join } from "node:path";
import { expect } from "chai";
import { cellsOf, planMatrix } from "../automation/matrix";

describe("the matrix", function () {
  this.timeout(600_000);

  it("has every system in every model on every cloud, and can be narrowed by words", () => {
    expect(cellsOf()).to.have.lengthOf(72);
    expect(cellsOf(["vibebox", "aws"])).to.deep.equal(
      ["standalone", "single-server", "distributed", "global"].map((model) => ({
        system: "vibebox",
        model,
        cloud: "aws",
      })),
    );
  });

  it("plans whole, in both modes and over both transports alike, without a mandatory violation", async () => {
    // Over gRPC as well in CI; everywhere else tests/stacks/cells.test.ts does so for some.
    const compareTransports = process.env.CI !== undefined;
    const results = await planMatrix({
      directory: join(__dirname, ".."),
      stack: "dev",
      today: "2026-11-01",
      compareTransports,
    });
    const troubled = results.filter(({ status }) => status !== "clean");
    expect(
      troubled.map(({ system, model, cloud, status, message, violations }) => ({
        system,
        model,
        cloud,
        status,
        message,
        violations,
      })),
    ).to.deep.equal([]);
    expect(results).to.have.lengthOf(72);
    for (const { system, model, cloud, resources, degraded } of results) {
      expect(resources, `${system} ${model} ${cloud}`).to.be.greaterThan(20);
      for (const { feature, reason, remedy } of degraded) {
        expect(
          [feature, reason, remedy].every((text) => text.length > 2),
          `${system} ${model} ${cloud}: ${feature}`,
        ).to.equal(true);
      }
    }
  });
});
