import { join } from "node:path";
import { expect } from "chai";
import { planStack } from "../../../automation/plan";
import { readStackFile, toPulumiConfig } from "../../../automation/stackFile";
import { runProgram } from "../../../engine";
import { unwrap } from "../../../engine/wire";
import groundplan from "../../../index";
import { type AwsPlan, named, ofType, planAws } from "../../stacks/awsPlan";
import { problemsOf } from "../../stacks/settingsFixture";

const ROOT = join(__dirname, "..", "..", "..");
const POOLED = { "groundplan:compute": { pooledDatabases: ["database"] } };

interface Statement {
  readonly Action: string;
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

describe("a database behind RDS Proxy", function () {
  this.timeout(120_000);
  let pooled: AwsPlan;
  before(async () => {
    pooled = await planAws("simulate", POOLED);
  });
  const secret = (name: string) => {
    const { inputs } = pooled.raw.find((resource) => resource.name === `main-database-${name}-secret-version`) ?? {};
    return JSON.parse(String(unwrap(inputs?.secretString ?? null))) as Readonly<Record<string, string>>;
  };

  it("lets its clients share connections over TLS alone, each as the user it has", () => {
    const { inputs, dependencies } = named(pooled.plan, "main-database-proxy");
    const { auths, vpcSubnetIds, tags: _tags, name, roleArn: _role, vpcSecurityGroupIds, ...rest } = inputs;
    expect(rest).to.deep.equal({
      engineFamily: "POSTGRESQL",
      requireTls: true,
      idleClientTimeout: 1_800,
      debugLogging: false,
    });
    expect(name).to.equal(`${String(named(pooled.plan, "main-database-primary").inputs.identifier)}-proxy`);
    expect(vpcSubnetIds).to.have.length(3);
    expect(vpcSecurityGroupIds).to.have.length(1);
    const clients = ["api", "worker", "backup-daily"];
    expect((auths as readonly object[]).map((auth) => ({ ...auth, secretArn: "arn" }))).to.deep.equal(
      clients.map((client) => ({
        authScheme: "SECRETS",
        clientPasswordAuthType: "POSTGRES_SCRAM_SHA_256",
        description: `${client} to database`,
        iamAuth: "DISABLED",
        secretArn: "arn",
      })),
    );
    expect(dependencies).to.include(named(pooled.plan, "main-database-proxy-logs").urn);
  });

  it("tells of connections pinned to single sessions, more than half the pool for a quarter of an hour", () => {
    const alarm = named(pooled.plan, "main-monitoring-alarm-database-proxy-pinned");
    expect(alarm.inputs.dimensions).to.deep.equal({
      ProxyName: named(pooled.plan, "main-database-proxy").inputs.name,
    });
    const allowed = Number(named(pooled.plan, "main-monitoring-alarm-database-primary-connections").inputs.threshold);
    const threshold = Number(alarm.inputs.threshold);
    // Four fifths of all there, nine tenths of a half here.
    expect(threshold).to.be.within(Math.floor((allowed / 0.8) * 0.45) - 1, Math.ceil(((allowed + 1) / 0.8) * 0.45));
    expect(alarm.inputs).to.deep.include({
      namespace: "AWS/RDS",
      metricName: "DatabaseConnectionsCurrentlySessionPinned",
      statistic: "Sum",
      comparisonOperator: "GreaterThanThreshold",
      period: 60,
      evaluationPeriods: 15,
      treatMissingData: "notBreaching",
      alarmActions: named(pooled.plan, "main-monitoring-alarm-database-primary-cpu").inputs.alarmActions,
    });
  });

  it("tells of failures of the proxy itself, and nothing of the kind where there is none", async () => {
    const events = named(pooled.plan, "main-monitoring-proxy-events");
    expect(events.type).to.equal("aws:rds/eventSubscription:EventSubscription");
    expect(events.inputs).to.deep.include({
      sourceType: "db-proxy",
      sourceIds: [named(pooled.plan, "main-database-proxy").inputs.name],
      eventCategories: ["failure"],
    });
    expect(events.dependencies).to.include(named(pooled.plan, "main-monitoring-topic-policy").urn);
    const { plan } = await planAws("simulate");
    const names = plan.resources.map(({ name }) => name);
    expect(names).to.not.include("main-monitoring-proxy-events");
    expect(names).to.not.include("main-monitoring-alarm-database-proxy-pinned");
  });

  it("stands in no VPC of dedicated tenancy, which is refused as soon as EC2 says so", async () => {
    const file = await readStackFile(ROOT, "staging");
    const vpc = {
      id: "vpc-0aaaaaaaaaaaaaaaa",
      publicSubnetIds: ["subnet-0000000000000000a", "subnet-0000000000000000b"],
      privateSubnetIds: ["subnet-0000000000000000c", "subnet-0000000000000000d"],
    };
    const tried = (changes: object) => {
      const config = toPulumiConfig({ ...file.values, "groundplan:existing": { main: { vpc } }, ...changes });
      const invokes = {
        "aws:ec2/getVpc:getVpc": () => ({ id: vpc.id, cidrBlock: "10.0.0.0/16", instanceTenancy: "dedicated" }),
      };
      const secretKeys = [...file.secretKeys];
      const request = { program: groundplan, project: file.project, stack: "staging", config, secretKeys, invokes };
      return problemsOf(() => runProgram({ ...request, mode: "preview" }));
    };
    expect((await tried(POOLED)).map(({ path, found }) => [path, found])).to.deep.equal([
      ["groundplan:existing.main.vpc.id", "vpc-0aaaaaaaaaaaaaaaa, whose tenancy is dedicated"],
    ]);
    expect(await tried({})).to.deep.equal([]);
  });

  it("leaves the database a tenth of its connections, and stands before the primary", () => {
    expect(named(pooled.plan, "main-database-proxy-pool").inputs.connectionPoolConfig).to.deep.equal({
      connectionBorrowTimeout: 30,
      maxConnectionsPercent: 90,
      maxIdleConnectionsPercent: 50,
    });
    const { identifier } = named(pooled.plan, "main-database-primary").inputs;
    expect(named(pooled.plan, "main-database-proxy-target").inputs.dbInstanceIdentifier).to.equal(identifier);
    expect(named(pooled.plan, "main-database-proxy-logs").inputs).to.deep.include({
      name: `/aws/rds/proxy/${String(identifier)}-proxy`,
      retentionInDays: named(pooled.plan, "main-database-logs-postgresql").inputs.retentionInDays,
    });
  });

  it("is what clients connect to; the administrator and readers of a replica pass it by", () => {
    const api = secret("api");
    expect(api.host).to.match(/proxy/);
    expect(api.url).to.include(`@${api.host}:5432/`);
    expect(api["replica-host"]).to.not.match(/proxy/);
    expect(api.username).to.equal(api.user).and.not.equal(undefined);
    const config = pooled.raw.filter(({ name }) => name.startsWith("main-database-users"));
    expect(JSON.stringify(config)).to.not.match(/\.proxy-/);
  });

  it("reads the clients' secrets and nothing else", () => {
    const { Statement } = JSON.parse(String(named(pooled.plan, "main-database-proxy-policy").inputs.policy)) as {
      readonly Statement: readonly Statement[];
    };
    expect(Statement.map(({ Action }) => Action)).to.deep.equal(["secretsmanager:GetSecretValue", "kms:Decrypt"]);
    expect(Statement[0]?.Resource).to.have.length(3);
    for (const arn of Statement[0]?.Resource ?? [])
      expect(arn).to.match(/:secret:doc-scraper\/staging\/main\/database\//);
    expect(Statement[1]?.Condition).to.deep.equal({
      StringEquals: { "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com" },
    });
  });

  it("opens the way to it, and from it to the database, and no other", () => {
    const rules = /securityGroup(In|E)gressRule:/;
    const made = pooled.plan.resources.filter(
      ({ name, type }) => /^main-database-.*proxy/.test(name) && rules.test(type),
    );
    expect(made.map(({ name }) => name)).to.have.members([
      "main-database-proxy-from-clients",
      "main-database-clients-to-proxy",
      "main-database-proxy-to-database",
      "main-database-from-proxy",
    ]);
    for (const { inputs } of made) expect([inputs.fromPort, inputs.toPort]).to.deep.equal([5432, 5432]);
  });

  it("is made where a setting names the database, and nowhere else", async () => {
    const { plan } = await planAws("simulate");
    expect(ofType(plan, "aws:rds/proxy:Proxy")).to.deep.equal([]);
  });

  for (const mode of ["preview", "simulate"] as const) {
    it(`passes every policy pack in ${mode} mode`, async () => {
      const { policies } = await planStack({
        directory: ROOT,
        stack: "staging",
        config: POOLED,
        mode,
        today: "2026-11-01",
      });
      expect(
        policies.results.filter(({ level, status }) => level === "mandatory" && status === "violation"),
      ).to.deep.equal([]);
    });
  }

  it("is refused for what is no database of the stack, in another cloud and on a host", async () => {
    const pathsOf = async (changes: Readonly<Record<string, unknown>>) =>
      planAws("simulate", changes).then(
        () => [],
        (error: { readonly problems: readonly { readonly path: string }[] }) => error.problems.map(({ path }) => path),
      );
    const compute = { pooledDatabases: ["redis"] };
    expect(await pathsOf({ "groundplan:compute": compute })).to.deep.equal(["groundplan:compute.pooledDatabases[0]"]);
    const gcp = [{ name: "main", cloud: "gcp", region: "us-central1", cidrIndex: 128 }];
    const away = { ...POOLED, "groundplan:placements": gcp, "groundplan:access": { gcp: { project: "p-tests" } } };
    expect(await pathsOf(away)).to.deep.equal(["groundplan:compute.pooledDatabases[0]"]);
    const both = { pooledDatabases: ["database"], upgradedDatabases: ["database"] };
    expect(await pathsOf({ "groundplan:compute": both, "groundplan:model": "single-server" })).to.include.members([
      "groundplan:compute.pooledDatabases",
      "groundplan:compute.upgradedDatabases",
    ]);
    expect(await pathsOf({ "groundplan:compute": { upgradedDatabases: ["databse"] } })).to.deep.equal([
      "groundplan:compute.upgradedDatabases[0]",
    ]);
  });
});
