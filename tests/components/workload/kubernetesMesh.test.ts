import { expect } from "chai";
import { at, connections, Manifests } from "../../stacks/kubernetesManifests";

describe("services of a mesh", () => {
  let plan: Manifests;
  before(async () => {
    plan = await Manifests.plan({
      system: "vibebox",
      environment: "dev",
      model: "distributed",
      settings: { kubernetes: { sharedStorageClass: "nfs" }, mesh: { kind: "istio" } },
    });
  });

  it("join it by a label of their pods, and nobody else does", () => {
    const joined = ["frontend/frontend", "backend/backend"].map((name) =>
      at(plan.get("Deployment", name), "spec.template.metadata.labels"),
    );
    expect(
      joined.every((labels) => (labels as Record<string, string>)["istio.io/dataplane-mode"] === "ambient"),
    ).to.equal(true);
    expect(JSON.stringify(plan.get("DaemonSet", "docker/docker"))).to.not.contain("istio.io");
  });

  it("speak mutual TLS, but for the ports the public and Prometheus reach", () => {
    expect(at(plan.get("PeerAuthentication", "frontend/frontend"), "spec")).to.deep.include({
      mtls: { mode: "STRICT" },
      portLevelMtls: { "80": { mode: "PERMISSIVE" } },
    });
  });

  it("let in whom the spec's edges name, by account", () => {
    expect(at(plan.get("AuthorizationPolicy", "backend/backend"), "spec.rules")).to.deep.equal([
      {
        from: [{ source: { principals: ["cluster.local/ns/frontend/sa/frontend"] } }],
        to: [{ operation: { ports: ["3000"] } }],
      },
      { to: [{ operation: { ports: ["3000"] } }] },
    ]);
  });

  it("may use the mesh's own port with each other alone", () => {
    expect(connections(plan.get("NetworkPolicy", "frontend/frontend"), "egress")).to.include("backend/backend:15008");
    const backend = plan.get("NetworkPolicy", "backend/backend");
    expect(connections(backend, "ingress").filter((each) => each.endsWith(":15008"))).to.deep.equal([
      "frontend/frontend:15008",
    ]);
    expect(connections(backend, "egress").filter((each) => each.endsWith(":15008"))).to.deep.equal([]);
  });

  it("say what ambient mode leaves to a waypoint", () => {
    expect(plan.degraded.map(({ feature }) => feature)).to.include(
      "retries, circuit breaking and traffic shifting for backend",
    );
  });
});
