import { join } from "node:path";
import { expect } from "chai";
import { planStack } from "../../automation/plan";
import { InputError } from "../../components/errors";
import type { Plan } from "../../engine";
import { named, ofType, planAws } from "./awsPlan";
import { at } from "./gcpPlan";

const REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-2", "ca-central-1"] as const;
const NAMES = ["us", "eu", "ap", "ca"] as const;
const ROOT = join(__dirname, "..", "..");
const ZONE = "Z0123456789ABCDEFGHIJ";

function placements(count: number) {
  return REGIONS.slice(0, count).map((region, index) => ({
    name: NAMES[index] ?? region,
    cloud: "aws",
    region,
    role: index === 0 ? "primary" : "secondary",
    cidrIndex: index,
  }));
}

function spread(count = 2, changes: Readonly<Record<string, unknown>> = {}) {
  return {
    "groundplan:model": "global",
    "groundplan:placements": placements(count),
    "groundplan:existing": { us: { zone: ZONE } },
    ...changes,
  };
}

describe("Documentation Scraper, global, on AWS", function () {
  this.timeout(120_000);
  let plan: Plan;
  before(async () => {
    ({ plan } = await planAws("simulate", spread()));
  });

  it("follows the primary's database from the second region, under that region's key and in its network", () => {
    const primary = named(plan, "us-database-primary");
    const { inputs, options } = named(plan, "eu-database-primary");
    expect(inputs.replicateSourceDb).to.match(/^arn:aws:rds:us-east-1:\d{12}:db:/);
    expect(String(inputs.replicateSourceDb).endsWith(String(primary.inputs.identifier))).to.equal(true);
    expect(inputs.kmsKeyId).to.match(/^arn:aws:kms:eu-west-1:/);
    expect(inputs).to.deep.include({
      storageEncrypted: true,
      publiclyAccessible: false,
      deletionProtection: true,
      multiAz: true,
      backupRetentionPeriod: primary.inputs.backupRetentionPeriod,
      skipFinalSnapshot: true,
    });
    expect(inputs).to.not.have.any.keys("username", "password", "manageMasterUserPassword", "dbName", "engine");
    expect(inputs.dbSubnetGroupName).to.not.equal(primary.inputs.dbSubnetGroupName);
    expect(inputs.parameterGroupName).to.not.equal(primary.inputs.parameterGroupName);
    expect(options.protect).to.equal(true);
  });

  it("names the replica that takes over as a primary is named, so that a change of roles promotes it", () => {
    const [us, eu] = ["us", "eu"].map((name) => named(plan, `${name}-database-primary`));
    expect(eu?.urn).to.equal(us?.urn.replace("us-database-primary", "eu-database-primary"));
    const suffixes = ["us", "eu"].map((name) => named(plan, `${name}-database-suffix`).inputs.keepers);
    expect(Object.keys(suffixes[0] as object)).to.deep.equal(Object.keys(suffixes[1] as object));
  });

  it("promotes it in place when the roles change: the same resource, name and key, and no source", async () => {
    const roles = placements(2).map((placement) => ({
      ...placement,
      role: placement.role === "primary" ? "secondary" : "primary",
    }));
    const { plan: swapped } = await planAws("simulate", spread(2, { "groundplan:placements": roles }));
    const [before, after] = [plan, swapped].map((each) => named(each, "eu-database-primary"));
    expect(after?.urn).to.equal(before?.urn);
    for (const field of ["identifier", "kmsKeyId", "dbSubnetGroupName", "instanceClass", "backupRetentionPeriod"]) {
      expect(after?.inputs[field], field).to.deep.equal(before?.inputs[field]);
    }
    expect(after?.inputs).to.not.have.property("replicateSourceDb");
    expect(named(swapped, "us-database-primary").inputs.replicateSourceDb).to.match(/^arn:aws:rds:eu-west-1:/);
  });

  it("lets a region's further replicas read from its first, which stays their source when it is promoted", async () => {
    const roles = placements(2).map((placement) => ({
      ...placement,
      role: placement.role === "primary" ? "secondary" : "primary",
    }));
    const { plan: swapped } = await planAws("simulate", spread(2, { "groundplan:placements": roles }));
    const first = named(plan, "eu-database-primary").inputs;
    const further = named(plan, "eu-database-replica-1").inputs;
    expect(further.replicateSourceDb).to.equal(first.identifier);
    expect(further.identifier).to.equal(`${first.identifier}-r1`);
    expect(further).to.not.have.any.keys("kmsKeyId", "dbSubnetGroupName", "backupRetentionPeriod");
    // RDS refuses to give a replica another source: nothing of it may change with the roles.
    expect(named(swapped, "eu-database-replica-1").inputs).to.deep.equal(further);
  });

  it("lets RDS manage no password that a replica elsewhere would forbid", () => {
    expect(named(plan, "us-database-primary").inputs).to.not.have.property("manageMasterUserPassword");
  });

  it("makes users once and gives both regions the same passwords, each in its own region's secrets", async () => {
    const { raw } = await planAws("simulate", spread());
    const ofRole = (pattern: RegExp) => raw.filter(({ name }) => pattern.test(name)).map(({ name }) => name);
    expect(ofRole(/database-users-job$/)).to.deep.equal(["us-database-users-job"]);
    expect(ofRole(/database-api-password$/)).to.deep.equal(["us-database-api-password"]);
    expect(ofRole(/database-api-secret$/)).to.deep.equal(["us-database-api-secret", "eu-database-api-secret"]);
    expect(named(plan, "eu-database-api-secret").inputs.kmsKeyId).to.match(/^arn:aws:kms:eu-west-1:/);
  });

  it("leads from the second region's pods to the primary's database and to nothing else", () => {
    expect(named(plan, "eu-peering-connection").inputs).to.deep.include({ peerRegion: "us-east-1", autoAccept: false });
    expect(named(plan, "eu-peering-accepter").inputs).to.deep.include({ region: "us-east-1", autoAccept: true });
    expect(named(plan, "eu-peering-back").inputs).to.deep.include({
      region: "us-east-1",
      destinationCidrBlock: "10.1.0.0/16",
      routeTableId: named(plan, "us-network-data-1-routes").inputs.routeTableId,
    });
    for (const { inputs } of ofType(plan, "aws:ec2/route:Route").filter(({ name }) => name.includes("-there-"))) {
      expect(inputs.destinationCidrBlock).to.equal("10.0.0.0/16");
    }
    const rules = plan.resources.filter(({ name }) => /^eu-database-(from|to)-range-/.test(name));
    expect(rules).to.have.length(6);
    for (const { name, inputs } of rules) {
      expect([inputs.fromPort, inputs.toPort, inputs.ipProtocol], name).to.deep.equal([5432, 5432, "tcp"]);
      expect(inputs.region, name).to.equal(name.includes("from-range") ? "us-east-1" : undefined);
      expect(inputs.cidrIpv4, name).to.match(name.includes("from-range") ? /^10\.1\./ : /^10\.0\./);
    }
  });

  it("uses its own provider and its own region's keys for whatever a secondary has", () => {
    const own = plan.resources.filter(
      ({ custom, placement, type }) => custom && placement === "eu" && /^aws:/.test(type),
    );
    expect(own.length).to.be.greaterThan(100);
    for (const { provider, urn, inputs } of own) {
      expect(provider, urn).to.match(/::eu-aws$/);
      for (const field of ["kmsKeyId", "performanceInsightsKmsKeyId", "masterUserSecretKmsKeyId"]) {
        const place = String(inputs.region ?? "eu-west-1");
        if (inputs[field] !== undefined) expect(inputs[field], urn).to.match(new RegExp(`^arn:aws:kms:${place}:`));
      }
    }
  });

  it("copies every bucket and the logs to the other region, a locked one into another", () => {
    const configs = ofType(plan, "aws:s3/bucketReplicationConfig:BucketReplicationConfig");
    expect(configs.map(({ name }) => name)).to.have.members(
      ["us", "eu"].flatMap((place) => ["exports", "backups", "logs"].map((store) => `${place}-${store}-replication`)),
    );
    expect(named(plan, "us-exports-replica").inputs.region).to.equal("eu-west-1");
    expect(named(plan, "eu-exports-replica").inputs.region).to.equal("us-east-1");
    expect(named(plan, "eu-backups-replica").inputs.objectLockEnabled).to.equal(true);
  });

  it("answers from the nearest region that is well, from a part that belongs to neither", () => {
    const records = ofType(plan, "aws:route53/record:Record").filter(({ inputs }) => inputs.type === "A");
    expect(records.map(({ placement, inputs }) => [placement, inputs.name, inputs.setIdentifier])).to.have.deep.members(
      [
        ["edge", "api.scraper.example.com", "us"],
        ["edge", "api.scraper.example.com", "eu"],
      ],
    );
    for (const { inputs, provider } of records) {
      const region = inputs.setIdentifier === "us" ? "us-east-1" : "eu-west-1";
      expect(inputs.zoneId).to.equal(ZONE);
      expect(inputs.latencyRoutingPolicies).to.deep.equal([{ region }]);
      expect(at(inputs, "aliases.0.evaluateTargetHealth")).to.equal(true);
      expect(inputs.healthCheckId).to.match(/^[0-9a-f-]{36}$/);
      expect(provider).to.match(/::edge-aws$/);
    }
    expect(new Set(records.map(({ inputs }) => inputs.healthCheckId)).size).to.equal(2);
    expect(named(plan, "edge-dns-health-eu").inputs).to.deep.include({ type: "TCP", port: 443, failureThreshold: 3 });
  });

  it("validates both certificates by one record, which no second placement takes away", () => {
    const records = ofType(plan, "aws:route53/record:Record").filter(({ name }) => name.includes("validation"));
    expect(records.map(({ name }) => name)).to.deep.equal(["us-edge-validation-api-scraper-example-com"]);
    expect(ofType(plan, "aws:acm/certificateValidation:CertificateValidation")).to.have.length(2);
  });

  it("says what is missing where no zone is named", async () => {
    const { plan: bare } = await planAws("preview", spread(2, { "groundplan:existing": {} }));
    expect(ofType(bare, "aws:route53/record:Record")).to.deep.equal([]);
    expect(bare.degraded.filter(({ feature }) => feature.startsWith("DNS records"))).to.have.length(2);
    expect(bare.degraded.map(({ feature }) => feature)).to.include("failover of database to eu by itself");
    expect(bare.degraded.filter(({ feature }) => feature === "the data of redis in every placement")).to.have.length(2);
  });

  it("has so many of each in two regions", () => {
    const counts = Object.fromEntries(
      [
        "aws:ec2/vpc:Vpc",
        "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
        "aws:eks/cluster:Cluster",
        "aws:rds/instance:Instance",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "aws:lb/loadBalancer:LoadBalancer",
        "aws:route53/healthCheck:HealthCheck",
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        "pulumi:providers:aws",
      ].map((type) => [type.split(":").at(-1), ofType(plan, type).length]),
    );
    expect(counts).to.deep.equal({
      Vpc: 2,
      VpcPeeringConnection: 1,
      Cluster: 2,
      Instance: 5,
      ReplicationGroup: 2,
      LoadBalancer: 2,
      HealthCheck: 2,
      BucketReplicationConfig: 6,
      aws: 3,
    });
  });

  it("grows by the same number of resources with every further region", async () => {
    const sizes: number[] = [];
    for (const count of [2, 3, 4]) {
      sizes.push((await planAws("preview", spread(count))).plan.resources.length);
    }
    const [two = 0, three = 0, four = 0] = sizes;
    expect(four - three).to.equal(three - two);
    expect(three - two).to.be.greaterThan(200);
  });
});

describe("production of WebClone Pro", function () {
  this.timeout(120_000);

  for (const mode of ["preview", "simulate"] as const) {
    it(`plans in ${mode} mode without a mandatory violation`, async () => {
      const { policies } = await planStack({
        directory: ROOT,
        stack: "prod",
        selection: {},
        mode,
        today: "2026-11-01",
      });
      const failed = policies.results.filter(({ level, status }) => level === "mandatory" && status === "violation");
      expect(failed).to.deep.equal([]);
      expect(policies.passed).to.be.greaterThan(500);
    });
  }
});

describe("what the global model on AWS refuses", function () {
  this.timeout(60_000);
  const [us, eu] = placements(2);

  it("data in a second cloud beside it, by each store", async () => {
    const gcp = { name: "eu", cloud: "gcp", region: "europe-west1", role: "secondary", cidrIndex: 1 };
    const problems = await refusals({ "groundplan:placements": [us, gcp] });
    expect(problems[0]?.path).to.match(/^groundplan:existing\.eu\.databases\./);
  });

  it("two accounts: RDS replicates within one", async () => {
    const problems = await refusals({ "groundplan:placements": [us, { ...eu, account: "444455556666" }] });
    expect(problems.map(({ path }) => path)).to.deep.equal(["groundplan:placements[1].account"]);
  });

  it("two zones for one host name", async () => {
    const existing = { us: { zone: ZONE }, eu: { zone: "Z9999999999ABCDEFGHIJ" } };
    const problems = await refusals({ "groundplan:existing": existing });
    expect(problems.map(({ path }) => path)).to.deep.equal(["groundplan:existing.us.zone"]);
  });
});

async function refusals(changes: Readonly<Record<string, unknown>>): Promise<InputError["problems"]> {
  try {
    await planAws("preview", spread(2, changes));
  } catch (error) {
    if (InputError.is(error)) return error.problems;
    throw error;
  }
  return [];
}
