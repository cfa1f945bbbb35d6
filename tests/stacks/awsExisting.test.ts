import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse, stringify } from "yaml";
import { planStack } from "../../automation/plan";
import type { Plan } from "../../engine";
import { named, ofType, planAws } from "./awsPlan";
import { problemsOf } from "./settingsFixture";

const VPC = {
  id: "vpc-0aaaaaaaaaaaaaaaa",
  publicSubnetIds: ["subnet-0000000000000000a", "subnet-0000000000000000b"],
  privateSubnetIds: ["subnet-0000000000000000c", "subnet-0000000000000000d"],
  dataSubnetIds: ["subnet-0000000000000000e", "subnet-0000000000000000f"],
};
const existing = (given: object) => ({ "groundplan:existing": { main: given } });
const verdicts = ({ degraded }: Plan, component: string) =>
  degraded.filter((each) => each.urn.endsWith(`::${component}`)).map(({ feature }) => feature);

describe("existing resources on aws", function () {
  this.timeout(120_000);

  it("puts everything into a VPC that is there, and changes nothing of it", async () => {
    const { plan } = await planAws("simulate", existing({ vpc: VPC }));
    for (const type of [
      "vpc:Vpc",
      "subnet:Subnet",
      "natGateway:NatGateway",
      "route:Route",
      "vpcEndpoint:VpcEndpoint",
    ]) {
      const [module] = type.split(":");
      expect(ofType(plan, `aws:ec2/${module}:${type.split(":")[1]}`), type).to.deep.equal([]);
    }
    expect(named(plan, "main-cluster-cluster").inputs.vpcConfig).to.deep.include({ subnetIds: VPC.privateSubnetIds });
    expect(named(plan, "main-database-subnets").inputs.subnetIds).to.deep.equal(VPC.dataSubnetIds);
    expect(named(plan, "main-edge-balancer").inputs.subnets).to.deep.equal(VPC.publicSubnetIds);
    for (const group of ofType(plan, "aws:ec2/securityGroup:SecurityGroup")) {
      expect(group.inputs.vpcId, group.name).to.equal(VPC.id);
    }
    expect(verdicts(plan, "main-network")).to.deep.equal([`flow logs, private endpoints and NAT alarms of ${VPC.id}`]);
  });

  it("refuses at once, and by their places, ids and a key that cannot be the placement's", async () => {
    const both = ["bar", "baz"];
    const vpc = { id: "foo", publicSubnetIds: both, privateSubnetIds: both };
    const kmsKey = "arn:aws:kms:us-east-1:111122223333:key/nonsense";
    const found = await problemsOf(() => planAws("preview", existing({ vpc, kmsKey })));
    const at = (field: string) => `groundplan:existing.main.${field}`;
    const subnets = ["publicSubnetIds[0]", "publicSubnetIds[1]", "privateSubnetIds[0]", "privateSubnetIds[1]"];
    expect(found.map(({ path }) => path)).to.deep.equal([
      at("kmsKey"),
      at("vpc.id"),
      ...subnets.map((each) => at(`vpc.${each}`)),
      ...subnets.slice(2).map((each) => at(`vpc.${each}`)),
    ]);
    expect(found[0]?.allowed).to.match(/such as arn:aws:kms:us-east-1:111122223333:key\/[0-9a-f-]{36}$/);
  });

  it("refuses a key of another account, and takes a multi-Region key of its own", async () => {
    const key = (account: string) => `arn:aws:kms:us-east-1:${account}:key/mrk-${"0".repeat(32)}`;
    const [problem, ...others] = await problemsOf(() => planAws("preview", existing({ kmsKey: key("444455556666") })));
    expect([problem?.path, others]).to.deep.equal(["groundplan:existing.main.kmsKey", []]);
    expect(problem?.allowed).to.include("111122223333");
    expect(await problemsOf(() => planAws("preview", existing({ kmsKey: key("111122223333") })))).to.deep.equal([]);
  });

  it("uses the private subnets for databases where no others are named", async () => {
    const { plan } = await planAws("simulate", existing({ vpc: { ...VPC, dataSubnetIds: [] } }));
    expect(named(plan, "main-database-subnets").inputs.subnetIds).to.deep.equal(VPC.privateSubnetIds);
  });

  it("deploys to a cluster that is there: identities per service, no nodes, nothing that goes with it", async () => {
    const { plan } = await planAws("simulate", existing({ vpc: VPC, cluster: "shared" }));
    for (const type of [
      "aws:eks/cluster:Cluster",
      "aws:eks/nodeGroup:NodeGroup",
      "aws:eks/addon:Addon",
      "kubernetes:storage.k8s.io/v1:StorageClass",
      "kubernetes:karpenter.sh/v1:NodePool",
    ]) {
      expect(ofType(plan, type), type).to.deep.equal([]);
    }
    const associations = ofType(plan, "aws:eks/podIdentityAssociation:PodIdentityAssociation");
    expect(associations.map(({ inputs }) => inputs.clusterName)).to.deep.equal(associations.map(() => "shared"));
    expect(associations.map(({ inputs }) => inputs.serviceAccount)).to.include("external-secrets");
    expect(associations.map(({ inputs }) => inputs.serviceAccount)).to.not.include("aws-load-balancer-controller");
    const trust = named(plan, "main-cluster-identity-external-secrets-external-secrets").inputs.assumeRolePolicy;
    expect(trust).to.contain("arn:aws:eks:us-east-1:111122223333:cluster/shared");
    const kubeconfig = String(named(plan, "main-cluster-kubernetes").inputs.kubeconfig);
    expect(kubeconfig).to.contain('"--cluster-name","shared"');
    expect(kubeconfig).to.not.contain("AWS_SECRET");
    expect(ofType(plan, "kubernetes:helm.sh/v3:Release").map(({ name }) => name)).to.not.include(
      "main-add-ons-aws-load-balancer-controller",
    );
    expect(verdicts(plan, "main-cluster")[0]).to.match(/^node pools system.*of shared$/);
    expect(named(plan, "main-add-ons-aws-load-balancer-controller-existing").type).to.equal(
      "kubernetes:apiregistration.k8s.io/v1:APIService",
    );
  });

  it("grants edges on a bucket that is there what they give on one of its own", async () => {
    const kmsKey = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000000";
    const { plan: own } = await planAws("simulate", existing({ kmsKey }));
    const { plan } = await planAws("simulate", existing({ kmsKey, buckets: { exports: "team-exports" } }));
    expect(plan.resources.filter(({ name }) => name.startsWith("main-exports"))).to.deep.equal([]);
    const policies = plan.resources.filter(
      ({ type, inputs }) => type === "aws:iam/rolePolicy:RolePolicy" && String(inputs.policy).includes("team-exports"),
    );
    expect(policies).to.not.deep.equal([]);
    for (const policy of policies) {
      const actions = (text: unknown) =>
        (JSON.parse(String(text)) as { Statement: { Sid: string; Action: unknown }[] }).Statement.map(
          ({ Sid, Action }) => [Sid, Action],
        );
      expect(actions(policy.inputs.policy)).to.deep.equal(actions(named(own, policy.name).inputs.policy));
      expect(String(policy.inputs.policy)).to.contain("arn:aws:s3:::team-exports/*");
    }
  });

  it("breaks no mandatory policy", async () => {
    const directory = await mkdtemp(join(tmpdir(), "groundplan-existing-"));
    try {
      const file = parse(await readFile("Pulumi.staging.yaml", "utf8")) as { config: object };
      const kmsKey = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000000";
      const given = existing({ vpc: VPC, cluster: "shared", kmsKey, buckets: { exports: "team-exports" } });
      await copyFile("Pulumi.yaml", join(directory, "Pulumi.yaml"));
      await writeFile(
        join(directory, "Pulumi.staging.yaml"),
        stringify({ ...file, config: { ...file.config, ...given } }),
      );
      for (const mode of ["preview", "simulate"] as const) {
        const { policies } = await planStack({ directory, stack: "staging", selection: {}, mode, today: "2026-11-01" });
        const violations = policies.results.filter(
          ({ level, status }) => level === "mandatory" && status === "violation",
        );
        expect(violations).to.deep.equal([]);
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
