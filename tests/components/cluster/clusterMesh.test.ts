import { expect } from "chai";
import { at, Manifests } from "../../stacks/kubernetesManifests";

const RELEASES = ["istio-base", "istiod", "istio-cni", "ztunnel"];
/** Port of istiod's webhook. */
const ISTIOD = 15_017;
const REGION = { aws: "us-east-1", gcp: "us-central1" } as const;

function plan(cloud: "aws" | "gcp", settings: object): Promise<Manifests> {
  return Manifests.plan({
    system: "vibebox",
    environment: "dev",
    model: "distributed",
    settings: { cloud, regions: [REGION[cloud]], access: { gcp: { project: "groundplan-tests" } }, ...settings },
  });
}

const istioOf = ({ all }: Manifests) =>
  all.filter(({ kind, inputs }) => kind === "Release" && inputs.namespace === "istio-system");
const meshed = ({ all }: Manifests) => all.filter(({ kind }) => kind === "PeerAuthentication").length;
const unmeshed = ({ degraded }: Manifests) => degraded.filter(({ reason }) => reason === "no mesh is in the cluster");

describe("a mesh in clusters of the stack's own", function () {
  this.timeout(60_000);

  it("is installed on EKS, whose API server then reaches the webhook by which accounts are checked", async () => {
    const made = await plan("aws", { mesh: { kind: "istio" } });
    expect(istioOf(made).map(({ inputs }) => inputs.name)).to.have.members(RELEASES);
    expect(meshed(made)).to.equal(2);
    expect(unmeshed(made)).to.deep.equal([]);
    const rules = made.all.filter(
      ({ kind, inputs }) => kind.startsWith("SecurityGroup") && inputs.fromPort === ISTIOD && inputs.toPort === ISTIOD,
    );
    expect(rules.map(({ kind }) => kind)).to.have.members(["SecurityGroupIngressRule", "SecurityGroupEgressRule"]);
  });

  it("is installed on GKE by the profile of GKE, which has a place of its own for network plugins", async () => {
    const made = await plan("gcp", { mesh: { kind: "istio" } });
    expect(istioOf(made).map(({ inputs }) => inputs.name)).to.have.members(RELEASES);
    expect(meshed(made)).to.equal(2);
    const plugin = istioOf(made).find(({ inputs }) => inputs.name === "istio-cni");
    expect(at(plugin?.inputs, "values.global.platform")).to.equal("gke");
    const open = made.all.filter(
      ({ kind, inputs }) => kind === "Firewall" && JSON.stringify(inputs).includes(String(ISTIOD)),
    );
    expect(open.map(({ name }) => name)).to.deep.equal(["us-central1-cluster-from-control-plane"]);
  });

  for (const cloud of ["aws", "gcp"] as const) {
    it(`is not there unless the settings ask for it, and nor is the port: ${cloud}`, async () => {
      const made = await plan(cloud, {});
      expect(istioOf(made)).to.deep.equal([]);
      expect(JSON.stringify(made.all.map(({ inputs }) => inputs))).to.not.contain(`:${ISTIOD}`);
    });
  }

  it("cannot be on Fargate: there is no node for its agents", async () => {
    const compute = { fargateNamespaces: ["backend"] };
    const refused = await plan("aws", { mesh: { kind: "istio" }, compute }).then(
      () => undefined,
      (error: unknown) => String(error),
    );
    expect(refused).to.contain("services.backend.mesh").and.to.contain("no agents on the node");
  });
});
