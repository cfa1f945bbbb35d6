import { expect } from "chai";
import { type CellPlan, planCell } from "../cellPlans";
import { at } from "./read";

/** The document's two regions, under the names its stack gives them. */
const REGIONS = {
  aws: ["us-east-1", "eu-west-1"],
  gcp: ["us-east1", "europe-west1"],
  kubernetes: ["virginia", "ireland"],
} as const;

const POOLS = {
  aws: (cell: CellPlan, placement: string) => {
    const group = input(cell, `${placement}-cluster-nodes-web`);
    const scaling = at(group, "scalingConfig") as { minSize: number; maxSize: number };
    return `${(at(group, "instanceTypes") as readonly string[]).join(" ")} ${scaling.minSize}-${scaling.maxSize}`;
  },
  gcp: (cell: CellPlan, placement: string) => {
    const pool = input(cell, `${placement}-cluster-nodes-web`);
    return `${at(pool, "nodeConfig.machineType")} ${at(pool, "autoscaling.totalMinNodeCount")}-${at(pool, "autoscaling.totalMaxNodeCount")}`;
  },
};

function input(cell: CellPlan, name: string): unknown {
  return cell.plan.resources.find((it) => it.custom && it.name === name)?.inputs;
}

describe("webclone-pro, global: what each region has", function () {
  this.timeout(300_000);
  for (const cloud of ["aws", "gcp", "kubernetes"] as const) {
    describe(cloud, () => {
      let cell: CellPlan;
      before(async () => {
        const placements = ["us", "eu"].map((name, index) => ({
          name,
          cloud,
          region: REGIONS[cloud][index],
          role: index === 0 ? "primary" : "secondary",
          ...(cloud === "kubernetes" ? { context: REGIONS[cloud][index] } : { cidrIndex: index }),
        }));
        const settings = { placements, cloud: undefined, regions: undefined };
        cell = await planCell({ system: "webclone-pro", model: "global", cloud, environment: "staging", settings });
      });

      for (const [placement, range] of [
        ["us", [3, 15]],
        ["eu", [3, 10]],
      ] as const) {
        it(`${placement}: ${range.join(" to ")} instances`, () => {
          const scaler = input(cell, `${placement}-web-autoscaler`);
          expect([at(scaler, "spec.minReplicas"), at(scaler, "spec.maxReplicas")]).to.deep.equal(range);
        });
      }

      if (cloud === "aws") {
        it("t3.medium to c5.large in the United States, t3.medium in Europe", () => {
          expect([POOLS.aws(cell, "us"), POOLS.aws(cell, "eu")]).to.deep.equal([
            "t3.medium c5.large 3-15",
            "t3.medium 3-10",
          ]);
        });
      }
      if (cloud === "gcp") {
        it("t3.medium is 2 vCPU and 4 GiB", () => {
          expect([POOLS.gcp(cell, "us"), POOLS.gcp(cell, "eu")]).to.deep.equal(["e2-medium 3-15", "e2-medium 3-10"]);
        });
      }
    });
  }
});
