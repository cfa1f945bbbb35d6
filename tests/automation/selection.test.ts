import { expect } from "chai";
import { applySelection, parsePath } from "../../automation/selection";
import { InputError } from "../../components/errors";

const DEV = {
  "groundplan:system": "vibebox",
  "groundplan:model": "standalone",
  "groundplan:environment": "dev",
  "groundplan:placements": [{ name: "local", cloud: "kubernetes", region: "local" }],
};

describe("selection", () => {
  it("leaves a stack as it is when nothing is selected", () => {
    expect(applySelection(DEV, {})).to.deep.equal(DEV);
  });

  it("replaces system, model and environment and keeps the placements a model can use", () => {
    const chosen = applySelection(DEV, { system: "doc-scraper", model: "distributed", environment: "production" });
    expect(chosen).to.deep.equal({
      ...DEV,
      "groundplan:system": "doc-scraper",
      "groundplan:model": "distributed",
      "groundplan:environment": "production",
    });
  });

  it("replaces the placements by a sample region when a cloud is selected", () => {
    const chosen = applySelection(DEV, { cloud: "aws" });
    expect(chosen["groundplan:placements"]).to.equal(undefined);
    expect(chosen["groundplan:cloud"]).to.equal("aws");
    expect(chosen["groundplan:regions"]).to.deep.equal(["us-east-1"]);
  });

  it("gives the global model two sample regions of the stack's own cloud", () => {
    const chosen = applySelection(DEV, { model: "global" });
    expect(chosen["groundplan:cloud"]).to.equal("kubernetes");
    expect(chosen["groundplan:regions"]).to.deep.equal(["primary", "secondary"]);
  });

  it("sets values by path without touching what lies beside them or the stack's own values", () => {
    const chosen = applySelection(DEV, {
      set: [
        { path: "placements[0].region", value: "other" },
        { path: "alerts.slack.channel", value: "#ops" },
      ],
    });
    expect(chosen["groundplan:placements"]).to.deep.equal([{ name: "local", cloud: "kubernetes", region: "other" }]);
    expect(chosen["groundplan:alerts"]).to.deep.equal({ slack: { channel: "#ops" } });
    expect(DEV["groundplan:placements"][0]?.region).to.equal("local");
  });

  it("reports every path that is none, at once", () => {
    expect(() =>
      applySelection(DEV, {
        set: [
          { path: "a..b", value: 1 },
          { path: "[0]", value: 1 },
        ],
      }),
    )
      .to.throw(InputError)
      .with.property("problems")
      .that.deep.equals([
        {
          path: "--set",
          found: '"a..b"',
          allowed: "a path such as domain or placements[0].region",
          fix: "write names separated by dots and list positions in brackets",
        },
        {
          path: "--set",
          found: '"[0]"',
          allowed: "a path such as domain or placements[0].region",
          fix: "write names separated by dots and list positions in brackets",
        },
      ]);
  });

  it("reads names, dots and positions as a path", () => {
    expect(parsePath("placements[10].access.role-name")).to.deep.equal(["placements", 10, "access", "role-name"]);
    expect(parsePath("")).to.equal(undefined);
    expect(parsePath("a[x]")).to.equal(undefined);
  });
});
