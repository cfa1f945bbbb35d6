import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse, stringify } from "yaml";
import { diffPlans, type ResourceChange } from "../../automation/diff";
import { partsOfSystem } from "../../automation/lifecycle/partStacks";
import { planStack } from "../../automation/plan";
import { splitStack } from "../../automation/split";

const ROOT = join(__dirname, "..", "..");

/** The runbooks of docs/failover-aws.md and docs/failover-gcp.md as changes of settings. */
const CLOUDS = {
  aws: { regions: ["us-east-1", "eu-west-1"], zone: "Z0123456789ABC", kept: {} },
  gcp: { regions: ["us-central1", "europe-west1"], zone: "docs-zone", kept: { founder: true } },
} as const;

type Cloud = keyof typeof CLOUDS;

function placements(cloud: Cloud, primary: "us" | "eu"): readonly object[] {
  const { regions, kept } = CLOUDS[cloud];
  return ["us", "eu"].map((name, index) => ({
    ...{ name, cloud, region: regions[index], cidrIndex: index + 1, role: name === primary ? "primary" : "secondary" },
    ...(primary === "eu" && name === "us" ? kept : {}),
  }));
}

describe("the runbook of a failover", function () {
  this.timeout(240_000);
  let directory: string;

  const write = (stack: string, config: object) =>
    writeFileSync(join(directory, `Pulumi.${stack}.yaml`), stringify({ config }));
  const read = (stack: string) =>
    (parse(readFileSync(join(directory, `Pulumi.${stack}.yaml`), "utf8")) as { config: Record<string, unknown> })
      .config;
  const plan = (stack: string) => planStack({ directory, stack, mode: "simulate", packs: [] });
  const whole = (cloud: Cloud, replicas: number) => {
    const { config } = parse(readFileSync(join(ROOT, "Pulumi.staging.yaml"), "utf8")) as {
      config: Record<string, unknown>;
    };
    return {
      ...config,
      "groundplan:model": "global",
      "groundplan:placements": placements(cloud, "us"),
      "groundplan:existing": { us: { zone: CLOUDS[cloud].zone } },
      "groundplan:overrides": { stores: { database: { readReplicas: replicas } } },
      ...(cloud === "gcp" ? { "groundplan:access": { gcp: { project: "groundplan-tests" } } } : {}),
    };
  };
  const swapRoles = (cloud: Cloud, stack: string, changes: Record<string, unknown> = {}) =>
    write(stack, { ...read(stack), "groundplan:placements": placements(cloud, "eu"), ...changes });

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-failover-"));
    cpSync(join(ROOT, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
  });
  after(() => rmSync(directory, { recursive: true }));

  for (const cloud of ["aws", "gcp"] as const) {
    it(`loses nothing of what survives, in one stack on ${cloud}`, async () => {
      write("live", whole(cloud, 1));
      const before = await plan("live");
      swapRoles(cloud, "live");
      const changes = diffPlans(before, await plan("live"));
      const surviving = changes.filter(({ name }) => !name.startsWith("us-"));
      expect(surviving.length).to.be.greaterThan(0);
      expect(losses(surviving)).to.deep.equal([]);
      const lost = losses(changes);
      expect(lost).to.include("us-database-primary");
      expect(lost.filter((name) => !name.startsWith("us-database-"))).to.deep.equal([]);
    });

    it(`loses nothing, part by part on ${cloud}`, async () => {
      write("live", whole(cloud, 1));
      await splitStack(directory, "live", true);
      const before = { eu: await plan("live-eu"), edge: await plan("live-edge") };
      const parts = { eu: read("live-eu")["groundplan:partStacks"], edge: read("live-edge")["groundplan:partStacks"] };
      expect(parts).to.deep.equal({ eu: { us: "live-us" }, edge: { us: "live-us", eu: "live-eu" } });
      for (const stack of ["live", "live-us", "live-edge"]) {
        swapRoles(cloud, stack, stack === "live-us" ? { "groundplan:partStacks": { eu: "live-eu" } } : {});
      }
      // On AWS the new primary reads of nobody; on Google Cloud it still is in the network of the founder.
      swapRoles(cloud, "live-eu", cloud === "aws" ? { "groundplan:partStacks": {} } : {});
      const order = await partsOfSystem({ directory, stack: "live", parts: ["eu", "edge"] });
      expect(order.map(({ part }) => part)).to.deep.equal(["eu", "edge"]);
      for (const part of ["eu", "edge"] as const) {
        const changes = diffPlans(before[part], await plan(`live-${part}`));
        expect(losses(changes), part).to.deep.equal([]);
      }
    });
  }
});

function losses(changes: readonly ResourceChange[]): readonly string[] {
  return changes.filter(({ losesData }) => losesData).map(({ name }) => name);
}
