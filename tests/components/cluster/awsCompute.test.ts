import { expect } from "chai";
import { breaches } from "../../../components/aws/constraint";
import { clusterProblems } from "../../../components/cluster/eks/constraints";
import { planNodeGroups } from "../../../components/cluster/eks/nodeGroups";
import { InputError } from "../../../components/errors";
import { FARGATE_CONSTRAINTS } from "../../../stacks/sites/aws/fargateConstraints";
import { docScraper } from "../../../systems/docScraper";
import { resolveSystem } from "../../../systems/resolve";
import type { NodePoolSpec } from "../../../systems/spec";
import { nodePool } from "../../../systems/spec/service";
import { vibebox } from "../../../systems/vibebox";
import { named, ofType, planAws } from "../../stacks/awsPlan";

const pool = (change: Partial<Record<keyof NodePoolSpec, unknown>> = {}): NodePoolSpec =>
  nodePool.parse({ cpu: "4", memory: "8Gi", min: 1, max: 3, ...change });
const target = { model: "distributed", environment: "staging", placement: "main" } as const;
const FARGATE = {
  "groundplan:compute": { fargateNamespaces: ["doc-scraper"] },
  "groundplan:overrides": { services: { api: { nodePool: null }, worker: { nodePool: null } } },
};

describe("compute settings on aws", () => {
  const system = resolveSystem(docScraper, target);
  const paths = (compute: { fargateNamespaces: readonly string[]; architecture?: "arm64" }, of = system) =>
    breaches(FARGATE_CONSTRAINTS, { system: of, namespaces: compute.fargateNamespaces, ...compute }).map(
      ({ path }) => path,
    );

  it("takes the pinned version of Kubernetes and refuses any other", () => {
    const versions = (version: string) => clusterProblems({ nodePools: {}, version }).map(({ path }) => path);
    expect(versions("1.35")).to.deep.equal([]);
    expect(versions("1.34")).to.deep.equal(["groundplan:compute.kubernetesVersion"]);
  });

  it("refuses on Fargate what Fargate does not run, by the field that asks for it", () => {
    expect(paths({ fargateNamespaces: ["nowhere"] })).to.deep.equal(["groundplan:compute.fargateNamespaces[0]"]);
    expect(paths({ fargateNamespaces: ["doc-scraper"], architecture: "arm64" })).to.deep.equal([
      "services.api.nodePool",
      "services.worker.nodePool",
      "groundplan:compute.architecture",
    ]);
    expect(paths({ fargateNamespaces: ["docker"] }, resolveSystem(vibebox, target))).to.deep.equal([
      "services.docker.kind",
      "services.docker.nodePool",
      "services.docker.security.podSecurity",
    ]);
  });

  it("gives every pool the architecture of the settings, the system pool among them", () => {
    const options = { multiZone: false, environment: "production", architecture: "arm64" } as const;
    expect(
      planNodeGroups({ one: pool() }, options).map(({ amiType, instanceTypes }) => [amiType, instanceTypes]),
    ).to.deep.equal([
      ["AL2023_ARM_64_STANDARD", ["c7g.xlarge"]],
      ["AL2023_ARM_64_STANDARD", ["m7g.large"]],
    ]);
    expect(() => planNodeGroups({ one: pool({ classes: { aws: "c5.xlarge" } }) }, options)).to.throw(
      InputError,
      "nodePools.one.classes.aws",
    );
  });

  it("says of types of another architecture that the setting is wrong, once for all pools", () => {
    const nodePools = {
      one: pool({ classes: { aws: "c5.xlarge" } }),
      two: pool({ classes: { aws: "m6g.large" }, alternatives: { aws: ["m5.large"] } }),
    };
    expect(clusterProblems({ nodePools, architecture: "arm64" })).to.deep.equal([
      {
        path: "groundplan:compute.architecture",
        found: '"arm64"',
        allowed: "the architecture of the types that pools name: c5.xlarge of one is amd64, m5.large of two is amd64",
        fix: "remove it, or set groundplan:overrides.nodePools.one.classes.aws, groundplan:overrides.nodePools.two.alternatives.aws to types of that architecture",
      },
    ]);
    const { one } = nodePools;
    expect(clusterProblems({ nodePools: { one }, architecture: "arm64" }).map(({ fix }) => fix)).to.deep.equal([
      "remove it, or set groundplan:overrides.nodePools.one.classes.aws to a type of that architecture",
    ]);
    expect(clusterProblems({ nodePools: { one }, architecture: "amd64" })).to.deep.equal([]);
  });

  it("takes a pool's alternatives beside its own type, of its architecture only", () => {
    const options = { multiZone: false, environment: "production" } as const;
    const pools = (aws: readonly string[]) => ({ web: pool({ classes: { aws: "t3.medium" }, alternatives: { aws } }) });
    expect(planNodeGroups(pools(["c5.large"]), options)[0]?.instanceTypes).to.deep.equal(["t3.medium", "c5.large"]);
    expect(() => planNodeGroups(pools(["c6g.large"]), options)).to.throw(InputError, "nodePools.web.alternatives.aws");
  });
});

describe("namespaces on Fargate", function () {
  this.timeout(60_000);

  it("have a profile, and a role for this cluster's profiles alone", async () => {
    const { plan } = await planAws("simulate", FARGATE);
    expect(named(plan, "main-cluster-fargate-doc-scraper").inputs.selectors).to.deep.equal([
      { namespace: "doc-scraper" },
    ]);
    const trust = String(named(plan, "main-cluster-fargate-role").inputs.assumeRolePolicy);
    expect(trust).to.match(/"Service":"eks-fargate-pods\.amazonaws\.com"/);
    expect(trust).to.match(
      /"aws:SourceArn":"arn:aws:eks:us-east-1:111122223333:fargateprofile\/doc-scraper-[^*"]*\/\*"/,
    );
  });

  it("give identities by token, bound to one service account, where no agent runs", async () => {
    const { plan } = await planAws("simulate", FARGATE);
    const { Statement } = JSON.parse(
      String(named(plan, "main-cluster-identity-doc-scraper-api").inputs.assumeRolePolicy),
    ) as { readonly Statement: readonly { Action: string; Condition: { StringEquals: Record<string, string> } }[] };
    expect(Statement[0]?.Action).to.equal("sts:AssumeRoleWithWebIdentity");
    expect(
      Object.entries(Statement[0]?.Condition.StringEquals ?? {}).map(([key, value]) => [key.split(":").at(-1), value]),
    ).to.deep.equal([
      ["aud", "sts.amazonaws.com"],
      ["sub", "system:serviceaccount:doc-scraper:api"],
    ]);
    const associations = ofType(plan, "aws:eks/podIdentityAssociation:PodIdentityAssociation");
    expect(associations.map(({ inputs }) => inputs.namespace)).to.not.include("doc-scraper");
    const account = named(plan, "main-api-account");
    expect(account.inputs).to.have.nested.property("metadata.annotations");
    expect(JSON.stringify(account.inputs.metadata)).to.contain("eks.amazonaws.com/role-arn");
  });

  it("put pods into the group stores know before any starts, and say that network policies do not hold", async () => {
    const { plan } = await planAws("simulate", FARGATE);
    const policy = named(plan, "main-cluster-fargate-doc-scraper-group");
    const nodes = ofType(plan, "aws:ec2/launchTemplate:LaunchTemplate")[0]?.inputs.vpcSecurityGroupIds;
    expect(policy.inputs).to.have.deep.nested.property("spec.securityGroups.groupIds", nodes);
    for (const deployment of ofType(plan, "kubernetes:apps/v1:Deployment")) {
      expect(deployment.dependencies, deployment.name).to.include(policy.urn);
    }
    expect(plan.degraded.map(({ feature }) => feature)).to.include("network policies in doc-scraper");
  });
});

describe("upgrades of a cluster on aws", function () {
  this.timeout(120_000);
  const GROUP = "aws:eks/nodeGroup:NodeGroup";
  const clusterOf = (plan: Awaited<ReturnType<typeof planAws>>["plan"]) => named(plan, "main-cluster-cluster").inputs;

  it("are nobody's but the stack file's: nodes keep their image, AWS raises what it supports no longer", async () => {
    const { plan } = await planAws("simulate");
    const groups = ofType(plan, GROUP);
    expect(groups.map(({ name }) => name)).to.deep.equal([
      "main-cluster-nodes-api",
      "main-cluster-nodes-system",
      "main-cluster-nodes-workers",
    ]);
    for (const { name, inputs } of groups) {
      expect(inputs, name).to.not.have.property("releaseVersion");
      expect(inputs, name).to.include({ version: "1.35" });
    }
    expect(clusterOf(plan)).to.deep.include({ version: "1.35", upgradePolicy: { supportType: "STANDARD" } });
  });

  it("come by settings: one image for the groups and Karpenter's nodes, and support that is paid for", async () => {
    const { plan } = await planAws("simulate", {
      "groundplan:compute": { nodeRelease: "1.35.2-20260224", extendedSupport: true },
    });
    expect(ofType(plan, GROUP).map(({ inputs }) => inputs.releaseVersion)).to.deep.equal(
      Array(3).fill("1.35.2-20260224"),
    );
    const classes = ofType(plan, "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass");
    expect(classes).to.have.length.above(0);
    for (const { inputs } of classes) {
      expect(inputs).to.have.nested.property("spec.amiSelectorTerms[0].alias", "al2023@v20260224");
    }
    expect(clusterOf(plan)).to.deep.include({ upgradePolicy: { supportType: "EXTENDED" } });
  });

  it("refuse an image of another version of Kubernetes, in a plan of a stack", async () => {
    const refused = planAws("preview", { "groundplan:compute": { nodeRelease: "1.34.4-20260224" } });
    await refused.then(
      () => expect.fail("accepted"),
      (error: unknown) => expect(String(error)).to.include("groundplan:compute.nodeRelease"),
    );
  });
});
