import { expect } from "chai";
import { ofType, planGcp } from "./gcpPlan";

const SCHEDULE = { "groundplan:compute": { schedule: { stop: "0 20 * * *", start: "0 6 * * *" } } };
const SINGLE = { "groundplan:overrides": { stores: { database: { readReplicas: 0 } } } };

async function alerts(changes: object): Promise<readonly string[]> {
  const { plan } = await planGcp("preview", { ...SINGLE, ...changes });
  return ofType(plan, "gcp:monitoring/alertPolicy:AlertPolicy").map(({ name }) => name);
}

describe("alerts of a placement on Google Cloud that sleeps", function () {
  this.timeout(120_000);

  it("wake nobody because it sleeps: what is stopped does not answer, and all else is watched as ever", async () => {
    const awake = await alerts({ "groundplan:compute": {} });
    const asleep = await alerts(SCHEDULE);
    const missing = awake.filter((name) => !asleep.includes(name));
    expect(missing.filter((name) => !/uptime-/.test(name))).to.deep.equal([
      "main-monitoring-alert-database-primary-up",
    ]);
    expect(missing.some((name) => /uptime-/.test(name))).to.equal(true);
    expect(asleep.filter((name) => !awake.includes(name))).to.deep.equal([]);
    expect(asleep.some((name) => /certificate-/.test(name))).to.equal(true);
  });
});
