import { expect } from "chai";
import { AWS_QUOTAS, readAws, vcpuQuota } from "../../automation/doctor/quotas/awsNeeds";
import { readGcp } from "../../automation/doctor/quotas/gcpNeeds";
import { needsOf, type Owned, type Reader, type Sized } from "../../automation/doctor/quotas/need";
import type { Plan } from "../../engine";
import { planAws } from "../stacks/awsPlan";
import { planGcp } from "../stacks/gcpPlan";
import { AWS, GCP, NOTHING, resource } from "./quotaSupport";

/** What resources want, as `region quota least[-most]`. */
const wanted = (
  cloud: "aws" | "gcp",
  resources: readonly Sized[],
  owned = NOTHING,
  settings: typeof AWS | typeof GCP = cloud === "aws" ? AWS : GCP,
) =>
  needsOf(cloud, resources, { settings, owned, read: (cloud === "aws" ? readAws : readGcp) as Reader }).map(
    ({ region, quota, least, most }) => `${region} ${quota} ${least === most ? most : `${least}-${most}`}`,
  );

const ownedBy = ({ resources }: Plan): Owned => new Map(resources.map(({ urn, inputs }) => [urn, inputs]));

describe("what a plan wants of quotas", function () {
  this.timeout(60_000);

  it("is summed over doc-scraper on aws: at once, and grown to its most", async () => {
    const { plan } = await planAws("preview");
    expect(wanted("aws", plan.resources)).to.have.members([
      "us-east-1 vcpu-standard 18-92",
      "us-east-1 vcpu-standard-spot 40-160",
      "us-east-1 addresses 1",
      "us-east-1 networks 1",
      "us-east-1 nat-gateways 1",
      "us-east-1 application-balancers 1",
      "us-east-1 databases 3",
      "us-east-1 database-storage 300-600",
      "us-east-1 clusters 1",
      "us-east-1 cache-nodes 3",
      "us-east-1 keys 6",
      // Copies in another region have keys there.
      "us-west-2 keys 2",
    ]);
  });

  it("is what the state does not have yet: of what may grow, the growth alone", async () => {
    const { plan } = await planAws("preview");
    expect(wanted("aws", plan.resources, ownedBy(plan))).to.have.members([
      "us-east-1 vcpu-standard 0-74",
      "us-east-1 vcpu-standard-spot 0-120",
      "us-east-1 database-storage 0-300",
    ]);
    const before = new Map([...ownedBy(plan)].filter(([urn]) => !urn.endsWith("main-database-replica-1")));
    expect(wanted("aws", plan.resources, before)).to.include("us-east-1 databases 1");
  });

  it("is summed over doc-scraper on Google Cloud, with spot apart", async () => {
    const { plan } = await planGcp("preview");
    expect(wanted("gcp", plan.resources)).to.have.members([
      "us-central1 CPUS 24-104",
      "us-central1 spot:CPUS 40-160",
      "us-central1 CPUS_ALL_REGIONS 64-264",
      "us-central1 INSTANCES 11-46",
      "us-central1 SSD_TOTAL_GB 700-2600",
      "us-central1 IN_USE_ADDRESSES 1",
      "us-central1 global:STATIC_ADDRESSES 1",
      "us-central1 global:IN_USE_ADDRESSES 1",
      "us-central1 GLOBAL_INTERNAL_ADDRESSES 1",
      "us-central1 NETWORKS 1",
      "us-central1 SUBNETWORKS 1",
      "us-central1 ROUTERS 1",
      "us-central1 FIREWALLS 10",
      "us-central1 HEALTH_CHECKS 1",
      "us-central1 URL_MAPS 2",
      "us-central1 SECURITY_POLICIES 1",
    ]);
  });

  it("counts each family's vCPUs where AWS does", () => {
    const families: Readonly<Record<string, readonly string[]>> = {
      "vcpu-standard": ["m6i.large", "c7g.xlarge", "t3.small", "i4i.large", "im4gn.large", "r5.large", "z1d.large"],
      "vcpu-g": ["g5.xlarge", "g6e.xlarge", "gr6.4xlarge", "vt1.3xlarge"],
      "vcpu-p": ["p5.48xlarge"],
    };
    for (const [quota, types] of Object.entries(families)) {
      for (const type of types) {
        expect(vcpuQuota(type, false), type).to.equal(quota);
        expect(vcpuQuota(type, true), type).to.equal(`${quota}-spot`);
        expect(AWS_QUOTAS).to.include.keys(quota, `${quota}-spot`);
      }
    }
    for (const type of ["inf2.xlarge", "trn1.2xlarge", "x2gd.large", "dl1.24xlarge", "u-6tb1.metal"]) {
      expect(vcpuQuota(type, false), type).to.equal(undefined);
    }
  });

  const sizes: readonly [string, "aws" | "gcp", Sized[], string[]][] = [
    [
      "the largest of a spot group's types",
      "aws",
      [
        resource("aws:eks/nodeGroup:NodeGroup", {
          instanceTypes: ["c6i.xlarge", "c5.2xlarge"],
          capacityType: "SPOT",
          scalingConfig: { minSize: 1, maxSize: 4 },
        }),
      ],
      ["us-east-1 vcpu-standard-spot 8-32"],
    ],
    [
      "a host",
      "aws",
      [resource("aws:ec2/instance:Instance", { instanceType: "t3.small" })],
      ["us-east-1 vcpu-standard 2"],
    ],
    [
      "every node of every shard",
      "aws",
      [
        resource("aws:elasticache/replicationGroup:ReplicationGroup", { numNodeGroups: 3, replicasPerNodeGroup: 2 }),
        resource("aws:elasticache/cluster:Cluster", { numCacheNodes: 2 }),
      ],
      ["us-east-1 cache-nodes 11"],
    ],
    [
      "one NAT gateway of a zone for each network",
      "aws",
      ["main-network-nat-1", "main-network-nat-2", "other-network-nat-1"].map((name) =>
        resource("aws:ec2/natGateway:NatGateway", {}, { name, urn: name }),
      ),
      ["us-east-1 nat-gateways 2"],
    ],
    [
      "balancers by their kind",
      "aws",
      ["network", "application", "application"].map((loadBalancerType, index) =>
        resource("aws:lb/loadBalancer:LoadBalancer", { loadBalancerType }, { urn: `${index}` }),
      ),
      ["us-east-1 network-balancers 1", "us-east-1 application-balancers 2"],
    ],
    [
      "reserved executions",
      "aws",
      [
        resource("aws:lambda/function:Function", { reservedConcurrentExecutions: 5 }),
        resource("aws:lambda/function:Function", {}),
      ],
      ["us-east-1 concurrency 5"],
    ],
    [
      "what is in another region, there, and nothing of another cloud",
      "aws",
      [resource("aws:kms/replicaKey:ReplicaKey", { region: "eu-west-1" }), resource("gcp:compute/network:Network")],
      ["eu-west-1 keys 1"],
    ],
    [
      "a family of its own, and disks by their kind",
      "gcp",
      [
        resource("gcp:container/nodePool:NodePool", {
          autoscaling: { totalMinNodeCount: 1, totalMaxNodeCount: 3 },
          nodeConfig: { machineType: "n2-standard-8", diskSizeGb: 100, diskType: "pd-standard" },
        }),
      ],
      [
        "us-central1 N2_CPUS 8-24",
        "us-central1 CPUS_ALL_REGIONS 8-24",
        "us-central1 INSTANCES 1-3",
        "us-central1 DISKS_TOTAL_GB 100-300",
      ],
    ],
    [
      "nodes of each zone where a pool counts by zone",
      "gcp",
      [
        resource("gcp:container/nodePool:NodePool", {
          autoscaling: { minNodeCount: 1, maxNodeCount: 2 },
          nodeLocations: ["a", "b"],
          nodeConfig: { machineType: "e2-medium", diskSizeGb: 50, spot: true },
        }),
      ],
      [
        "us-central1 spot:CPUS 4-8",
        "us-central1 CPUS_ALL_REGIONS 4-8",
        "us-central1 INSTANCES 2-4",
        "us-central1 SSD_TOTAL_GB 100-200",
      ],
    ],
    [
      "Filestore by its tier",
      "gcp",
      [
        resource("gcp:filestore/instance:Instance", { tier: "REGIONAL", fileShares: { capacityGb: 1024 } }),
        resource("gcp:filestore/instance:Instance", { tier: "ZONAL", fileShares: { capacityGb: 10_240 } }),
        resource("gcp:filestore/instance:Instance", { tier: "BASIC_HDD", fileShares: { capacityGb: 2048 } }),
      ],
      [
        "us-central1 filestore:EnterpriseStorageGibPerRegion 1024",
        "us-central1 filestore:HighScaleSSDStorageGibPerRegion 10240",
        "us-central1 filestore:StandardStorageGbPerRegion 2048",
      ],
    ],
  ];
  for (const [what, cloud, resources, expected] of sizes) {
    it(`counts ${what}`, () => {
      expect(wanted(cloud, resources)).to.deep.equal(expected);
    });
  }
});
