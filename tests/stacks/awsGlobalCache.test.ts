import { join } from "node:path";
import { expect } from "chai";
import { planStack } from "../../automation/plan";
import { unwrap } from "../../engine/wire";
import { type AwsPlan, named, ofType, planAws } from "./awsPlan";

const ROOT = join(__dirname, "..", "..");
const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-2", "ca-central-1"];

function everywhere(count = 2, primary = 0, changes: Readonly<Record<string, unknown>> = {}) {
  return {
    "groundplan:model": "global",
    "groundplan:compute": { globalCaches: { redis: "p0" } },
    "groundplan:overrides": { stores: { redis: { classes: { aws: "cache.m6g.large" } } } },
    "groundplan:placements": REGIONS.slice(0, count).map((region, index) => ({
      ...{ name: `p${index}`, cloud: "aws", region, cidrIndex: index },
      role: index === primary ? "primary" : "secondary",
    })),
    ...changes,
  };
}

function connection({ raw }: AwsPlan, place: string): Readonly<Record<string, string>> {
  const { inputs } = raw.find(({ name }) => name === `${place}-redis-secret-version`) ?? {};
  return JSON.parse(String(unwrap(inputs?.secretString ?? null))) as Readonly<Record<string, string>>;
}

async function pathsOf(changes: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  return planAws("simulate", changes).then(
    () => [],
    (error: { readonly problems?: readonly { readonly path: string }[] }) =>
      (error.problems ?? []).map(({ path }) => path),
  );
}

describe("a cache all regions have in common, on AWS", function () {
  this.timeout(180_000);
  let plan: AwsPlan;
  before(async () => {
    plan = await planAws("simulate", everywhere());
  });

  it("is founded by the placement the setting names", () => {
    const [datastore, ...others] = ofType(plan.plan, "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup");
    expect([datastore?.name, others]).to.deep.equal(["p0-redis-datastore", []]);
    const founder = named(plan.plan, "p0-redis-group", GROUP);
    expect(datastore?.inputs).to.deep.equal({
      globalReplicationGroupIdSuffix: founder.inputs.replicationGroupId,
      globalReplicationGroupDescription: "redis of doc-scraper in every placement",
      primaryReplicationGroupId: founder.inputs.replicationGroupId,
    });
    expect(datastore?.options.protect).to.equal(true);
    expect(founder.inputs).to.include({ engine: "redis", nodeType: "cache.m6g.large" });
  });

  it("is joined by the others, under their own keys, with what the datastore leaves to them", () => {
    const { inputs, options, dependencies } = named(plan.plan, "p1-redis-group", GROUP);
    expect(inputs).to.not.have.any.keys(
      ...["engine", "engineVersion", "nodeType", "numNodeGroups", "parameterGroupName", "clusterMode"],
      ...["atRestEncryptionEnabled", "transitEncryptionEnabled", "transitEncryptionMode"],
    );
    expect(inputs).to.deep.include({ numCacheClusters: 3, automaticFailoverEnabled: true, multiAzEnabled: true });
    expect(inputs.kmsKeyId).to.match(/^arn:aws:kms:eu-west-1:/);
    expect(inputs.globalReplicationGroupId).to.be.a("string");
    expect(dependencies).to.include(named(plan.plan, "p0-redis-datastore").urn);
    expect(options.protect).to.equal(true);
    expect(ofType(plan.plan, "aws:elasticache/parameterGroup:ParameterGroup")).to.have.length(1);
  });

  it("takes what is written in the primary's region and is read in each, by one token", () => {
    const [us, eu] = ["p0", "p1"].map((place) => connection(plan, place));
    expect(eu?.host).to.equal(us?.host);
    expect(eu?.["replica-host"]).to.not.equal(us?.["replica-host"]);
    expect(eu?.password).to.equal(us?.password).and.be.a("string");
    expect(plan.plan.resources.filter(({ name }) => /redis-token$/.test(name)).map(({ name }) => name)).to.deep.equal([
      "p0-redis-token",
    ]);
  });

  it("opens the primary's to the other's pods, through the peering alone", () => {
    const rules = plan.plan.resources.filter(({ name }) => /^p1-redis-(from|to)-range-/.test(name));
    expect(rules).to.have.length(6);
    for (const { inputs, name } of rules) {
      expect([inputs.fromPort, inputs.toPort], name).to.deep.equal([6379, 6379]);
      expect(inputs.cidrIpv4, name).to.match(name.includes("from-range") ? /^10\.1\./ : /^10\.0\./);
    }
    expect(ofType(plan.plan, "aws:ec2/vpcPeeringConnection:VpcPeeringConnection")).to.have.length(1);
  });

  it("keeps every group as it is when the roles change: only where things are written changes", async () => {
    const swapped = await planAws("simulate", everywhere(2, 1));
    for (const name of ["p0-redis-group", "p1-redis-group", "p0-redis-datastore"]) {
      const [before, after] = [plan, swapped].map((each) => named(each.plan, name));
      expect(after?.urn).to.equal(before?.urn);
      expect(after?.inputs, name).to.deep.equal(before?.inputs);
    }
    expect(connection(swapped, "p0").host).to.equal(connection(swapped, "p1").host);
    expect(connection(swapped, "p0").host).to.not.equal(connection(plan, "p0").host);
  });

  it("says who fails over, and no longer that its data stays in one region", () => {
    const features = plan.plan.degraded.map(({ feature }) => feature);
    expect(features.filter((feature) => feature === "failover of redis to another region by itself")).to.have.length(2);
    expect(features).to.not.include("the data of redis in every placement");
  });

  for (const mode of ["preview", "simulate"] as const) {
    it(`passes every policy pack in ${mode} mode`, async () => {
      const request = { directory: ROOT, stack: "staging", config: everywhere(), mode, today: "2026-11-01" };
      const { policies } = await planStack(request);
      const broken = policies.results.filter(({ level, status }) => level === "mandatory" && status === "violation");
      expect(broken).to.deep.equal([]);
    });
  }

  it("is refused where AWS has none, and where one placement could wait for another for ever", async () => {
    const small = { stores: { redis: { classes: { aws: "cache.t4g.medium" } } } };
    const compute = (globalCaches: object) => ({ "groundplan:compute": { globalCaches } });
    expect(await pathsOf(everywhere(4))).to.include("stores.redis.kind");
    expect(await pathsOf(everywhere(2, 0, { "groundplan:overrides": small }))).to.include(
      "groundplan:overrides.stores.redis.classes.aws",
    );
    expect(await pathsOf(everywhere(2, 0, compute({ database: "p0" })))).to.deep.equal([
      "groundplan:compute.globalCaches.database",
    ]);
    expect(await pathsOf(everywhere(2, 0, compute({ redis: "p7" })))).to.deep.equal([
      "groundplan:compute.globalCaches.redis",
    ]);
    expect(await pathsOf({ "groundplan:compute": { globalCaches: { redis: "main" } } })).to.deep.equal([
      "groundplan:compute.globalCaches.redis",
    ]);
    const parts = { "groundplan:parts": ["p1"], "groundplan:partStacks": { p0: "live-p0" } };
    expect(await pathsOf(everywhere(2, 0, parts))).to.deep.equal(["groundplan:compute.globalCaches.redis"]);
  });

  it("may be founded by a placement that is opened after those that join, but by none without it", async () => {
    const placements = ["us", "eu", "ap"].map((name, index) => ({
      ...{ name, cloud: "aws", region: REGIONS[index], cidrIndex: index },
      role: index === 0 ? "primary" : "secondary",
    }));
    const founded = (founder: string) => ({
      ...everywhere(3, 0),
      "groundplan:system": "tests/stacks/fixtures/guestbook.yaml",
      "groundplan:domain": "guests.example.com",
      "groundplan:images": {},
      "groundplan:placements": placements,
      "groundplan:compute": { globalCaches: { visits: founder } },
      "groundplan:overrides": {},
    });
    const two = { ...founded("eu"), "groundplan:placements": placements.slice(0, 2) };
    const { plan: planned } = await planAws("simulate", two);
    expect(named(planned, "us-visits-group").dependencies).to.include(named(planned, "eu-visits-datastore").urn);
    expect(await pathsOf(founded("ap"))).to.deep.equal(["groundplan:compute.globalCaches.visits"]);
  });
});
