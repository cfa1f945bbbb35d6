import { expect } from "chai";
import { InputError } from "../../components/errors";
import type { Plan } from "../../engine";
import { at, named, ofType, planGcp } from "./gcpPlan";

const PLACEMENTS = [
  { name: "us", cloud: "gcp", region: "us-central1", role: "primary", cidrIndex: 1 },
  { name: "eu", cloud: "gcp", region: "europe-west1", role: "secondary", cidrIndex: 2 },
];
const GLOBAL = { "groundplan:model": "global", "groundplan:placements": PLACEMENTS };

describe("Documentation Scraper, global, on Google Cloud", function () {
  this.timeout(120_000);
  let plan: Plan;
  before(async () => {
    ({ plan } = await planGcp("simulate", GLOBAL));
  });

  it("spans both regions with one network, one connection to Google's and a subnet each", () => {
    expect(ofType(plan, "gcp:compute/network:Network").map(({ name }) => name)).to.deep.equal(["us-network-network"]);
    expect(ofType(plan, "gcp:servicenetworking/connection:Connection")).to.have.length(1);
    const subnets = ofType(plan, "gcp:compute/subnetwork:Subnetwork");
    expect(subnets.map(({ inputs }) => [inputs.region, inputs.ipCidrRange])).to.have.deep.members([
      ["us-central1", "10.1.128.0/20"],
      ["europe-west1", "10.2.128.0/20"],
    ]);
    expect(new Set(subnets.map(({ inputs }) => inputs.network)).size).to.equal(1);
  });

  it("runs a cluster in each, reached from a runner in the first", () => {
    expect(ofType(plan, "gcp:container/cluster:Cluster").map(({ inputs }) => inputs.location)).to.have.members([
      "us-central1",
      "europe-west1",
    ]);
    const { inputs } = named(plan, "eu-cluster-cluster");
    expect(at(inputs, "masterAuthorizedNetworksConfig.cidrBlocks")).to.deep.equal([
      { cidrBlock: "10.2.0.0/16", displayName: "network" },
      { cidrBlock: "10.1.0.0/16", displayName: "network" },
    ]);
  });

  it("answers at one address, which no second placement changes, with the pods of both regions behind it", () => {
    expect(
      ofType(plan, "gcp:compute/globalForwardingRule:GlobalForwardingRule").map(({ name }) => name),
    ).to.have.members(["edge-load-balancer-https-rule", "edge-load-balancer-http-rule"]);
    const backends = at(named(plan, "edge-load-balancer-backend-api-8000").inputs, "backends") as readonly unknown[];
    const zones = backends.map((backend) => /zones\/([\w-]+)\//.exec(String(at(backend, "group")))?.[1]);
    expect(zones.filter((zone) => zone?.startsWith("us-central1"))).to.have.length(3);
    expect(zones.filter((zone) => zone?.startsWith("europe-west1"))).to.have.length(3);
  });

  it("keeps a replica of the database in the second region, under its own key", () => {
    const primary = named(plan, "us-database-primary").inputs;
    const replica = named(plan, "eu-database-replica-1").inputs;
    expect(replica.masterInstanceName).to.equal(primary.name);
    expect(replica.region).to.equal("europe-west1");
    expect(replica.encryptionKeyName).to.match(/locations\/europe-west1\//);
    expect(replica.name).to.not.equal(primary.name);
    expect(plan.resources.filter(({ name }) => name === "eu-database-administrator")).to.deep.equal([]);
  });

  it("makes the users once, and gives both regions the same passwords", async () => {
    const { raw } = await planGcp("simulate", GLOBAL);
    expect(raw.filter(({ name }) => /database-users-job$/.test(name)).map(({ name }) => name)).to.deep.equal([
      "us-database-users-job",
    ]);
    const passwords = raw.filter(({ name }) => /database-api-password$/.test(name));
    expect(passwords.map(({ name }) => name)).to.deep.equal(["us-database-api-password"]);
  });

  it("keeps one bucket in two regions, granted once", () => {
    const exports = ofType(plan, "gcp:storage/bucket:Bucket").filter(({ name }) => name.endsWith("-exports-bucket"));
    expect(exports.map(({ inputs }) => at(inputs, "customPlacementConfig.dataLocations"))).to.deep.equal([
      ["US-CENTRAL1", "US-EAST1"],
    ]);
    const grants = ofType(plan, "gcp:storage/bucketIAMMember:BucketIAMMember").map(({ inputs }) => [
      inputs.bucket,
      inputs.role,
      inputs.member,
    ]);
    expect(new Set(grants.map(String)).size).to.equal(grants.length);
    expect(plan.resources.filter(({ name }) => name === "eu-cluster-identity-doc-scraper-api-metadata")).to.have.length(
      1,
    );
  });

  it("keeps the network at its founder, wherever it stands in the list and whoever is primary", async () => {
    const [us, eu] = PLACEMENTS;
    for (const placements of [
      [eu, { ...us, founder: true }],
      [
        { ...us, founder: true, role: "secondary" },
        { ...eu, role: "primary" },
      ],
    ]) {
      const { plan: other } = await planGcp("preview", { ...GLOBAL, "groundplan:placements": placements });
      const networks = ofType(other, "gcp:compute/network:Network");
      expect(networks.map(({ name }) => name)).to.deep.equal(["us-network-network"]);
    }
  });

  it("promotes the replica in place once its placement is primary: same resource, same key, nobody's follower", async () => {
    const [us, eu] = PLACEMENTS;
    const swapped = [
      { ...us, founder: true, role: "secondary" },
      { ...eu, role: "primary" },
    ];
    const { plan: other } = await planGcp("simulate", { ...GLOBAL, "groundplan:placements": swapped });
    const { inputs } = named(other, "eu-database-replica-1");
    expect(inputs.instanceType).to.equal("CLOUD_SQL_INSTANCE");
    expect(inputs).to.not.have.property("masterInstanceName");
    expect(inputs.name).to.match(/-r1$/);
    expect(at(inputs, "settings.backupConfiguration.pointInTimeRecoveryEnabled")).to.equal(true);
    expect(named(other, "eu-database-suffix").options.ignoreChanges).to.deep.equal(["keepers.primary"]);
    expect(ofType(other, "gcp:sql/database:Database")).to.deep.equal([]);
    const follower = named(other, "us-database-primary").inputs;
    expect([follower.instanceType, follower.masterInstanceName]).to.deep.equal(["READ_REPLICA_INSTANCE", inputs.name]);
  });

  it("refuses a change of roles that does not say who keeps the network, and a founder twice or on another cloud", async () => {
    const [us, eu] = PLACEMENTS;
    expect(
      await refusedPaths([
        { ...us, role: "secondary" },
        { ...eu, role: "primary" },
      ]),
    ).to.deep.equal(["groundplan:placements[0].founder"]);
    expect(await refusedPaths(PLACEMENTS.map((placement) => ({ ...placement, founder: true })))).to.deep.equal([
      "groundplan:placements[1].founder",
    ]);
    const aws = { name: "us", cloud: "aws", region: "us-east-1", role: "primary", cidrIndex: 1, founder: true };
    expect(await refusedPaths([aws, eu])).to.deep.equal(["groundplan:placements[0].founder"]);
  });

  it("refuses two projects, by the field: one network and one load balancer span the regions", async () => {
    const [us, eu] = PLACEMENTS;
    expect(await refusedPaths([us, { ...eu, account: "another-project" }])).to.deep.equal([
      "groundplan:placements[1].account",
    ]);
  });

  it("refuses a database that would have to follow one in another cloud, and says what to name", async () => {
    const aws = { name: "us", cloud: "aws", region: "us-east-1", role: "primary", cidrIndex: 1 };
    expect(await refusedPaths([aws, PLACEMENTS[1]])).to.satisfy(
      (paths: readonly string[]) =>
        paths.includes("groundplan:existing.eu.databases.database") || paths.includes("groundplan:placements[0].cloud"),
    );
  });
});

async function refusedPaths(placements: readonly unknown[]): Promise<readonly string[]> {
  try {
    await planGcp("preview", { ...GLOBAL, "groundplan:placements": placements });
  } catch (error) {
    if (InputError.is(error)) return error.problems.map(({ path }) => path);
    throw error;
  }
  return [];
}
