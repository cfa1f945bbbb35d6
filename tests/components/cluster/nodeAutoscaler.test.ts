import { expect } from "chai";
import { planNodeGroups } from "../../../components/cluster/eks/nodeGroups";
import { growing, nodeClassSpec, nodePoolSpec } from "../../../components/cluster/nodeAutoscaler/nodePools";
import { nodePool } from "../../../systems/spec/service";
import { named, ofType, planAws } from "../../stacks/awsPlan";

const AWAKE = { "groundplan:compute": {} };
const KARPENTER = "main-node-autoscaler";

const pool = (change: object = {}) => nodePool.parse({ cpu: "4", memory: "8Gi", min: 1, max: 3, ...change });
const plans = (pools: Parameters<typeof planNodeGroups>[0]) =>
  planNodeGroups(pools, { multiZone: true, environment: "production" });

describe("pools of Karpenter", () => {
  it("are one for each group that may grow", () => {
    const names = growing(plans({ fixed: pool({ min: 3 }), jobs: pool() })).map(({ name }) => name);
    expect(names).to.deep.equal(["jobs", "system"]);
  });

  it("end where the group does, with its types, label, taint and kind of capacity", () => {
    const [group] = plans({ jobs: pool({ min: 1, max: 6, spot: true, tainted: true, classes: { aws: "c5.xlarge" } }) });
    expect(group && nodePoolSpec(group, "jobs")).to.deep.equal({
      template: {
        metadata: { labels: { "groundplan.dev/pool": "jobs" } },
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "jobs" },
          requirements: [
            { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
            { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
            { key: "karpenter.sh/capacity-type", operator: "In", values: ["spot"] },
            { key: "node.kubernetes.io/instance-type", operator: "In", values: ["c5.xlarge"] },
          ],
          taints: [{ key: "groundplan.dev/pool", value: "jobs", effect: "NoSchedule" }],
          expireAfter: "720h",
        },
      },
      limits: { cpu: "20" },
      disruption: {
        consolidationPolicy: "WhenEmptyOrUnderutilized",
        consolidateAfter: "5m",
        budgets: [{ nodes: "33%" }],
      },
    });
  });

  it("make machines as closed as the groups' own: tokens of one hop, encrypted disks", () => {
    const facts = { instanceProfile: "p", subnetIds: ["subnet-1"], securityGroupId: "sg-1", tags: {} };
    expect(nodeClassSpec({ diskSizeGiB: 80 }, facts)).to.deep.include({
      instanceProfile: "p",
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        httpProtocolIPv6: "disabled",
      },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { volumeType: "gp3", volumeSize: "80Gi", encrypted: true, deleteOnTermination: true },
        },
      ],
    });
  });
});

describe("images of Karpenter's nodes", () => {
  const facts = { instanceProfile: "p", subnetIds: ["subnet-1"], securityGroupId: "sg-1", tags: {} };

  it("are the newest without a release, and those of its date with one", () => {
    const terms = (release?: string) =>
      nodeClassSpec({ diskSizeGiB: 80 }, { ...facts, ...(release === undefined ? {} : { release }) });
    expect(terms()).to.have.deep.property("amiSelectorTerms", [{ alias: "al2023@latest" }]);
    expect(terms("1.35.2-20260224")).to.have.deep.property("amiSelectorTerms", [{ alias: "al2023@v20260224" }]);
  });
});

describe("Karpenter of doc-scraper on aws", function () {
  this.timeout(120_000);

  it("is two charts of one pinned version, its kinds first, off the nodes it makes", async () => {
    const { plan } = await planAws("simulate", AWAKE);
    const controller = named(plan, `${KARPENTER}-controller`);
    const kinds = named(plan, `${KARPENTER}-kinds`);
    expect(controller.inputs).to.deep.include({
      chart: "oci://public.ecr.aws/karpenter/karpenter",
      version: "1.14.1",
      namespace: "kube-system",
      skipCrds: true,
    });
    expect(kinds.inputs.version).to.equal("1.14.1");
    expect(controller.dependencies).to.include(kinds.urn);
    expect(controller.inputs).to.have.nested.property("values.nodeSelector.groundplan\\.dev/pool", "system");
  });

  it("hears from the cloud, and nobody else, which machines will go", async () => {
    const { plan } = await planAws("simulate", AWAKE);
    expect(named(plan, `${KARPENTER}-queue`).inputs).to.deep.include({
      sqsManagedSseEnabled: true,
      messageRetentionSeconds: 300,
    });
    const rules = ofType(plan, "aws:cloudwatch/eventRule:EventRule").filter(({ name }) => name.startsWith(KARPENTER));
    expect(rules.map(({ name }) => name.slice(KARPENTER.length + 1))).to.have.members([
      "event-health",
      "event-spot",
      "event-rebalance",
      "event-state",
      "event-capacity",
    ]);
    const policy = JSON.parse(String(named(plan, `${KARPENTER}-queue-policy`).inputs.policy)) as {
      Statement: { Sid: string; Condition: { ArnEquals?: { "aws:SourceArn": readonly string[] } } }[];
    };
    expect(policy.Statement[0]?.Condition.ArnEquals?.["aws:SourceArn"]).to.have.length(rules.length);
  });

  it("may end only what carries its cluster's tag, and make no instance profile", async () => {
    const { plan } = await planAws("simulate", AWAKE);
    const text = String(named(plan, "main-cluster-identity-kube-system-karpenter-policy").inputs.policy);
    const { Statement } = JSON.parse(text) as {
      Statement: { Sid: string; Action: readonly string[]; Resource: readonly string[]; Condition?: object }[];
    };
    const clusterName = String(named(plan, "main-cluster-cluster").inputs.name);
    expect(Statement.find(({ Sid }) => Sid === "End")?.Condition).to.deep.include({
      StringEquals: { [`aws:ResourceTag/kubernetes.io/cluster/${clusterName}`]: "owned" },
    });
    expect(text).to.not.match(/CreateInstanceProfile|AddRoleToInstanceProfile|ec2:\*|iam:\*/);
    const open = Statement.filter(({ Resource }) => Resource.includes("*")).map(({ Sid }) => Sid);
    expect(open).to.deep.equal(["Look", "Prices", "Profiles"]);
  });

  it("is left out by its setting and where nights are slept, and the plan says so", async () => {
    for (const compute of [{ karpenter: false }, { schedule: { stop: "0 19 * * 1-5", start: "0 6 * * 1-5" } }]) {
      const { plan } = await planAws("preview", { "groundplan:compute": compute });
      expect(ofType(plan, "groundplan:cluster:NodeAutoscaler")).to.deep.equal([]);
      expect(plan.degraded.map(({ feature }) => feature).join()).to.match(/adding nodes to .* on demand/);
    }
    const { plan } = await planAws("preview", AWAKE);
    expect(plan.degraded.map(({ feature }) => feature).join()).to.not.match(/adding nodes/);
  });
});

describe("what a cluster's own add-ons run on", function () {
  this.timeout(60_000);

  it("is the system pool, on demand, for names and disks", async () => {
    const { plan } = await planAws("simulate");
    const selector = { "groundplan.dev/pool": "system" };
    const configuration = (name: string) =>
      JSON.parse(String(named(plan, `main-cluster-addon-${name}`).inputs.configurationValues)) as object;
    expect(configuration("coredns")).to.have.property("nodeSelector").deep.equal(selector);
    expect(configuration("aws-ebs-csi-driver")).to.have.nested.property("controller.nodeSelector").deep.equal(selector);
    expect(named(plan, "main-cluster-nodes-system").inputs.capacityType).to.equal("ON_DEMAND");
  });
});
