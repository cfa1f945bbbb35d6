import { expect } from "chai";
import { checkQuotas } from "../../automation/doctor/quotas";
import { AWS_QUOTAS } from "../../automation/doctor/quotas/awsNeeds";
import type { Owned, Sized } from "../../automation/doctor/quotas/need";
import type { ProgramResult } from "../../automation/lifecycle/processes";
import { AWS, answering, GCP, NOTHING, printed, refused, resource, type Settings, settingsOf } from "./quotaSupport";

describe("doctor's quotas of AWS", () => {
  const one = settingsOf(AWS.placements);
  const limit = (Value: number) => printed({ Quota: { Value } });
  const look = (resources: readonly Sized[], answers: Readonly<Record<string, ProgramResult>>, asked: string[] = []) =>
    checkQuotas(one, { resources }, NOTHING, answering(answers, asked));
  const vpc = [resource("aws:ec2/vpc:Vpc")];
  const RAISE =
    "raise it to 6 or more: aws service-quotas request-service-quota-increase --service-code vpc --quota-code L-F678F1CE --desired-value 6 --region us-east-1, or https://us-east-1.console.aws.amazon.com/servicequotas/home/services/vpc/quotas/L-F678F1CE";

  it("have room to the last, and none beyond it", async () => {
    const asked: string[] = [];
    const answers = (used: number) => ({
      "aws service-quotas get-service-quota": limit(5),
      "aws ec2 describe-vpcs": printed(used),
    });
    expect(await look(vpc, answers(4), asked)).to.deep.equal([
      { name: "quota in us-east-1: VPCs", status: "ok", detail: "1 more wanted, 4 of 5 used" },
    ]);
    expect(asked).to.deep.equal([
      "aws ec2 describe-vpcs --query length(Vpcs) --region us-east-1 --output json",
      "aws service-quotas get-service-quota --service-code vpc --quota-code L-F678F1CE --region us-east-1 --output json",
    ]);
    expect(await look(vpc, answers(5))).to.deep.equal([
      { name: "quota in us-east-1: VPCs", status: "failure", detail: "1 more wanted, 5 of 5 used", fix: RAISE },
    ]);
  });

  it("warn where a stack begins and cannot grow, counting what runs by family and way of buying", async () => {
    const group = resource("aws:eks/nodeGroup:NodeGroup", {
      instanceTypes: ["m6i.large"],
      capacityType: "ON_DEMAND",
      scalingConfig: { minSize: 2, maxSize: 10 },
    });
    const running = printed([
      ["c6i.2xlarge", null, 4, 2],
      ["c6i.2xlarge", "spot", 4, 2],
      ["g5.xlarge", null, 2, 2],
      ["m7g.xlarge", null, 4, 1],
    ]);
    const [check] = await look([group], {
      "aws service-quotas get-service-quota": limit(16),
      "aws ec2 describe-instances": running,
    });
    expect(check).to.deep.equal({
      name: "quota in us-east-1: vCPUs of standard instances on demand",
      status: "warning",
      detail: "4 to 20 more wanted, 12 of 16 used: it begins, and cannot grow to its most",
      fix: "raise it to 32 or more: aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-1216C47A --desired-value 32 --region us-east-1, or https://us-east-1.console.aws.amazon.com/servicequotas/home/services/ec2/quotas/L-1216C47A",
    });
  });

  it("take the default of an account that never asked for more, and the fullest zone for NAT gateways", async () => {
    const nat = [resource("aws:ec2/natGateway:NatGateway", {}, { name: "main-network-nat-1" })];
    const [check] = await look(nat, {
      "aws service-quotas get-service-quota": refused("NoSuchResourceException"),
      "aws service-quotas get-aws-default-service-quota": limit(5),
      "aws ec2 describe-nat-gateways": printed(["s-1", "s-2", "s-3"]),
      "aws ec2 describe-subnets": printed([
        ["s-1", "us-east-1a"],
        ["s-2", "us-east-1b"],
        ["s-3", "us-east-1a"],
      ]),
    });
    expect(check).to.include({ status: "ok", detail: "1 more wanted, 2 of 5 used" });
  });

  it("leave Lambda what must stay unreserved, and take a sum over nothing for none", async () => {
    const [lambda, caches] = await look(
      [
        resource("aws:lambda/function:Function", { reservedConcurrentExecutions: 5 }),
        resource("aws:elasticache/cluster:Cluster", { numCacheNodes: 2 }),
      ],
      {
        "aws service-quotas get-service-quota": limit(1000),
        "aws lambda get-account-settings": printed([1000, 950]),
        "aws elasticache describe-cache-clusters": printed(null),
      },
    );
    expect(lambda?.detail).to.equal("5 more wanted, 150 of 1000 used");
    expect(caches?.detail).to.equal("2 more wanted, 0 of 1000 used");
  });

  it("are unknown where nobody may ask, never good", async () => {
    const console =
      "look at https://us-east-1.console.aws.amazon.com/servicequotas/home/services/vpc/quotas/L-F678F1CE";
    expect(
      await look(vpc, { "aws ec2": printed(1), "aws service-quotas": refused("first\nAccessDenied") }),
    ).to.deep.equal([
      { name: "quota in us-east-1: VPCs", status: "unknown", detail: "1 more wanted; AccessDenied", fix: console },
    ]);
    expect((await look(vpc, {}))[0]?.detail).to.equal("1 more wanted; the aws command line is not installed");
    expect((await look(vpc, { aws: printed({}) }))[0]?.detail).to.equal("1 more wanted; the answer has no number");
  });

  it("say from how much to how much a stack grows, unanswered too", async () => {
    const group = resource("aws:eks/nodeGroup:NodeGroup", {
      instanceTypes: ["m6i.large"],
      scalingConfig: { minSize: 2, maxSize: 10 },
    });
    const database = resource("aws:rds/instance:Instance", { allocatedStorage: 100, maxAllocatedStorage: 400 });
    const why = "the aws command line is not installed";
    expect((await look([group, database], {})).map(({ name, detail }) => `${name}: ${detail}`)).to.deep.equal([
      `quota in us-east-1: vCPUs of standard instances on demand: 4 to 20 more wanted; ${why}`,
      `quota in us-east-1: RDS instances: 1 more wanted; ${why}`,
      `quota in us-east-1: GB of RDS storage: 100 to 400 more wanted; ${why}`,
    ]);
  });

  it("are asked as the profile that deploys, and for no more than is wanted", async () => {
    const asked: string[] = [];
    const deployer = settingsOf(AWS.placements, { aws: { profile: "deployer" } });
    await checkQuotas(deployer, { resources: vpc }, NOTHING, answering({}, asked));
    expect(asked).to.have.length(3);
    expect(asked.every((line) => line.endsWith("--output json --profile deployer"))).to.equal(true);
    const have: Owned = new Map(vpc.map(({ urn, inputs }) => [urn, inputs]));
    asked.length = 0;
    expect(await checkQuotas(one, { resources: vpc }, have, answering({}, asked))).to.deep.equal([]);
    expect(asked).to.deep.equal([]);
  });

  it("know how to count every quota there is", async () => {
    const group = (type: string, capacityType: string) =>
      resource("aws:eks/nodeGroup:NodeGroup", {
        instanceTypes: [type],
        capacityType,
        scalingConfig: { minSize: 1, maxSize: 1 },
      });
    const every = [
      ...["m6i.large", "g5.xlarge", "p5.48xlarge"].flatMap((type) => [group(type, "SPOT"), group(type, "ON_DEMAND")]),
      ...["ec2/eip:Eip", "ec2/vpc:Vpc", "eks/cluster:Cluster", "kms/key:Key"].map((type) => resource(`aws:${type}`)),
      resource("aws:ec2/natGateway:NatGateway", {}, { name: "n-nat-1" }),
      resource("aws:lb/loadBalancer:LoadBalancer", { loadBalancerType: "network" }),
      resource("aws:lb/loadBalancer:LoadBalancer", { loadBalancerType: "application" }),
      resource("aws:rds/instance:Instance", { allocatedStorage: 20 }),
      resource("aws:elasticache/cluster:Cluster", { numCacheNodes: 1 }),
      resource("aws:lambda/function:Function", { reservedConcurrentExecutions: 1 }),
    ];
    const checks = await look(every, {
      "aws service-quotas": limit(1000),
      aws: printed(1),
      "aws ec2 describe-instances": printed([]),
      "aws ec2 describe-nat-gateways": printed([]),
      "aws ec2 describe-subnets": printed([]),
      "aws lambda get-account-settings": printed([1000, 1000]),
    });
    expect(checks.map(({ name }) => name.replace("quota in us-east-1: ", ""))).to.have.members(
      Object.values(AWS_QUOTAS).map(({ what }) => what),
    );
    expect(checks.filter(({ status }) => status !== "ok")).to.deep.equal([]);
  });
});

describe("doctor's quotas of Google Cloud", () => {
  const REGION = "gcloud compute regions describe us-central1 --project shop-dev --format=json";
  const PROJECT = "gcloud compute project-info describe --project shop-dev --format=json";
  const CONSOLE = "https://console.cloud.google.com/iam-admin/quotas?project=shop-dev";
  const quotas = (counts: Readonly<Record<string, readonly [number, number]>>) =>
    printed({ quotas: Object.entries(counts).map(([metric, [usage, limit]]) => ({ metric, usage, limit })) });
  const pool = (spot: boolean, region = "main") =>
    resource(
      "gcp:container/nodePool:NodePool",
      {
        autoscaling: { totalMinNodeCount: 1, totalMaxNodeCount: 4 },
        nodeConfig: { machineType: "e2-standard-4", diskSizeGb: 50, spot },
      },
      { placement: region, urn: `${region}${spot}` },
    );
  const look = async (
    resources: readonly Sized[],
    answers: Readonly<Record<string, ProgramResult>>,
    { asked = [], settings = settingsOf(GCP.placements) }: { asked?: string[]; settings?: Settings } = {},
  ) => {
    const checks = await checkQuotas(settings, { resources }, NOTHING, answering(answers, asked));
    return new Map(checks.map((check) => [check.name, check]));
  };

  it("are those of the region and of the project, each list asked once", async () => {
    const asked: string[] = [];
    const checks = await look(
      [resource("gcp:compute/network:Network"), pool(false)],
      {
        [REGION]: quotas({ CPUS: [20, 24], INSTANCES: [1, 100], SSD_TOTAL_GB: [100, 500] }),
        [PROJECT]: quotas({ NETWORKS: [5, 5], CPUS_ALL_REGIONS: [30, 32] }),
      },
      { asked },
    );
    expect(asked.sort()).to.deep.equal([PROJECT, REGION]);
    expect([...checks.values()]).to.deep.equal([
      {
        name: "quota of shop-dev: NETWORKS",
        status: "failure",
        detail: "1 more wanted, 5 of 5 used",
        fix: `raise it to 6 or more: gcloud beta quotas preferences create --service=compute.googleapis.com --quota-id=NETWORKS-per-project --preferred-value=6 --project=shop-dev, or ${CONSOLE}`,
      },
      {
        name: "quota in us-central1: CPUS",
        status: "warning",
        detail: "4 to 16 more wanted, 20 of 24 used: it begins, and cannot grow to its most",
        fix: `raise it to 36 or more: gcloud beta quotas preferences create --service=compute.googleapis.com --quota-id=CPUS-per-project-region --preferred-value=36 --dimensions=region=us-central1 --project=shop-dev, or ${CONSOLE}`,
      },
      {
        name: "quota of shop-dev: CPUS_ALL_REGIONS",
        status: "failure",
        detail: "4 to 16 more wanted, 30 of 32 used",
        fix: `raise it to 46 or more: gcloud beta quotas preferences create --service=compute.googleapis.com --quota-id=CPUS-ALL-REGIONS-per-project --preferred-value=46 --project=shop-dev, or ${CONSOLE}`,
      },
      { name: "quota in us-central1: INSTANCES", status: "ok", detail: "1 to 4 more wanted, 1 of 100 used" },
      { name: "quota in us-central1: SSD_TOTAL_GB", status: "ok", detail: "50 to 200 more wanted, 100 of 500 used" },
    ]);
  });

  it("count spot by itself where the project was given any, and with the others where not", async () => {
    const answers = (preemptible: number) => ({
      [REGION]: quotas({ CPUS: [0, 100], PREEMPTIBLE_CPUS: [2, preemptible] }),
      [PROJECT]: quotas({}),
    });
    const given = await look([pool(true), pool(false)], answers(50));
    expect(given.get("quota in us-central1: PREEMPTIBLE_CPUS")?.detail).to.equal("4 to 16 more wanted, 2 of 50 used");
    expect(given.get("quota in us-central1: CPUS")?.detail).to.equal("4 to 16 more wanted, 0 of 100 used");
    const none = await look([pool(true), pool(false)], answers(0));
    expect([...none.keys()]).to.not.include("quota in us-central1: PREEMPTIBLE_CPUS");
    expect(none.get("quota in us-central1: CPUS")?.detail).to.equal("8 to 32 more wanted, 0 of 100 used");
  });

  it("add up what several regions want of the project's own", async () => {
    const settings = settingsOf(
      [
        { name: "us", cloud: "gcp", region: "us-central1" },
        { name: "eu", cloud: "gcp", region: "europe-west1" },
      ],
      { gcp: { project: "shop-dev" } },
    );
    const checks = await look(
      [pool(false, "us"), pool(false, "eu")],
      {
        [PROJECT]: quotas({ CPUS_ALL_REGIONS: [0, 32] }),
        gcloud: quotas({ CPUS: [0, 24] }),
      },
      { settings },
    );
    expect(checks.get("quota of shop-dev: CPUS_ALL_REGIONS")?.detail).to.equal("8 to 32 more wanted, 0 of 32 used");
    expect(checks.get("quota in us-central1: CPUS")?.detail).to.equal("4 to 16 more wanted, 0 of 24 used");
    expect(checks.get("quota in europe-west1: CPUS")?.detail).to.equal("4 to 16 more wanted, 0 of 24 used");
  });

  describe("Filestore", () => {
    const share = resource("gcp:filestore/instance:Instance", { tier: "REGIONAL", fileShares: { capacityGb: 1024 } });
    const LIMITS = "gcloud beta quotas info list --service=file.googleapis.com --project shop-dev --format=json";
    const LIST = "gcloud filestore instances list --project shop-dev --format=json";
    const NAME = "quota in us-central1: Filestore, EnterpriseStorageGibPerRegion";
    const limits = (value: string) =>
      printed([
        {
          quotaId: "EnterpriseStorageGibPerRegion",
          dimensionsInfos: [
            { applicableLocations: ["europe-west1"], details: { value: "1" } },
            { applicableLocations: ["us-east1", "us-central1"], details: { value } },
          ],
        },
      ]);
    const instance = (location: string, tier: string, capacityGb: string) => ({
      name: `projects/shop-dev/locations/${location}/instances/x`,
      tier,
      fileShares: [{ capacityGb }],
    });
    const used = printed([
      instance("us-central1", "ENTERPRISE", "1024"),
      instance("us-central1-a", "ZONAL", "1024"),
      instance("us-central1-a", "BASIC_HDD", "4096"),
      instance("europe-west1", "REGIONAL", "1024"),
    ]);

    it("is counted by tier and region, against the region's own limit", async () => {
      const full = (await look([share], { [LIMITS]: limits("2560"), [LIST]: used })).get(NAME);
      expect(full).to.include({ status: "failure", detail: "1024 more wanted, 2048 of 2560 used" });
      expect(full?.fix).to.include(
        "--service=file.googleapis.com --quota-id=EnterpriseStorageGibPerRegion --preferred-value=3072 --dimensions=region=us-central1",
      );
      expect((await look([share], { [LIMITS]: limits("3072"), [LIST]: used })).get(NAME)?.status).to.equal("ok");
      expect((await look([share], { [LIMITS]: limits("-1"), [LIST]: used })).get(NAME)).to.include({
        status: "ok",
        detail: "1024 more wanted, without a limit",
      });
    });

    it("is unknown where one of both cannot be asked", async () => {
      const check = (await look([share], { [LIST]: used, [LIMITS]: refused("API has not been used") })).get(NAME);
      expect(check).to.deep.equal({
        name: NAME,
        status: "unknown",
        detail: "1024 GiB more wanted; API has not been used",
        fix: `look at ${CONSOLE}`,
      });
      expect((await look([share], { [LIST]: used, [LIMITS]: printed([]) })).get(NAME)?.status).to.equal("unknown");
    });
  });

  it("say from how much to how much a stack grows, unanswered too", async () => {
    const pool = resource("gcp:container/nodePool:NodePool", {
      nodeConfig: { machineType: "n2-standard-4", diskType: "pd-ssd", diskSizeGb: 50 },
      autoscaling: { totalMinNodeCount: 1, totalMaxNodeCount: 4 },
    });
    const why = "the gcloud command line is not installed";
    expect((await look([pool], {})).get("quota in us-central1: N2_CPUS")?.detail).to.equal(
      `4 to 16 more wanted; ${why}`,
    );
  });

  it("are unknown where nobody may ask, or the list has none of that name", async () => {
    const network = [resource("gcp:compute/network:Network")];
    const detail = async (answers: Readonly<Record<string, ProgramResult>>) =>
      (await look(network, answers)).get("quota of shop-dev: NETWORKS")?.detail;
    expect(await detail({})).to.equal("1 more wanted; the gcloud command line is not installed");
    expect(await detail({ [PROJECT]: refused("PERMISSION_DENIED") })).to.equal("1 more wanted; PERMISSION_DENIED");
    expect(await detail({ [PROJECT]: quotas({}) })).to.equal("1 more wanted; the project's list has none of that name");
  });
});
