import { expect } from "chai";
import { shapeOfAwsClass } from "../../components/gcp/machineTypes";
import { isCurrent, sizes } from "../../docs/generate/sizes";

describe("docs/reference/sizes-gcp.md", () => {
  it("is what the planners say; `npm run docs` makes it again", async () => {
    expect(await isCurrent(), "docs/reference/sizes-gcp.md is stale").to.equal(true);
  });

  it("knows the shape of every class of AWS that a built-in system names, and has a machine for it", async () => {
    const all = await sizes();
    expect(all.length).to.be.greaterThan(5);
    for (const { aws, gcp } of all) {
      expect(shapeOfAwsClass(aws), aws).to.not.equal(undefined);
      expect(gcp, aws).to.not.include("none");
    }
  });

  it("gives nodes and databases no less vCPU than their class has", async () => {
    for (const { what, aws, computed: gcp } of await sizes()) {
      const count = what === "node" ? /-(\d+)$/.exec(gcp) : /^db-custom-(\d+)-/.exec(gcp);
      if (what === "node" || what === "PostgreSQL") {
        expect(Number(count?.[1]), `${aws} as ${gcp}`).to.be.at.least(shapeOfAwsClass(aws)?.cpu ?? Infinity);
      }
    }
  });
});
