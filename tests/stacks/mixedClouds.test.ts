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

/** The same with the domain in Cloud DNS. */
const IN_CLOUD_DNS = { ...STATELESS, "groundplan:existing": { eu: { zone: "example-zone" } } };

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
    expect(problems.map(({ path }) => path)).to.deep.equal(["groundplan:overrides.edge.cdn"]);
  });

  it("is refused with a zone on each, of which one alone can answer", async () => {
    const existing = { us: { zone: ZONE }, eu: { zone: "example-zone" } };
    const problems = await refusals({ ...STATELESS, "groundplan:existing": existing });
    expect(problems.map(({ path }) => path)).to.deep.equal(["groundplan:existing.eu.zone"]);
    expect(problems[0]?.fix).to.include("Route 53").and.to.include("stack per cloud");
  });

  it("is refused in parts where Cloud DNS answers, for whose records the certificate on AWS would wait", async () => {
    const problems = await refusals({ ...IN_CLOUD_DNS, "groundplan:parts": ["us", "eu"] });
    expect(problems.map(({ path }) => path)).to.deep.equal(["groundplan:parts"]);
  });

  for (const mode of ["preview", "simulate"] as const) {
    it(`passes every policy pack in ${mode} mode, answered by Cloud DNS`, async () => {
      const request = { directory: ROOT, stack: "staging", config: IN_CLOUD_DNS, mode, today: "2026-11-01" };
      const { policies } = await planStack(request);
      expect(
        policies.results.filter(({ level, status }) => level === "mandatory" && status === "violation"),
      ).to.deep.equal([]);
    });
  }

  describe("answered by Cloud DNS", () => {
    let plan: Plan;
    before(async () => {
      ({ plan } = await planAws("simulate", IN_CLOUD_DNS));
    });

    it("gives AWS two addresses that stay, before the load balancer", () => {
      expect(named(plan, "edge-accelerator-accelerator").inputs).to.deep.include({
        ipAddressType: "IPV4",
        enabled: true,
      });
      expect(named(plan, "edge-accelerator-listener").inputs.portRanges).to.deep.equal([
        { fromPort: 80, toPort: 80 },
        { fromPort: 443, toPort: 443 },
      ]);
      const group = named(plan, "edge-accelerator-endpoints-us").inputs;
      expect(group.endpointGroupRegion).to.equal("us-east-1");
      expect(at(group, "endpointConfigurations.0.clientIpPreservationEnabled")).to.equal(true);
      expect(at(group, "endpointConfigurations.0.endpointId")).to.match(/^arn:aws:elasticloadbalancing:us-east-1:/);
    });

    it("answers one name from the nearer cloud, and from the other while that is not well", () => {
      const record = named(plan, "edge-records-record-menu-bistro-example-com").inputs;
      expect(record).to.deep.include({
        managedZone: "example-zone",
        name: "menu.bistro.example.com.",
        type: "A",
        ttl: 60,
      });
      expect(record.rrdatas).to.equal(undefined);
      const policy = record.routingPolicy as {
        readonly geos: readonly { location: string; healthCheckedTargets: { externalEndpoints: readonly string[] } }[];
      };
      expect(policy.geos.map(({ location }) => location)).to.deep.equal(["europe-west1", "us-east4"]);
      expect(
        policy.geos.map(({ healthCheckedTargets }) => healthCheckedTargets.externalEndpoints.length),
      ).to.deep.equal([1, 2]);
      const addresses = policy.geos.flatMap(({ healthCheckedTargets }) => healthCheckedTargets.externalEndpoints);
      expect(new Set(addresses).size).to.equal(3);
      for (const address of addresses) expect(address).to.match(/^\d+(\.\d+){3}$/);
      const health = named(plan, "edge-records-health-menu-bistro-example-com").inputs;
      expect(health).to.deep.include({
        checkIntervalSec: 30,
        sourceRegions: ["us-central1", "europe-west1", "asia-east1"],
      });
      expect(at(health, "httpsHealthCheck.host")).to.equal("menu.bistro.example.com");
    });

    it("proves the name to be ours on both clouds in the one zone, and writes nothing to Route 53", () => {
      const records = ofType(plan, "gcp:dns/recordSet:RecordSet");
      const cnames = records.filter(({ inputs }) => inputs.type === "CNAME");
      expect(cnames.map(({ name }) => name)).to.include("edge-records-validation-menu-bistro-example-com-aws");
      expect(cnames.length).to.equal(2 * records.filter(({ inputs }) => inputs.type === "A").length);
      expect(plan.resources.filter(({ type }) => type.startsWith("aws:route53/"))).to.deep.equal([]);
    });
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
