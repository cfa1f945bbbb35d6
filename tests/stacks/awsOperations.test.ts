import { expect } from "chai";
import type { Plan } from "../../engine";
import { kubernetes } from "../../stacks/settings/kubernetes";
import { operationsVerdicts } from "../../stacks/sites/aws/operationsVerdicts";
import { docScraper } from "../../systems/docScraper";
import { resolveSystem } from "../../systems/resolve";
import { scrapingPlatform } from "../../systems/scrapingPlatform";
import { named, ofType, planAws } from "./awsPlan";

const main = { name: "main", cloud: "aws", region: "us-east-1", role: "primary", cidrIndex: 0 } as const;
const second = { ...main, name: "second", region: "eu-west-1", role: "secondary", cidrIndex: 1 } as const;
const backups = { schedule: true, restore: {}, images: {} };

function features(
  given: { readonly crossRegion?: boolean },
  { environment = "staging", spec = docScraper, spread = false, overrides = {} } = {},
): readonly string[] {
  const settings = { kubernetes: kubernetes.parse({}) };
  const resolved = resolveSystem(spec, { model: "distributed", environment: "staging", placement: "main" });
  return operationsVerdicts({
    system: { ...resolved, stores: { ...resolved.stores, ...overrides } },
    placementSettings: main,
    settings: {
      backups: { ...backups, ...given },
      placements: spread ? [main, second] : [main],
      kubernetes: settings.kubernetes,
    },
    context: { environment: environment as "staging" | "production" },
  }).map(({ feature }) => feature);
}

describe("operations on AWS, as settings and spec ask for them", function () {
  this.timeout(60_000);

  it("says that RDS's own backups stay in their region, where copies are asked for", () => {
    const copies = ["copies in another region of the backups RDS keeps of database"];
    expect(features({})).to.deep.equal([]);
    expect(features({ crossRegion: true })).to.deep.equal(copies);
    expect(features({}, { environment: "production" })).to.deep.equal(copies);
    expect(features({ crossRegion: true }, { spread: true })).to.deep.equal([]);
    expect(features({ crossRegion: false }, { environment: "production" })).to.deep.equal([
      "backups in one region alone",
    ]);
  });

  it("says that point-in-time recovery is there in any case", () => {
    const { stores } = resolveSystem(docScraper, { model: "distributed", environment: "staging", placement: "main" });
    const overrides = { database: { ...stores.database, pointInTimeRecovery: false } };
    expect(features({}, { overrides })).to.deep.equal(["going without point-in-time recovery of database"]);
  });

  it("leaves the identity of an External Secrets that is there to its owner, and says what it needs", async () => {
    const vpc = {
      id: "vpc-0aaaaaaaaaaaaaaaa",
      publicSubnetIds: ["subnet-0000000000000000a", "subnet-0000000000000000b"],
      privateSubnetIds: ["subnet-0000000000000000c", "subnet-0000000000000000d"],
    };
    const there = { "groundplan:existing": { main: { vpc, cluster: "shared" } } };
    const associations = (plan: Plan) =>
      ofType(plan, "aws:eks/podIdentityAssociation:PodIdentityAssociation").filter(
        ({ inputs }) => inputs.serviceAccount === "external-secrets",
      );
    const feature = "the right to read this placement's secrets";
    const { plan: installed } = await planAws("preview", there);
    expect(associations(installed)).to.have.length(1);
    expect(installed.degraded.map((each) => each.feature)).not.to.include(feature);
    const { plan: theirs } = await planAws("preview", {
      ...there,
      "groundplan:kubernetes": { addOns: { "external-secrets": "existing" } },
    });
    expect(associations(theirs)).to.deep.equal([]);
    expect(theirs.degraded.map((each) => each.feature)).to.include(feature);
  });

  it("says that nothing moves old logs to their bucket", () => {
    expect(features({}, { spec: scrapingPlatform })).to.deep.equal(["old logs in logs"]);
  });

  it("keeps Prometheus's metrics as long as the settings say", async () => {
    const { plan } = await planAws("simulate", { "groundplan:retention": { metricsDays: 45 } });
    expect(named(plan, "main-add-ons-kube-prometheus-stack").inputs).to.have.nested.property(
      "values.prometheus.prometheusSpec.retention",
      "45d",
    );
  });
});
