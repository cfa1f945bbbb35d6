import { expect } from "chai";
import type { Plan } from "../../engine";
import { named, planAws } from "./awsPlan";
import {
  arnOf,
  arnOfFunction,
  FUNCTION,
  inputOf,
  rotationsOf,
  SECRET,
  SPREAD,
  settingsOf,
  WITH_SESSION,
} from "./awsRotationPlan";

describe("rotation of secrets on AWS, in several regions", function () {
  this.timeout(180_000);
  let spread: Plan;
  before(async () => {
    ({ plan: spread } = await planAws("simulate", { ...SPREAD, ...WITH_SESSION }));
  });

  it("turns users and values where the lead is, and a cache's token in each", () => {
    expect(rotationsOf(spread)).to.have.members([
      ...["api", "backup-daily", "master", "worker"].map((client) => `us-database-${client}-secret-rotation`),
      ...["api", "backup-daily", "worker"].map((client) => `eu-database-${client}-secret-rotation`),
      ...["us", "eu"].flatMap((place) => [`${place}-redis-secret-rotation`, `${place}-secrets-session-rotation`]),
    ]);
    expect(["us-database-rotation", "us-secrets-rotation"].map((name) => settingsOf(spread, name).kind)).to.deep.equal([
      "postgres",
      "value",
    ]);
    expect(named(spread, "eu-redis-rotation", FUNCTION).inputs.vpcConfig).to.not.equal(undefined);
  });

  it("copies what the lead's secrets hold into the others' own, every day and at once when the stack has written", () => {
    for (const [name, secret] of [
      ["eu-database-rotation", "database-api-secret"],
      ["eu-secrets-copies", "secrets-session"],
    ] as const) {
      const rotation = named(spread, `eu-${secret}-rotation`);
      expect(rotation.inputs, name).to.deep.equal({
        secretId: arnOf(spread, `eu-${secret}-rotation`),
        rotationLambdaArn: arnOfFunction(spread, name),
        rotateImmediately: true,
        rotationRules: { automaticallyAfterDays: 1 },
      });
      const { kind, sources } = settingsOf(spread, name) as { kind: string; sources: readonly unknown[] };
      expect(kind).to.equal("copy");
      expect(sources, name).to.deep.include({
        secret: arnOf(spread, `eu-${secret}-rotation`),
        source: arnOf(spread, `us-${secret}-rotation`),
      });
      const policy = String(named(spread, `${name}-policy`).inputs.policy);
      expect(policy).to.include("secretsmanager.us-east-1.amazonaws.com");
      expect(policy).to.include(inputOf(spread, `us-${secret}`, "kmsKeyId", SECRET));
      expect(named(spread, name, FUNCTION).inputs).to.not.have.property("vpcConfig");
    }
  });

  it("tells a stack that owns another part where the current values are, and under which keys", async () => {
    const { plan: us } = await planAws("simulate", { ...SPREAD, ...WITH_SESSION, "groundplan:parts": ["us"] });
    const { handover } = us.outputs as {
      readonly handover: { readonly us: { readonly databases: Record<string, object>; readonly entries: object } };
    };
    const keyArn = inputOf(us, "us-database-api-secret", "kmsKeyId", SECRET);
    expect(handover.us.entries).to.deep.equal({
      session: { arn: arnOf(us, "us-secrets-session-rotation"), keyArn },
    });
    expect(handover.us.databases.database).to.deep.include({
      secretsKeyArn: keyArn,
      secrets: Object.fromEntries(
        ["api", "worker", "backup-daily"].map((client) => [client, arnOf(us, `us-database-${client}-secret-rotation`)]),
      ),
    });
  });

  it("starts the others' clients once their copies are on their way, and says how old a value may be there", () => {
    const rotation = named(spread, "eu-database-api-secret-rotation").urn;
    expect(named(spread, "eu-api-deployment").dependencies).to.include(rotation);
    const { dependencies } = named(spread, "eu-api-env-external");
    expect(dependencies).to.include(rotation);
    expect(dependencies).to.include(named(spread, "eu-secrets-session-rotation").urn);
    const late = spread.degraded.filter(({ feature }) => feature.startsWith("a new value of secret session"));
    expect(late.map(({ urn }) => urn.split("::").at(-1))).to.deep.equal(["eu-secrets"]);
  });
});
