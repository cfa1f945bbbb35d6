import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";
import { skipSuiteBecause } from "../../../skipBecause";
import { Bench, type Call, FakeCache, secretArn } from "./fakes";

const PASSWORD = "AbcdefghijKlmnopqrst0123456789";

/** Every call of AWS that any rotation makes, in a rotation that succeeds. */
async function calls(): Promise<readonly Call[]> {
  const made: Call[] = [];
  const turn = async (bench: Bench, arn: string) => {
    await bench.turn(arn);
    made.push(...bench.calls);
  };
  const [own, source, master] = [secretArn("own"), secretArn("source", "us-east-1"), secretArn("master")];

  const copy = new Bench({ kind: "copy", sources: [{ secret: own, source }] });
  copy.secrets.add(own, PASSWORD);
  copy.secrets.add(source, PASSWORD);
  await turn(copy, own);

  const redis = new Bench({ kind: "redis", host: "cache.example.com", port: 6379, group: "shop-cache" });
  redis.secrets.add(own, JSON.stringify({ password: PASSWORD }));
  redis.cache = new FakeCache(PASSWORD);
  await turn(redis, own);

  const database = { host: "db.example.com", port: 5432, database: "app", administrator: master };
  const postgres = new Bench({ kind: "postgres", ...database, alternate: "_alternate", instance: "shop-db" });
  postgres.secrets.add(master, JSON.stringify({ username: "groundplan", password: PASSWORD }));
  let good = PASSWORD;
  postgres.rds = (_, { MasterUserPassword }) => {
    good = String(MasterUserPassword);
    return {};
  };
  postgres.asUser = async ({ password }) => {
    if (password !== good) {
      throw Object.assign(new Error("password authentication failed"), { code: "28P01" });
    }
  };
  await turn(postgres, master);
  return made;
}

function check(made: readonly Pick<Call, "service" | "operation" | "input">[]): readonly string[] {
  const run = spawnSync("python3", [join(__dirname, "calls.py")], { input: JSON.stringify(made), encoding: "utf8" });
  if (run.status !== 0) {
    throw new Error(run.stderr);
  }
  return JSON.parse(run.stdout) as string[];
}

describe("calls of the rotating functions against the service models AWS generates (botocore)", function () {
  this.timeout(60_000);

  before(function () {
    if (spawnSync("python3", ["-c", "import botocore"]).status !== 0) {
      skipSuiteBecause(this, "needs python3 with botocore: pip install botocore");
    }
  });

  it("are calls there are, with inputs they take", async () => {
    const made = await calls();
    expect([...new Set(made.map(({ service, operation }) => `${service}:${operation}`))].sort()).to.deep.equal([
      "elasticache:describeReplicationGroups",
      "elasticache:modifyReplicationGroup",
      "rds:modifyDBInstance",
      "secretsmanager:describeSecret",
      "secretsmanager:getSecretValue",
      "secretsmanager:putSecretValue",
      "secretsmanager:updateSecretVersionStage",
    ]);
    expect(check(made)).to.deep.equal([]);
  });

  const secret = { SecretId: "x" };
  const wrong: readonly (readonly [string, string, string, Record<string, unknown>, RegExp])[] = [
    ["an operation there is not", "secretsmanager", "readSecret", secret, /secretsmanager has no readSecret/],
    ["a field there is not", "secretsmanager", "describeSecret", { ...secret, Loud: true }, /Loud/],
    ["what is missing", "secretsmanager", "getSecretValue", {}, /Missing required parameter.*SecretId/],
    ["a value of the wrong type", "rds", "modifyDBInstance", { DBInstanceIdentifier: 1 }, /Invalid type/],
    [
      "a token that is too short",
      "secretsmanager",
      "putSecretValue",
      { ...secret, ClientRequestToken: "x" },
      /Invalid length/,
    ],
    [
      "a value AWS does not list",
      "elasticache",
      "modifyReplicationGroup",
      { ReplicationGroupId: "x", AuthTokenUpdateStrategy: "TURN" },
      /TURN is not among/,
    ],
  ];
  for (const [what, service, operation, input, message] of wrong) {
    it(`finds ${what}`, () => {
      expect(check([{ service, operation, input }]).join("\n")).to.match(message);
    });
  }
});
