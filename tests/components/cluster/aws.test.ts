import { expect } from "chai";
import { instanceTypesFor, isArm } from "../../../components/cluster/eks/instanceTypes";
import { kubeconfig } from "../../../components/cluster/eks/kubeconfig";
import { planNodeGroups } from "../../../components/cluster/eks/nodeGroups";
import { InputError } from "../../../components/errors";
import type { NodePoolSpec } from "../../../systems/spec";
import { nodePool } from "../../../systems/spec/service";
import { named, ofType, planAws } from "../../stacks/awsPlan";

const pool = (change: Partial<Record<keyof NodePoolSpec, unknown>> = {}): NodePoolSpec =>
  nodePool.parse({ cpu: "4", memory: "8Gi", min: 1, max: 3, ...change });

describe("EKS node planning", () => {
  it("takes the smallest type that holds the node", () => {
    expect(instanceTypesFor(pool({ memory: "8Gi" }))).to.deep.equal(["c6i.xlarge"]);
    expect(instanceTypesFor(pool({ memory: "16Gi" }))).to.deep.equal(["m6i.xlarge"]);
    expect(instanceTypesFor(pool({ cpu: "500m", memory: "3Gi", architecture: "arm64" }))).to.deep.equal(["c7g.large"]);
  });

  it("spreads spot over every family of the same shape", () => {
    expect(instanceTypesFor(pool({ cpu: "8", memory: "16Gi", spot: true }))).to.deep.equal([
      "c6i.2xlarge",
      "c5.2xlarge",
      "c6a.2xlarge",
    ]);
  });

  it("tells Graviton types from the others", () => {
    expect(["m6g.large", "c7gn.xlarge", "t4g.small"].every(isArm)).to.equal(true);
    expect(["m6i.large", "g5.xlarge", "c6a.large"].some(isArm)).to.equal(false);
  });

  it("always has a system pool, untainted and on demand", () => {
    const [group] = planNodeGroups({}, { multiZone: true, environment: "staging" });
    expect(group).to.deep.include({ name: "system", capacityType: "ON_DEMAND", min: 3, tainted: false });
  });

  it("refuses a type of the wrong architecture and a node no type holds, both at once", () => {
    try {
      planNodeGroups(
        { one: pool({ classes: { aws: "m6g.large" } }), two: pool({ cpu: "500" }) },
        { multiZone: false, environment: "staging" },
      );
      expect.fail("accepted");
    } catch (error) {
      if (!InputError.is(error)) throw error;
      expect(error.problems.map((problem) => problem.path)).to.deep.equal([
        "nodePools.one.classes.aws",
        "nodePools.two",
      ]);
    }
  });

  it("writes a kubeconfig that holds no credential", () => {
    const login = {
      name: "c",
      endpoint: "https://e",
      certificateAuthority: "Y2E=",
      region: "eu-west-1",
      profile: "p",
      roleArn: "arn:aws:iam::1:role/r",
    };
    const [user] = (JSON.parse(kubeconfig(login)) as { users: { user: Record<string, unknown> }[] }).users;
    expect(user?.user).to.deep.equal({
      exec: {
        apiVersion: "client.authentication.k8s.io/v1",
        command: "aws",
        args: [
          "eks",
          "get-token",
          "--cluster-name",
          "c",
          "--region",
          "eu-west-1",
          "--output",
          "json",
          "--role-arn",
          "arn:aws:iam::1:role/r",
        ],
        env: [{ name: "AWS_PROFILE", value: "p" }],
        interactiveMode: "Never",
      },
    });
  });
});

describe("EKS cluster", function () {
  this.timeout(60_000);

  it("is private, encrypted, logged, protected and entered by access entries", async () => {
    const { plan } = await planAws("simulate");
    const { inputs } = named(plan, "main-cluster-cluster");
    expect(inputs).to.deep.include({
      version: "1.35",
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      deletionProtection: true,
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
      bootstrapSelfManagedAddons: false,
    });
    expect(inputs.vpcConfig).to.deep.include({ endpointPrivateAccess: true, endpointPublicAccess: false });
    expect(inputs.encryptionConfig).to.have.property("resources").that.deep.equals(["secrets"]);
    expect(named(plan, "main-cluster-logs").inputs).to.deep.include({
      name: `/aws/eks/${String(inputs.name)}/cluster`,
      retentionInDays: 30,
    });
  });

  it("opens its endpoint to the deployer's ranges alone, and makes its role the administrator", async () => {
    const roleArn = "arn:aws:iam::111122223333:role/deployer";
    const { plan } = await planAws("preview", {
      "groundplan:access": {
        aws: { allowedAccountIds: ["111122223333"], roleArn },
        deployer: { from: "cidrs", cidrBlocks: ["203.0.113.0/24"] },
      },
    });
    const { inputs } = named(plan, "main-cluster-cluster");
    expect(inputs.vpcConfig).to.deep.include({ endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] });
    expect(inputs.accessConfig).to.have.property("bootstrapClusterCreatorAdminPermissions", false);
    expect(ofType(plan, "aws:eks/accessEntry:AccessEntry").map((each) => each.inputs.principalArn)).to.deep.equal([
      roleArn,
    ]);
  });

  it("gives nodes IMDSv2 one hop away, encrypted disks, a third at a time, and spot where the pool allows it", async () => {
    const { plan } = await planAws("preview");
    for (const template of ofType(plan, "aws:ec2/launchTemplate:LaunchTemplate")) {
      expect(template.inputs.metadataOptions).to.deep.include({ httpTokens: "required", httpPutResponseHopLimit: 1 });
      expect(template.inputs).to.have.nested.property("blockDeviceMappings[0].ebs.encrypted", "true");
    }
    const groups = ofType(plan, "aws:eks/nodeGroup:NodeGroup").map(({ name, inputs }) => [
      name,
      inputs.capacityType,
      inputs.updateConfig,
    ]);
    expect(groups).to.deep.equal([
      ["main-cluster-nodes-api", "ON_DEMAND", { maxUnavailablePercentage: 33 }],
      ["main-cluster-nodes-system", "ON_DEMAND", { maxUnavailablePercentage: 33 }],
      ["main-cluster-nodes-workers", "SPOT", { maxUnavailablePercentage: 33 }],
    ]);
  });

  it("binds every pod role to one service account of this cluster", async () => {
    const { plan } = await planAws("simulate");
    const cluster = named(plan, "main-cluster-cluster");
    for (const association of ofType(plan, "aws:eks/podIdentityAssociation:PodIdentityAssociation")) {
      const role = named(plan, association.name.replace(/-association$/, ""), "aws:iam/role:Role");
      const trust = JSON.parse(String(role.inputs.assumeRolePolicy)) as {
        Statement: { Principal: unknown; Condition: Record<string, Record<string, string>> }[];
      };
      expect(trust.Statement[0]?.Principal).to.deep.equal({ Service: "pods.eks.amazonaws.com" });
      expect(trust.Statement[0]?.Condition.StringEquals).to.deep.include({
        "aws:RequestTag/kubernetes-namespace": association.inputs.namespace,
        "aws:RequestTag/kubernetes-service-account": association.inputs.serviceAccount,
      });
      expect(trust.Statement[0]?.Condition.StringEquals?.["aws:RequestTag/eks-cluster-arn"]).to.contain(
        String(cluster.inputs.name),
      );
    }
  });
});
