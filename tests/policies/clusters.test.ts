import { expect } from "chai";
import { packs } from "../../policies";
import { autoscaler, deployment, namespace } from "./fixtures";
import { evaluate, type Outcome, type TestResource, UNKNOWN } from "./harness";

const rules = packs.flatMap((pack) => pack.rules);
const own = (id: string) => rules.filter((rule) => rule.id === id);

const provider = (name: string, refs: TestResource["refs"] = {}): TestResource => ({
  type: "pulumi:providers:kubernetes",
  name,
  // The kubeconfig of a cluster yet to be made: nothing may read it.
  props: { kubeconfig: UNKNOWN },
  refs,
});

/** Objects in the cluster of the provider at an index. */
const inCluster = (index: number, ...resources: readonly TestResource[]): TestResource[] =>
  resources.map((resource) => ({ ...resource, name: `${resource.name ?? "app"}-${index}`, provider: index }));

const found = (
  id: string,
  resources: readonly TestResource[],
): readonly Pick<Outcome, "status" | "message" | "urn">[] =>
  evaluate(own(id), resources)
    .filter(({ status }) => status !== "notApplicable")
    .map(({ status, message, urn }) => ({ status, message, urn: urn?.slice(urn.lastIndexOf("::") + 2) }));
const violation = (message: string, urn: string) => ({ status: "violation", message, urn });

const object = (type: string, name: string, spec: unknown): TestResource => ({
  type,
  name,
  props: { metadata: { name, namespace: "shop" }, spec },
});
const deny = object("kubernetes:networking.k8s.io/v1:NetworkPolicy", "deny", {
  podSelector: {},
  policyTypes: ["Ingress", "Egress"],
});
const quota = object("kubernetes:core/v1:ResourceQuota", "quota", {
  hard: { "requests.cpu": "1", "requests.memory": "1Gi", "limits.cpu": "1", "limits.memory": "1Gi" },
});
const amounts = { cpu: "1", memory: "1Gi" };
const range = object("kubernetes:core/v1:LimitRange", "range", {
  limits: [{ type: "Container", default: amounts, defaultRequest: amounts }],
});
const budget = object("kubernetes:policy/v1:PodDisruptionBudget", "budget", {
  maxUnavailable: 1,
  selector: { matchLabels: { app: "app" } },
});
const fixed: TestResource = {
  ...deployment,
  props: { ...deployment.props, spec: { ...(deployment.props.spec as object), replicas: 3 } },
};
const vertical = object("kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler", "vertical", {
  targetRef: { kind: "Deployment", name: "app" },
});

/** Per rule: what makes it hold in a cluster, what it is about, and what it says where the first is missing. */
const needs: readonly (readonly [string, readonly TestResource[], readonly TestResource[], string])[] = [
  ["namespace-default-deny", [deny], [namespace], "namespace shop has no NetworkPolicy that denies all"],
  ["namespace-resource-quota", [quota], [namespace], "namespace shop has no ResourceQuota"],
  ["namespace-limit-range", [range], [namespace], "namespace shop has no LimitRange"],
  ["pod-selected-by-network-policy", [deny], [deployment], "no NetworkPolicy in namespace shop selects its pods"],
  ["workload-two-replicas", [autoscaler], [deployment], "runs one replica"],
  ["workload-disruption-budget", [budget], [fixed], "no PodDisruptionBudget selects its pods"],
];

describe("stack rules over several clusters", () => {
  const clusters = [provider("east"), provider("west")];

  for (const [id, makes, about, message] of needs) {
    const urn = `${about[0]?.name ?? "app"}-1`;
    it(`${id} asks in each cluster, whatever the other one has`, () => {
      const first = inCluster(0, ...makes, ...about);
      expect(found(id, [...clusters, ...first, ...inCluster(1, ...about)])).to.deep.equal([violation(message, urn)]);
      expect(found(id, [...clusters, ...first, ...inCluster(1, ...makes, ...about)])).to.deep.equal([]);
    });
  }

  for (const id of ["workload-two-replicas", "workload-disruption-budget", "workload-spread"]) {
    it(`${id} waits where a cluster is still to come and nothing is known of what is in it`, () => {
      const untold = [deployment, autoscaler].map((each) => ({ ...each, props: {} }));
      const later = found(id, [...clusters, ...inCluster(0, ...untold)]);
      expect(later.map(({ status }) => status)).to.deep.equal(["deferred"]);
      const half = found(id, [...clusters, ...inCluster(0, deployment, { ...autoscaler, props: {} })]);
      expect(half.map(({ status }) => status)).to.deep.equal(["deferred"]);
    });
  }

  it("workload-two-replicas still judges a cluster that is there beside one that is still to come", () => {
    const untold = { ...deployment, props: {} };
    const both = found("workload-two-replicas", [...clusters, ...inCluster(0, untold), ...inCluster(1, deployment)]);
    expect(both.map(({ status }) => status)).to.have.members(["violation", "deferred"]);
    expect(both.find(({ status }) => status === "violation")).to.deep.equal(violation("runs one replica", "app-1"));
  });

  it("one-autoscaler-per-workload takes a workload per cluster for two", () => {
    expect(
      found("one-autoscaler-per-workload", [...clusters, ...inCluster(0, autoscaler), ...inCluster(1, autoscaler)]),
    ).to.deep.equal([]);
    expect(found("one-autoscaler-per-workload", [...clusters, ...inCluster(0, autoscaler, autoscaler)])).to.deep.equal([
      violation(
        "shop/Deployment/app is scaled by HorizontalPodAutoscaler app and HorizontalPodAutoscaler app",
        "app-scaler-0",
      ),
    ]);
    expect(
      found("one-autoscaler-per-workload", [...clusters, ...inCluster(0, autoscaler), ...inCluster(1, vertical)]),
    ).to.deep.equal([]);
    expect(found("one-autoscaler-per-workload", [...clusters, ...inCluster(0, autoscaler, vertical)])).to.deep.equal([
      violation("resizes pods that HorizontalPodAutoscaler app scales", "vertical-0"),
    ]);
  });

  it("autoscaled-workload-without-replicas leaves a workload alone that is scaled in another cluster", () => {
    const id = "autoscaled-workload-without-replicas";
    expect(found(id, [...clusters, ...inCluster(0, autoscaler), ...inCluster(1, fixed)])).to.deep.equal([]);
    expect(found(id, [...clusters, ...inCluster(0, autoscaler, fixed)])).to.deep.equal([
      violation("spec.replicas is 3, but HorizontalPodAutoscaler app scales it", "app-0"),
    ]);
  });

  it("take two providers of one cluster resource for one cluster", () => {
    const cluster: TestResource = { type: "aws:eks/cluster:Cluster", name: "main", props: {} };
    const other: TestResource = { ...cluster, name: "other" };
    const split = [...inCluster(2, namespace), ...inCluster(3, quota)];
    const ofOne = [cluster, other, provider("a", { kubeconfig: [0] }), provider("b", { kubeconfig: [0] })];
    expect(found("namespace-resource-quota", [...ofOne, ...split])).to.deep.equal([]);
    const ofTwo = [cluster, other, provider("a", { kubeconfig: [0] }), provider("b", { kubeconfig: [1] })];
    expect(found("namespace-resource-quota", [...ofTwo, ...split]).length).to.equal(1);
    // Two clusters in one stack of another's: what the kubeconfigs are made from does not tell them apart.
    const reference: TestResource = { type: "pulumi:pulumi:StackReference", name: "platform", props: {} };
    const referred = [reference, other, provider("a", { kubeconfig: [0] }), provider("b", { kubeconfig: [0] })];
    expect(found("namespace-resource-quota", [...referred, ...split]).length).to.equal(1);
  });
});

describe("stack rules over several regions and accounts", () => {
  const aws = (name: string, props: TestResource["props"]): TestResource => ({
    type: "pulumi:providers:aws",
    name,
    props,
  });
  const repository: TestResource = { type: "aws:ecr/repository:Repository", name: "app", props: { name: "app" } };
  const policy: TestResource = {
    type: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
    name: "expiry",
    props: { repository: "app" },
  };
  const verdicts = (one: TestResource["props"], other: TestResource["props"], regions: readonly [object, object]) =>
    found("ecr-lifecycle", [
      aws("one", one),
      aws("other", other),
      { ...repository, provider: 0, props: { ...repository.props, ...regions[0] } },
      { ...policy, provider: 1, props: { ...policy.props, ...regions[1] } },
    ]).map(({ message }) => message);
  const missing = ["no LifecyclePolicy names the repository"];

  it("match a name in its own region and account only", () => {
    const east = { region: "us-east-1" };
    expect(verdicts(east, { ...east, skipMetadataApiCheck: "true" }, [{}, {}])).to.deep.equal([]);
    expect(verdicts(east, { region: "eu-west-1" }, [{}, {}])).to.deep.equal(missing);
    expect(verdicts(east, east, [{ region: "eu-west-1" }, {}])).to.deep.equal(missing);
    expect(verdicts(east, { region: "eu-west-1" }, [{ region: "eu-west-1" }, {}])).to.deep.equal([]);
    for (const key of ["profile", "assumeRoles", "allowedAccountIds"]) {
      const account = (value: string) => ({ ...east, [key]: value });
      expect(verdicts(account('["1"]'), account('["2"]'), [{}, {}]), key).to.deep.equal(missing);
    }
  });

  it("match an ARN wherever it is", () => {
    const acl: TestResource = { type: "aws:wafv2/webAcl:WebAcl", name: "acl", props: { arn: "arn:aws:wafv2:::acl" } };
    const logs: TestResource = {
      type: "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
      name: "logs",
      props: { resourceArn: "arn:aws:wafv2:::acl" },
    };
    const providers = [aws("one", { region: "us-east-1" }), aws("other", { region: "eu-west-1" })];
    expect(found("waf-logs", [...providers, { ...acl, provider: 0 }, { ...logs, provider: 1 }])).to.deep.equal([]);
  });
});
