import { expect } from "chai";
import { named, ofType, planAws } from "../../stacks/awsPlan";

describe("network on aws", function () {
  this.timeout(60_000);

  it("spreads three tiers over three zones, and gives no address to the public by itself", async () => {
    const { plan } = await planAws("simulate");
    const subnets = ofType(plan, "aws:ec2/subnet:Subnet");
    expect(subnets.map((each) => each.inputs.mapPublicIpOnLaunch)).to.deep.equal(Array(9).fill(false));
    expect(new Set(subnets.map((each) => each.inputs.availabilityZone))).to.have.property("size", 3);
    expect(named(plan, "main-network-public-1").inputs.tags).to.include({
      "kubernetes.io/role/elb": "1",
      tier: "public",
    });
    expect(named(plan, "main-network-private-1").inputs.tags).to.include({
      "kubernetes.io/role/internal-elb": "1",
      tier: "private",
    });
  });

  it("gives the data tier no way out", async () => {
    const { plan } = await planAws("simulate");
    const data = named(plan, "main-network-data-routes");
    expect(ofType(plan, "aws:ec2/route:Route").map((each) => each.name)).to.deep.equal([
      "main-network-private-1-internet",
      "main-network-public-internet",
    ]);
    for (const route of ofType(plan, "aws:ec2/route:Route")) {
      expect(route.dependencies).to.not.include(data.urn);
    }
  });

  it("closes the default group and records all traffic under a key", async () => {
    const { plan } = await planAws("simulate");
    expect(named(plan, "main-network-default-group").inputs).to.deep.include({ ingress: [], egress: [] });
    expect(named(plan, "main-network-flow-log").inputs).to.deep.include({
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
    });
    const logs = named(plan, "main-network-flow-logs").inputs;
    expect(logs).to.deep.include({ retentionInDays: 30 });
    expect(logs.kmsKeyId).to.match(/^arn:aws:kms:/);
  });

  it("uses one NAT gateway in dev and drops no encryption there", async () => {
    const { plan } = await planAws("simulate", { "groundplan:environment": "dev", "groundplan:compute": {} });
    expect(ofType(plan, "aws:ec2/natGateway:NatGateway")).to.have.length(1);
    expect(named(plan, "main-database-primary").inputs).to.deep.include({
      multiAz: false,
      storageEncrypted: true,
      deletionProtection: false,
    });
    expect(named(plan, "main-redis-group").inputs).to.deep.include({
      atRestEncryptionEnabled: true,
      transitEncryptionEnabled: true,
    });
  });

  it("takes the range the settings name", async () => {
    const placements = [{ name: "main", cloud: "aws", region: "us-east-1", cidrBlock: "172.16.0.0/18" }];
    const { plan } = await planAws("preview", { "groundplan:placements": placements });
    expect(named(plan, "main-network-vpc").inputs.cidrBlock).to.equal("172.16.0.0/18");
    expect(named(plan, "main-network-private-1", "aws:ec2/subnet:Subnet").inputs.cidrBlock).to.equal("172.16.0.0/20");
  });
});
