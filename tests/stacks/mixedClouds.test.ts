import { join } from "node:path";
import { expect } from "chai";
import { planStack } from "../../automation/plan";
import { InputError, type Problem } from "../../components/errors";
import type { Plan } from "../../engine";
import { planAws } from "./awsPlan";
import { at, named, ofType, PROJECT } from "./gcpPlan";

const ROOT = join(__dirname, "..", "..");
const AWS = { name: "us", cloud: "aws", region: "us-east-1", role: "primary", cidrIndex: 1 };
const GCP = { name: "eu", cloud: "gcp", region: "europe-west1", role: "secondary", cidrIndex: 2 };
const ZONE = "Z0123456789ABCDEFGHIJ";
const MIXED = {
  "groundplan:model": "global",
  "groundplan:placements": [AWS, GCP],
  "groundplan:access": { gcp: { project: PROJECT } },
  "groundplan:existing": { us: { zone: ZONE } },
};
/** A system whose second placement leaves out what keeps data. */
const STATELESS = {
  ...MIXED,
  "groundplan:system": "tests/stacks/fixtures/bistro.yaml",
  "groundplan:domain": "bistro.example.com",
  "groundplan:images": {},
};

async function refusals(changes: Readonly<Record<string, unknown>>): Promise<readonly Problem[]> {
  try {
    await planAws("preview", changes);
  } catch (error) {
    if (InputError.is(error)) return error.problems;
    throw error;
  }
  return [];
}

describe("a system on AWS and Google Cloud at once", function () {
  this.timeout(120_000);

  it("is refused where data would have to cross, each store by its field, with every way out", async () => {
    const problems = await refusals(MIXED);
    expect(problems.map(({ path }) => path)).to.deep.equal([
      "groundplan:existing.eu.databases.database",
      "stores.exports",
      "stores.backups",
    ]);
    expect(problems[0]?.allowed).to.include("database is in us on aws, and cannot be replicated to gcp");
    for (const way of ["reached by VPN", "out of eu", "move the placement", "stack per cloud"]) {
      expect(problems[0]?.fix).to.include(way);
    }
    expect(problems[1]?.fix).to.include("leave exports, api out of eu");
  });

  it("is refused with a CDN, which has its origins in one cloud", async () => {
    const problems = await refusals({ ...STATELESS, "groundplan:overrides": { edge: { cdn: true } } });
    expect(problems.map(({ path }) => path)).to.deep.equal(["edge.cdn"]);
  });

  it("is refused with a zone of Cloud DNS, which would answer for one cloud alone", async () => {
    const existing = { us: { zone: ZONE }, eu: { zone: "example-zone" } };
    const problems = await refusals({ ...STATELESS, "groundplan:existing": existing });
    expect(problems.map(({ path }) => path)).to.deep.equal(["groundplan:existing.eu.zone"]);
    expect(problems[0]?.fix).to.include("Route 53").and.to.include("stack per cloud");
  });

  for (const mode of ["preview", "simulate"] as const) {
    it(`passes every policy pack in ${mode} mode`, async () => {
      const request = { directory: ROOT, stack: "staging", config: STATELESS, mode, today: "2026-11-01" };
      const { policies } = await planStack(request);
      const mandatory = policies.results.filter(({ level, status }) => level === "mandatory" && status === "violation");
      expect(mandatory).to.deep.equal([]);
      expect(policies.passed).to.be.greaterThan(200);
    });
  }

  describe("with the stateless tier in both", () => {
    let plan: Plan;
    before(async () => {
      ({ plan } = await planAws("simulate", STATELESS));
    });

    it("runs it in a cluster of each, and the data in the primary's", () => {
      expect(named(plan, "us-menu-deployment").type).to.equal(named(plan, "eu-menu-deployment").type);
      expect(ofType(plan, "aws:eks/cluster:Cluster")).to.have.length(1);
      expect(ofType(plan, "gcp:container/cluster:Cluster")).to.have.length(1);
      expect(named(plan, "us-ledger-primary").type).to.equal("aws:rds/instance:Instance");
      expect(ofType(plan, "gcp:sql/databaseInstance:DatabaseInstance")).to.deep.equal([]);
      expect(plan.resources.filter(({ name }) => name.startsWith("eu-orders"))).to.deep.equal([]);
    });

    it("answers one name from both, by distance, leaving out the one that is not well", () => {
      const records = ofType(plan, "aws:route53/record:Record").filter(
        ({ inputs }) => inputs.name === "menu.bistro.example.com" && inputs.type === "A",
      );
      expect(
        records.map(({ inputs }) => [inputs.setIdentifier, at(inputs, "latencyRoutingPolicies.0.region")]),
      ).to.have.deep.members([
        ["us", "us-east-1"],
        ["eu", "eu-west-1"],
      ]);
      for (const { inputs } of records) expect(inputs.healthCheckId).to.be.a("string");
      const [address] = ofType(plan, "gcp:compute/globalAddress:GlobalAddress").filter(({ name }) =>
        name.startsWith("edge-"),
      );
      expect(address).to.not.equal(undefined);
      const { inputs } = named(plan, "edge-dns-health-eu-menu-bistro-example-com");
      expect(inputs).to.deep.include({ type: "HTTPS", fqdn: "menu.bistro.example.com", port: 443, enableSni: true });
    });

    it("proves the name to be ours on the second cloud too, in the one zone", () => {
      const validation = named(plan, "edge-dns-validation-menu-bistro-example-com-eu").inputs;
      expect(validation).to.deep.include({ zoneId: ZONE, type: "CNAME" });
      expect(ofType(plan, "gcp:dns/recordSet:RecordSet")).to.deep.equal([]);
    });

    it("has one part for both edges", () => {
      const parts = plan.resources.filter(({ type }) => type === "groundplan:index:Placement").map(({ name }) => name);
      expect(parts).to.have.members(["us", "eu", "edge"]);
    });
  });
});
