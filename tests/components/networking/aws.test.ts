import { expect } from "chai";
import { billables } from "../../../automation/report/billable";
import { named, ofType, planAws } from "../../stacks/awsPlan";

const ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation";

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

  it("moves no subnet when the region's list of zones changes", async () => {
    const { plan } = await planAws("preview");
    for (const subnet of ofType(plan, "aws:ec2/subnet:Subnet")) {
      expect(subnet.options.ignoreChanges, subnet.name).to.deep.equal(["availabilityZone"]);
    }
  });

  it("keeps every way in and out of the cluster until all that is in it, and its nodes, are gone", async () => {
    const fargate = {
      "groundplan:compute": { fargateNamespaces: ["doc-scraper"] },
      "groundplan:overrides": { services: { api: { nodePool: null }, worker: { nodePool: null } } },
    };
    for (const changes of [{}, fargate]) {
      const { plan } = await planAws("preview", changes);
      const byUrn = new Map(plan.resources.map((resource) => [resource.urn, resource]));
      const needs = (urn: string, found = new Set<string>()): ReadonlySet<string> => {
        for (const next of byUrn.get(urn)?.dependencies ?? []) {
          if (!found.has(next)) {
            needs(next, found.add(next));
          }
        }
        return found;
      };
      const ways = plan.resources.filter(
        ({ type, name }) =>
          [
            "aws:ec2/route:Route",
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            "aws:ec2/vpcEndpoint:VpcEndpoint",
            "aws:ec2/natGateway:NatGateway",
          ].includes(type) ||
          (/SecurityGroup(In|E)gressRule$/.test(type) && /^main-(cluster|network)-/.test(name)),
      );
      expect(ways.length).to.be.greaterThan(40);
      const users = plan.resources.filter(
        ({ type, name }) =>
          type === "aws:eks/nodeGroup:NodeGroup" ||
          type === "aws:eks/fargateProfile:FargateProfile" ||
          name === "main-cluster-kubernetes",
      );
      expect(users.length).to.be.greaterThan(changes === fargate ? 2 : 3);
      for (const { urn, name } of users) {
        const kept = needs(urn);
        expect(
          ways.filter((way) => !kept.has(way.urn)).map((way) => way.name),
          name,
        ).to.deep.equal([]);
      }
    }
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

  it("pays for an endpoint in every zone only where losing a zone may not stop the system", async () => {
    const zonesOf = async (environment: string) => {
      const { plan } = await planAws("simulate", { "groundplan:environment": environment, "groundplan:compute": {} });
      const own = ofType(plan, "aws:ec2/vpcEndpoint:VpcEndpoint").filter(
        ({ inputs }) => inputs.vpcEndpointType === "Interface",
      );
      expect(own).to.have.length(10);
      const paid = billables(plan).filter(({ what }) => what === "VPC endpoint");
      return {
        subnets: new Set(own.map(({ inputs }) => JSON.stringify(inputs.subnetIds))),
        paid: paid.map(({ class: kind, count }) => `${count} ${kind}`),
        first: named(plan, "main-network-private-1-routes", ASSOCIATION).inputs.subnetId,
      };
    };
    const dev = await zonesOf("dev");
    expect([...dev.subnets]).to.deep.equal([JSON.stringify([dev.first])]);
    expect(dev.paid).to.deep.equal(["1 Gateway", "10 Interface, one zone"]);
    const staging = await zonesOf("staging");
    expect([...staging.subnets].map((ids) => (JSON.parse(ids) as unknown[]).length)).to.deep.equal([3]);
    expect(staging.paid).to.deep.equal(["1 Gateway", "10 Interface, 3 zones"]);
  });

  it("takes the range the settings name", async () => {
    const placements = [{ name: "main", cloud: "aws", region: "us-east-1", cidrBlock: "172.16.0.0/18" }];
    const { plan } = await planAws("preview", { "groundplan:placements": placements });
    expect(named(plan, "main-network-vpc").inputs.cidrBlock).to.equal("172.16.0.0/18");
    expect(named(plan, "main-network-private-1", "aws:ec2/subnet:Subnet").inputs.cidrBlock).to.equal("172.16.0.0/20");
  });
});
