import { expect } from "chai";
import { bringUp, type RecordedResource, takeDown } from "../../engine";
import type { WireObject } from "../../engine/wire";

interface Given {
  readonly type: string;
  readonly inputs?: WireObject;
  readonly needs?: readonly string[];
  readonly options?: RecordedResource["options"];
  readonly provider?: string;
}

/** Resources whose URNs are their names. */
function stack(given: Readonly<Record<string, Given>>): readonly RecordedResource[] {
  return Object.entries(given).map(([name, { type, inputs = {}, needs = [], options = {}, provider }]) => ({
    urn: name,
    type,
    name,
    custom: true,
    parent: undefined,
    provider: provider === undefined ? undefined : `${provider}::id`,
    inputs,
    dependencies: needs,
    propertyDependencies: {},
    options,
    id: name,
    outputs: inputs,
  }));
}

const cluster: Given = { type: "pulumi:providers:kubernetes" };
const keda: Given = { type: "kubernetes:helm.sh/v3:Release", inputs: { chart: "keda" }, provider: "cluster" };
const scaler: Given = { type: "kubernetes:keda.sh/v1alpha1:ScaledObject", provider: "cluster" };

describe("the destruction of a stack", () => {
  it("goes against the order of making, and keeps only what something that failed rests on", () => {
    const resources = stack({
      network: { type: "a:b:Network" },
      database: { type: "a:b:Database", needs: ["network"] },
      bucket: { type: "a:b:Bucket" },
      service: { type: "a:b:Service", needs: ["database", "bucket"] },
    });
    expect(takeDown({ resources }).deleted).to.deep.equal(["service", "bucket", "database", "network"]);
    const fails = ({ name }: RecordedResource) => (name === "database" ? "it is in use" : undefined);
    expect(takeDown({ resources, fails })).to.deep.equal({
      refused: [],
      deleted: ["service", "bucket"],
      forgotten: [],
      failed: [{ urn: "database", reason: "it is in use" }],
      left: ["network"],
    });
  });

  it("refuses as a whole what is protected, leaves what is retained, and lets go of what goes with another", () => {
    const resources = stack({
      volume: { type: "a:b:Volume", options: { retainOnDelete: true } },
      host: { type: "a:b:Host" },
      disk: { type: "a:b:Attachment", options: { deletedWith: "host" } },
      read: { type: "a:b:Zone", options: { readId: "z" } },
    });
    expect(takeDown({ resources })).to.deep.include({ deleted: ["host"], forgotten: ["disk", "volume"] });
    const locked = [...resources, ...stack({ data: { type: "a:b:Data", options: { protect: true } } })];
    expect(takeDown({ resources: locked })).to.deep.include({ refused: ["data"], deleted: [], forgotten: [] });
  });

  it("never reaches what a failed resource would have been for", () => {
    const resources = stack({
      one: { type: "a:b:One" },
      two: { type: "a:b:Two", needs: ["one"] },
      three: { type: "a:b:Three", needs: ["two"] },
      four: { type: "a:b:Four", needs: ["one"] },
    });
    expect(bringUp(resources, ({ name }) => name === "two").map(({ name }) => name)).to.deep.equal(["one", "four"]);
  });

  it("stops at an operator that goes before what it looks after", () => {
    const inOrder = stack({ cluster, keda, scaler: { ...scaler, needs: ["keda"] } });
    expect(takeDown({ resources: inOrder })).to.deep.include({ deleted: ["scaler", "keda", "cluster"], failed: [] });
    const unordered = stack({ cluster, scaler, keda });
    expect(takeDown({ resources: unordered }).failed.map(({ urn, reason }) => `${urn}: ${reason}`)).to.deep.equal([
      "keda: uninstalling waits for the finalizers of scaler",
    ]);
    // Somebody else's operator is not this stack's to order.
    expect(takeDown({ resources: stack({ cluster, scaler }) }).failed).to.deep.equal([]);
    const without = stack({ cluster, scaler, keda: { ...keda, options: { retainOnDelete: true } } });
    expect(takeDown({ resources: without }).failed.map(({ reason }) => reason)).to.deep.equal([
      "its finalizer waits for keda, which is gone",
    ]);
  });

  it("stops where an operator has lost its last node, of its own cluster", () => {
    const eks: Given = { type: "aws:eks/cluster:Cluster" };
    const nodes: Given = { type: "aws:eks/nodeGroup:NodeGroup", needs: ["eks"] };
    const access: Given = { ...cluster, needs: ["eks"] };
    const resources = stack({ eks, cluster: access, keda, scaler: { ...scaler, needs: ["keda"] }, nodes });
    expect(takeDown({ resources }).failed.map(({ reason }) => reason)).to.deep.equal([
      "its finalizer waits for keda, which has no node",
    ]);
    const sound = stack({ eks, nodes, cluster: access, keda, scaler: { ...scaler, needs: ["keda", "nodes"] } });
    expect(takeDown({ resources: sound }).failed).to.deep.equal([]);
  });

  it("stops at a claim that pods still mount", () => {
    const claim: Given = {
      type: "kubernetes:core/v1:PersistentVolumeClaim",
      inputs: { metadata: { name: "data", namespace: "n" } },
      provider: "cluster",
    };
    const pod: Given = {
      type: "kubernetes:apps/v1:Deployment",
      inputs: {
        metadata: { namespace: "n" },
        spec: { template: { spec: { volumes: [{ persistentVolumeClaim: { claimName: "data" } }] } } },
      },
      provider: "cluster",
    };
    expect(takeDown({ resources: stack({ cluster, claim, pod }) }).failed).to.deep.equal([]);
    expect(takeDown({ resources: stack({ cluster, pod, claim }) }).failed.map(({ reason }) => reason)).to.deep.equal([
      "pods of pod mount it",
    ]);
  });

  describe("with a cluster out of reach", () => {
    const config: Given = { type: "kubernetes:core/v1:ConfigMap", provider: "cluster" };
    const unreachable = ["cluster"];
    const env = { PULUMI_K8S_DELETE_UNREACHABLE: "true" };
    const withInput = (deleteUnreachable: boolean): Given => ({ ...cluster, inputs: { deleteUnreachable } });

    it("fails for objects unless they may be forgotten: by input, or by variable where the input is absent", () => {
      const problems = (provider: Given, more = {}) =>
        takeDown({ resources: stack({ cluster: provider, config }), unreachable, ...more }).failed.length;
      expect(problems(cluster)).to.equal(1);
      expect(problems(withInput(true))).to.equal(0);
      expect(problems(cluster, { env })).to.equal(0);
      expect(problems(withInput(false), { env })).to.equal(1);
    });

    it("fails for releases even then, unless a refresh has found them gone", () => {
      const resources = stack({ cluster: withInput(true), keda });
      expect(takeDown({ resources, unreachable }).failed.map(({ urn }) => urn)).to.deep.equal(["keda"]);
      const refreshed = takeDown({ resources, unreachable, refresh: true });
      expect(refreshed).to.deep.include({ failed: [], forgotten: ["keda"], deleted: ["cluster"] });
    });
  });

  it("takes a caller's own word for how a type goes", () => {
    const resources = stack({ queue: { type: "a:b:Queue" } });
    const deletions = { "a:*": { obstacle: () => "not empty" } };
    expect(takeDown({ resources, deletions }).failed).to.deep.equal([{ urn: "queue", reason: "not empty" }]);
  });
});
