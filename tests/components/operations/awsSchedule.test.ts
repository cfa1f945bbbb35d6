import { expect } from "chai";
import { named, ofType, planAws } from "../../stacks/awsPlan";

/** Doc-scraper with a database that RDS can stop. */
const ALONE = { "groundplan:overrides": { stores: { database: { readReplicas: 0 } } } };

interface Target {
  readonly arn: string;
  readonly input: string;
}

describe("hours of sleep on aws", function () {
  this.timeout(60_000);

  it("takes the nodes away at night and brings back each pool's least", async () => {
    const { plan } = await planAws("simulate", ALONE);
    const calls = ofType(plan, "aws:scheduler/schedule:Schedule");
    expect(calls.map(({ name }) => name)).to.deep.equal([
      "main-schedule-start-database",
      "main-schedule-start-nodes-api",
      "main-schedule-start-nodes-system",
      "main-schedule-start-nodes-workers",
      "main-schedule-stop-database",
      "main-schedule-stop-nodes-api",
      "main-schedule-stop-nodes-system",
      "main-schedule-stop-nodes-workers",
    ]);
    const target = (name: string) => named(plan, `main-schedule-${name}`).inputs.target as unknown as Target;
    const group = named(plan, "main-cluster-nodes-system");
    expect(target("stop-nodes-system").arn).to.equal("arn:aws:scheduler:::aws-sdk:eks:updateNodegroupConfig");
    expect(JSON.parse(target("stop-nodes-system").input)).to.have.deep.property("ScalingConfig", {
      MinSize: 0,
      DesiredSize: 0,
      MaxSize: 6,
    });
    const { minSize } = group.inputs.scalingConfig as { readonly minSize: number };
    expect(JSON.parse(target("start-nodes-system").input)).to.have.nested.property("ScalingConfig.MinSize", minSize);
    expect(target("stop-database").arn).to.equal("arn:aws:scheduler:::aws-sdk:rds:stopDBInstance");
    expect(named(plan, "main-schedule-stop-database").inputs).to.deep.include({
      scheduleExpression: "cron(0 19 ? * MON,TUE,WED,THU,FRI *)",
      scheduleExpressionTimezone: "UTC",
    });
  });

  it("lets its role do that to these groups and this database, and nothing else", async () => {
    const { plan } = await planAws("simulate", ALONE);
    const { Statement } = JSON.parse(String(named(plan, "main-schedule-policy").inputs.policy)) as {
      readonly Statement: readonly { readonly Action: unknown; readonly Resource: readonly string[] }[];
    };
    expect(Statement.map(({ Action }) => Action)).to.deep.equal([
      "eks:UpdateNodegroupConfig",
      ["rds:StopDBInstance", "rds:StartDBInstance"],
    ]);
    const [groups, databases] = Statement.map(({ Resource }) => Resource);
    expect(groups).to.have.length(3);
    for (const arn of groups ?? []) expect(arn).to.match(/^arn:aws:eks:us-east-1:111122223333:nodegroup\//);
    expect(databases).to.have.length(1);
    expect(databases?.[0]).to.match(/^arn:aws:rds:us-east-1:111122223333:db:doc-scraper-main-database-/);
  });

  it("says that a database may sleep when its passwords are to be replaced, where they are", async () => {
    const late = async (changes: Readonly<Record<string, unknown>>) => {
      const { plan } = await planAws("simulate", changes);
      return plan.degraded.flatMap(({ feature, remedy, urn }) =>
        feature.endsWith(" on their day")
          ? [[feature, /main-schedule$/.test(urn), /compute\.schedule/.test(remedy)]]
          : [],
      );
    };
    expect(await late(ALONE)).to.deep.equal([["rotation of the passwords of database on their day", true, true]]);
    // One that is never stopped, and one that is not rotated.
    expect(await late({})).to.deep.equal([]);
    expect(await late({ ...ALONE, "groundplan:kubernetes": { addOns: { reloader: "none" } } })).to.deep.equal([]);
  });

  it("says what it cannot stop: databases with replicas, and caches", async () => {
    const { plan } = await planAws("simulate");
    expect(ofType(plan, "aws:scheduler/schedule:Schedule").some(({ name }) => name.includes("database"))).to.equal(
      false,
    );
    const features = plan.degraded.map(({ feature }) => feature);
    expect(features).to.include.members(["stopping database at night", "stopping redis at night"]);
  });
});
