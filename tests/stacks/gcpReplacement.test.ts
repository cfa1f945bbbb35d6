import { expect } from "chai";
import { diffPlans } from "../../automation/diff";
import type { Plan, PlanResource } from "../../engine";
import { named, planGcp, planVibebox } from "./gcpPlan";

/** What holds data, with a change that no service makes in place. */
const STATEFUL: readonly (readonly [what: string, name: string, change: Readonly<Record<string, unknown>>])[] = [
  ["database", "main-database-primary", { encryptionKeyName: "another-key" }],
  ["database", "main-database-primary", { region: "us-east1" }],
  ["cache", "main-redis-instance", { tier: "BASIC" }],
  ["cache", "main-redis-instance", { customerManagedKey: "another-key" }],
  ["bucket", "main-exports-bucket", { location: "EU" }],
  ["bucket", "main-exports-bucket", { name: "another-name" }],
];

function changesOf(plan: Plan, name: string, change: Readonly<Record<string, unknown>>) {
  const changed: readonly PlanResource[] = plan.resources.map((resource) =>
    resource.name === name ? ({ ...resource, inputs: { ...resource.inputs, ...change } } as PlanResource) : resource,
  );
  return diffPlans(plan, { resources: changed }).map(({ name, effect, losesData }) => ({ name, effect, losesData }));
}

describe("what a change on Google Cloud would replace", function () {
  this.timeout(120_000);
  let scraper: Plan;
  let vibebox: Plan;
  before(async () => {
    scraper = (await planGcp("simulate")).plan;
    vibebox = (await planVibebox("simulate")).plan;
  });

  for (const [what, name, change] of STATEFUL) {
    it(`is named for the ${what} by ${Object.keys(change).join()}, which the engine refuses to delete`, () => {
      expect(changesOf(scraper, name, change)).to.deep.equal([{ name, effect: "replaces", losesData: true }]);
      expect(named(scraper, name).options.protect).to.equal(true);
    });
  }

  it("is named for the cluster, which holds no data of its own", () => {
    const name = "main-cluster-cluster";
    const changes = changesOf(scraper, name, { network: "another-network" });
    expect(changes).to.deep.equal([{ name, effect: "replaces", losesData: false }]);
  });

  it("is named for the files' share", () => {
    const name = "main-docker-volumes-instance";
    expect(changesOf(vibebox, name, { tier: "REGIONAL" })).to.deep.equal([
      { name, effect: "replaces", losesData: true },
    ]);
  });

  it("is nothing where a database grows", () => {
    const { settings } = named(scraper, "main-database-primary").inputs as { settings: object };
    const changes = changesOf(scraper, "main-database-primary", { settings: { ...settings, diskSize: 4_096 } });
    expect(changes).to.deep.equal([{ name: "main-database-primary", effect: "update", losesData: false }]);
  });
});
