import { expect } from "chai";
import { planNodeGroups } from "../../../components/cluster/eks/nodeGroups";
import { heldClass, heldPool, heldVerdict } from "../../../components/cluster/nodeLimits";
import type { Environment } from "../../../systems/spec";
import { nodePool } from "../../../systems/spec/service";
import { named, planAws } from "../../stacks/awsPlan";

describe("what an environment pays for", () => {
  const classes: readonly (readonly [Environment, string, string])[] = [
    ["dev", "t3.medium", "t3.medium"],
    ["dev", "c5.xlarge", "c5.xlarge"],
    ["dev", "c5.2xlarge", "c5.xlarge"],
    ["dev", "m6g.16xlarge", "m6g.xlarge"],
    ["staging", "c5.2xlarge", "c5.2xlarge"],
    ["staging", "r6i.4xlarge", "r6i.2xlarge"],
    ["production", "m6i.16xlarge", "m6i.16xlarge"],
    // Has no smaller size.
    ["dev", "p3.2xlarge", "p3.2xlarge"],
  ];
  for (const [environment, asked, given] of classes) {
    it(`gives ${asked} in ${environment} as ${given}`, () => {
      expect(heldClass(asked, environment)).to.equal(given);
    });
  }

  it("is five nodes of a pool in dev, twenty in staging, and all of them in production", () => {
    const pool = { min: 7, max: 50 };
    expect(heldPool(pool, "dev")).to.deep.equal({ min: 5, max: 5 });
    expect(heldPool(pool, "staging")).to.deep.equal({ min: 7, max: 20 });
    expect(heldPool(pool, "production")).to.deep.equal(pool);
  });

  it("is said of the pools that were asked for more, and of no other", () => {
    const planned = [
      { name: "workers", min: 5, max: 20 },
      { name: "system", min: 3, max: 5 },
    ];
    const asked = { workers: { min: 5, max: 50 } };
    expect(heldVerdict(asked, planned, "staging")).to.have.property("feature", "the number of nodes of workers");
    expect(heldVerdict({ workers: { min: 5, max: 20 } }, planned, "staging")).to.equal(undefined);
  });

  it("decides the groups of EKS: size, every type of a spot group, and what they stand for", () => {
    const workers = nodePool.parse({ cpu: "8", memory: "16Gi", min: 5, max: 50, spot: true });
    const groups = planNodeGroups({ workers }, { multiZone: false, environment: "dev" });
    expect(groups[0]).to.deep.include({
      name: "workers",
      min: 5,
      max: 5,
      instanceTypes: ["c6i.xlarge", "c5.xlarge", "c6a.xlarge"],
      insteadOf: "c6i.2xlarge",
    });
    expect(groups[1]).to.deep.include({ name: "system", min: 2, max: 5 }).and.not.have.property("insteadOf");
  });

  it("holds the document's fifty workers to twenty before production, and says so", async function () {
    this.timeout(60_000);
    const { plan } = await planAws("preview");
    expect(named(plan, "main-cluster-nodes-workers").inputs.scalingConfig).to.deep.include({ minSize: 5, maxSize: 20 });
    expect(plan.degraded.map(({ feature }) => feature)).to.include("the number of nodes of workers");
  });
});
