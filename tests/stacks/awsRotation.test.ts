import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { InputError } from "../../components/errors";
import type { Plan } from "../../engine";
import { unwrap } from "../../engine/wire";
import { type AwsPlan, named, ofType, planAws } from "./awsPlan";
import {
  annotationsOf,
  arnOf,
  arnOfFunction,
  FUNCTION,
  inputOf,
  letGo,
  PLACES,
  ROTATION,
  rotationsOf,
  SECRET,
  SESSION,
  SPREAD,
  settingsOf,
  unmet,
  VERSION,
  WITH_SESSION,
  WRITTEN,
} from "./awsRotationPlan";
import { PROJECT } from "./gcpPlan";

describe("rotation of secrets on AWS", function () {
  this.timeout(180_000);
  let plan: Plan;
  let raw: AwsPlan["raw"];
  before(async () => {
    ({ plan, raw } = await planAws("simulate"));
  });

  it("turns each client's secret, the administrator's that RDS does not manage and the cache's, every 90 days", () => {
    expect(rotationsOf(plan)).to.have.members([
      "main-database-api-secret-rotation",
      "main-database-backup-daily-secret-rotation",
      "main-database-master-secret-rotation",
      "main-database-worker-secret-rotation",
      "main-redis-secret-rotation",
    ]);
    for (const { inputs, name } of ofType(plan, ROTATION)) {
      const store = name.startsWith("main-redis") ? "redis" : "database";
      expect(inputs, name).to.deep.equal({
        secretId: inputOf(plan, `${name.slice(0, -"-rotation".length)}-version`, "secretId", VERSION),
        rotationLambdaArn: arnOfFunction(plan, `main-${store}-rotation`),
        rotateImmediately: false,
        rotationRules: { automaticallyAfterDays: 90 },
      });
    }
    expect(unmet(plan)).to.deep.equal([]);
  });

  it("lets each function reach its own store, and change what its secrets open", () => {
    const administrator = arnOf(plan, "main-database-master-secret-rotation");
    expect(settingsOf(plan, "main-database-rotation")).to.deep.include({
      kind: "postgres",
      database: "scraper",
      administrator,
      instance: named(plan, "main-database-primary").inputs.identifier,
    });
    expect(settingsOf(plan, "main-redis-rotation")).to.deep.include({
      kind: "redis",
      group: named(plan, "main-redis-group").inputs.replicationGroupId,
    });
    const key = named(plan, "main-keys-secrets", "aws:kms/key:Key");
    expect(String(key.inputs.policy)).to.include("lambda.us-east-1.amazonaws.com");
  });

  it("waits for the clients' users, which the job makes", () => {
    const job = named(plan, "main-database-users-job").urn;
    for (const client of ["api", "worker", "backup-daily"]) {
      expect(named(plan, `main-database-${client}-secret-rotation`).dependencies, client).to.include(job);
    }
    expect(named(plan, "main-database-master-secret-rotation").dependencies).to.not.include(job);
  });

  it("is told of in docs/rotation-aws.md by the names it has", () => {
    const document = readFileSync(join(__dirname, "../../docs/rotation-aws.md"), "utf8");
    const names = [
      String(named(plan, "main-database-api-secret", SECRET).inputs.namePrefix).replace(/-$/, " "),
      String((named(plan, "main-api-env-external").inputs.metadata as { readonly name: string }).name),
      "AWSCURRENT",
      "groundplan-initial",
    ];
    expect(names.filter((name) => !document.includes(name))).to.deep.equal([]);
    const { inputs } = named(plan, "main-monitoring-alarm-database-rotation-errors");
    expect(inputs.alarmDescription).to.include("docs/rotation-aws.md");
  });

  it("lets go of what it wrote where it rotates, and names no label that a rotation moves", () => {
    expect(letGo(plan)).to.have.members(
      ["database-api", "database-backup-daily", "database-master", "database-worker", "redis"].map(
        (entry) => `main-${entry}-secret-version`,
      ),
    );
    for (const { name, inputs, options } of ofType(plan, VERSION)) {
      expect(inputs, name).to.have.all.keys("secretId", "secretString");
      expect(options.ignoreChanges, name).to.equal(undefined);
    }
  });

  it("has what rotates read every five minutes, and at once when the stack has written, after the job that makes the users", async () => {
    const job = named(plan, "main-database-users-job").urn;
    const { plan: preview } = await planAws("preview");
    for (const name of ["main-api-env-external", "main-worker-env-external", "main-backup-backup-daily-env-external"]) {
      const external = named(plan, name);
      expect((external.inputs.spec as { readonly refreshInterval: string }).refreshInterval, name).to.equal("5m");
      expect(annotationsOf(plan, name)?.[WRITTEN], name).to.match(/^[0-9a-f]{8}$/);
      expect(external.dependencies, name).to.include(job);
      // Unknown until the stack has written it.
      expect(annotationsOf(preview, name)?.[WRITTEN], name).to.be.an("object");
    }
    for (const client of ["api", "worker"]) {
      const { dependencies } = named(plan, `main-${client}-env-external`);
      expect(dependencies, client).to.include(named(plan, `main-database-${client}-secret-version`).urn);
      expect(dependencies, client).to.include(named(plan, "main-redis-secret-version").urn);
    }
  });

  it("writes a secret anew with a token or password that the store is given before, as it knows the first no longer", async () => {
    expect(named(plan, "main-redis-token").inputs.keepers).to.deep.equal({
      secret: arnOf(plan, "main-redis-secret-rotation"),
      // Another one where clients are told anything else, or in another form.
      use: "9e3c7bb2ad",
    });
    expect(named(plan, "main-redis-secret-version").dependencies).to.include(named(plan, "main-redis-group").urn);
    expect(named(plan, "main-database-master-password").inputs.keepers).to.deep.equal({
      instance: inputOf(plan, "main-database-primary", "identifier", "aws:rds/instance:Instance"),
      secret: arnOf(plan, "main-database-master-secret-rotation"),
    });
    const master = named(plan, "main-database-master-secret-version");
    expect(master.dependencies).to.include(named(plan, "main-database-primary").urn);
    const rawOf = (name: string) => raw.find((resource) => resource.name === name)?.inputs ?? {};
    const { secretString } = rawOf("main-database-master-secret-version");
    const { password, identifier } = rawOf("main-database-primary");
    expect(JSON.parse(String(unwrap(secretString ?? null)))).to.deep.equal({
      username: "groundplan",
      password: unwrap(password ?? null),
      dbInstanceIdentifier: unwrap(identifier ?? null),
    });
  });

  it("has what nobody rotates read every hour, as it was", async () => {
    const dev = { "groundplan:environment": "dev", "groundplan:compute": {} };
    const { plan: none } = await planAws("simulate", dev);
    const external = named(none, "main-api-env-external");
    expect((external.inputs.spec as { readonly refreshInterval: string }).refreshInterval).to.equal("1h");
    expect(annotationsOf(none, "main-api-env-external")).to.equal(undefined);
    expect(external.dependencies).to.not.include(named(none, "main-database-users-job").urn);
  });

  it("tells a person of every function that fails", () => {
    for (const store of ["database", "redis"]) {
      const { inputs } = named(plan, `main-monitoring-alarm-${store}-rotation-errors`);
      expect(inputs, store).to.deep.include({
        namespace: "AWS/Lambda",
        metricName: "Errors",
        dimensions: { FunctionName: named(plan, `main-${store}-rotation`, FUNCTION).inputs.name },
        statistic: "Sum",
        threshold: 0,
        comparisonOperator: "GreaterThanThreshold",
        evaluationPeriods: 1,
      });
    }
  });

  it("has the users' job run again, and read anew, for what the stack puts in and not for what a rotation does", async () => {
    const external = named(plan, "main-database-users-env-external");
    const { name } = external.inputs.metadata as { readonly name: string };
    expect(name).to.match(/^database-users-env-external-[0-9a-f]{8}$/);
    expect(external.inputs.spec).to.have.nested.property("target.name", name);
    const names = new Set(
      JSON.stringify(named(plan, "main-database-users-job").inputs.spec).match(/database-users-env-external[^"]*/g),
    );
    expect([...names]).to.deep.equal([name]);
    for (const client of ["api", "backup-daily", "master", "worker"]) {
      const version = named(plan, `main-database-${client}-secret-version`).urn;
      expect(external.dependencies, client).to.include(version);
    }
    const { plan: preview } = await planAws("preview");
    const unknown = named(preview, "main-database-users-env-external").inputs.metadata as { readonly name: unknown };
    expect(unknown.name).to.not.be.a("string");
  });

  it("follows a setting: other days, and none in dev unless it says so", async () => {
    const { plan: monthly } = await planAws("simulate", { "groundplan:secretRotation": { days: 31 } });
    expect(ofType(monthly, ROTATION).map(({ inputs }) => inputs.rotationRules)).to.deep.equal(
      Array.from({ length: 5 }, () => ({ automaticallyAfterDays: 31 })),
    );
    const dev = { "groundplan:environment": "dev", "groundplan:compute": {} };
    const { plan: none } = await planAws("simulate", dev);
    expect([rotationsOf(none), ofType(none, FUNCTION), letGo(none), unmet(none)]).to.deep.equal([[], [], [], []]);
    expect(String(named(none, "main-keys-secrets", "aws:kms/key:Key").inputs.policy)).to.not.include("lambda.");
    const { plan: asked } = await planAws("simulate", { ...dev, "groundplan:secretRotation": { days: 7 } });
    expect(rotationsOf(asked)).to.include("main-database-api-secret-rotation");
  });

  it("takes no interval that locks pods out, and a longer one where passwords are copied to other regions, with all else that is wrong", async () => {
    const problemsOf = async (changes: Readonly<Record<string, unknown>>): Promise<readonly (readonly string[])[]> => {
      try {
        await planAws("simulate", changes);
        return [];
      } catch (error) {
        if (InputError.is(error)) {
          return error.problems.map(({ path, found }) => [path, found]);
        }
        throw error;
      }
    };
    const days = (count: number) => ({ "groundplan:secretRotation": { days: count } });
    const path = "groundplan:secretRotation.days";
    expect(await problemsOf(days(1))).to.deep.equal([[path, "1"]]);
    expect(await problemsOf(days(2))).to.deep.equal([]);
    const tooMany = { "groundplan:overrides": { stores: { database: { readReplicas: 16 } } } };
    expect((await problemsOf({ ...SPREAD, ...days(3), ...tooMany })).map(([at]) => at)).to.have.members([
      path,
      "groundplan:overrides.stores.database.readReplicas",
    ]);
    expect(await problemsOf({ ...SPREAD, ...days(4) })).to.deep.equal([]);
  });

  it("leaves the administrator of a database without replicas to RDS", async () => {
    const { plan: single } = await planAws("simulate", {
      "groundplan:overrides": { stores: { database: { readReplicas: 0 } } },
    });
    expect(rotationsOf(single)).to.have.members([
      ...["api", "backup-daily", "worker"].map((client) => `main-database-${client}-secret-rotation`),
      "main-redis-secret-rotation",
    ]);
    expect(settingsOf(single, "main-database-rotation")).to.not.have.property("instance");
  });

  describe("is said not to happen, and what would make it", () => {
    it("to clients of RDS Proxy, which knows one user of each", async () => {
      const { plan: pooled } = await planAws("simulate", { "groundplan:compute": { pooledDatabases: ["database"] } });
      expect(rotationsOf(pooled)).to.have.members([
        "main-database-master-secret-rotation",
        "main-redis-secret-rotation",
      ]);
      expect(letGo(pooled)).to.have.members(["main-database-master-secret-version", "main-redis-secret-version"]);
      expect(unmet(pooled).map(([feature]) => feature)).to.deep.equal([
        "rotation of the passwords of database's clients",
      ]);
      expect(unmet(pooled)[0]?.[1]).to.match(/pooledDatabases/);
    });

    it("where nothing rolls the pods", async () => {
      const { plan: unrolled } = await planAws("simulate", {
        ...WITH_SESSION,
        "groundplan:kubernetes": { addOns: { reloader: "none" } },
      });
      expect([rotationsOf(unrolled), letGo(unrolled), ofType(unrolled, FUNCTION)]).to.deep.equal([[], [], []]);
      const remedy = "set groundplan:kubernetes.addOns.reloader to install or existing";
      expect(unmet(unrolled)).to.have.deep.members([
        ["rotation of secret session", remedy],
        ["rotation of the passwords of database", remedy],
        ["rotation of the token of redis", remedy],
      ]);
    });

    it("to a cache all regions have in common", async () => {
      const { plan: common } = await planAws("simulate", {
        ...SPREAD,
        "groundplan:compute": { globalCaches: { redis: "us" } },
        "groundplan:overrides": { stores: { redis: { classes: { aws: "cache.m6g.large" } } } },
      });
      expect(rotationsOf(common).filter((name) => name.includes("-redis-"))).to.deep.equal([]);
      // The one that was rotated is known to nobody who joins: turned on, all take another.
      const keepers = ofType(common, "random:index/randomPassword:RandomPassword")
        .filter(({ name }) => name.endsWith("-redis-token"))
        .map(({ name, inputs }) => [name, (inputs.keepers as { readonly use: string }).use]);
      expect(keepers).to.deep.equal([["us-redis-token", "datastore"]]);
      expect(unmet(common).map(([feature]) => feature)).to.deep.equal([
        "rotation of the token of redis",
        "rotation of the token of redis",
      ]);
    });

    it("to a value that is given, and to one that a placement on another cloud shares", async () => {
      const { plan: given } = await planAws("simulate", {
        "groundplan:overrides": {
          secrets: { session: { description: "Signs the users' sessions", rotateDays: 30 } },
          services: { api: { secretEnv: { SESSION_SECRET: "session" } } },
        },
      });
      expect(unmet(given).map(([feature]) => feature)).to.deep.equal(["rotation of secret session"]);
      const { plan: mixed } = await planAws("simulate", {
        "groundplan:model": "global",
        "groundplan:system": "tests/stacks/fixtures/bistro.yaml",
        "groundplan:domain": "bistro.example.com",
        "groundplan:images": {},
        "groundplan:placements": [
          PLACES[0],
          { name: "eu", cloud: "gcp", region: "europe-west1", role: "secondary", cidrIndex: 129 },
        ],
        "groundplan:access": { gcp: { project: PROJECT } },
        "groundplan:existing": { us: { zone: "Z0123456789ABCDEFGHIJ" } },
        "groundplan:overrides": {
          secrets: { session: SESSION },
          services: { menu: { secretEnv: { SESSION_SECRET: "session" } } },
        },
      });
      expect(rotationsOf(mixed).filter((name) => name.includes("session"))).to.deep.equal([]);
      expect(mixed.degraded.map(({ feature, urn }) => [feature, /us-secrets$/.test(urn)])).to.deep.include([
        "rotation of secret session",
        true,
      ]);
    });
  });

  it("makes up another value of a secret of the system, by its own days and in dev as well", async () => {
    const { plan: signed } = await planAws("simulate", {
      ...WITH_SESSION,
      "groundplan:environment": "dev",
      "groundplan:compute": {},
    });
    expect(ofType(signed, ROTATION).map(({ name, inputs }) => [name, inputs.rotationRules])).to.deep.equal([
      ["main-secrets-session-rotation", { automaticallyAfterDays: 30 }],
    ]);
    expect(settingsOf(signed, "main-secrets-rotation")).to.deep.equal({ kind: "value" });
    expect(named(signed, "main-secrets-rotation", FUNCTION).inputs).to.not.have.property("vpcConfig");
    expect(letGo(signed)).to.deep.equal(["main-secrets-session-version"]);
    expect(String(named(signed, "main-keys-secrets", "aws:kms/key:Key").inputs.policy)).to.include("lambda.");
    expect(named(signed, "main-monitoring-alarm-secrets-rotation-errors").type).to.match(/MetricAlarm$/);
  });

  it("may encrypt the copies in another region that Secrets Manager keeps of what it turns, and of nothing else", async () => {
    const { plan: copied } = await planAws("simulate", WITH_SESSION);
    const statements = (name: string) =>
      (
        JSON.parse(inputOf(copied, name, "policy", "aws:iam/rolePolicy:RolePolicy")) as {
          readonly Statement: readonly { readonly Sid: string }[];
        }
      ).Statement.filter(({ Sid }) => Sid === "ReplicaKey");
    const [copy] = named(copied, "main-secrets-session", SECRET).inputs.replicas as readonly { kmsKeyId: string }[];
    expect(copy?.kmsKeyId).to.match(/^arn:aws:kms:us-west-2:/);
    expect(statements("main-secrets-rotation-policy")).to.deep.equal([
      {
        Sid: "ReplicaKey",
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
        Resource: copy?.kmsKeyId,
        Condition: { StringEquals: { "kms:ViaService": "secretsmanager.us-west-2.amazonaws.com" } },
      },
    ]);
    for (const store of ["database", "redis"]) {
      expect(statements(`main-${store}-rotation-policy`), store).to.deep.equal([]);
    }
  });

  it("never replaces what encrypts a backup's copies", async () => {
    const wrong = {
      "groundplan:overrides": {
        secrets: { "backup-daily-passphrase": { description: "Encrypts copies", generate: 48, rotateDays: 30 } },
      },
    };
    const error: unknown = await planAws("simulate", wrong).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(InputError.is(error) && error.problems).to.deep.equal([
      {
        path: "groundplan:overrides.secrets.backup-daily-passphrase.rotateDays",
        source: "Pulumi.staging.yaml",
        found: "30",
        allowed: "nothing for a backup's passphrase: the copies there are would not open any more",
        fix: "remove it",
      },
    ]);
  });
});
