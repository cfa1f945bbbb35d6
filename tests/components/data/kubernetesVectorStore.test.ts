import { expect } from "chai";
import { at, connections, Manifests, RESOLVERS } from "../../stacks/kubernetesManifests";

describe("Qdrant in the cluster", () => {
  let plan: Manifests;
  before(async () => {
    plan = await Manifests.plan({
      system: "webharvest",
      environment: "staging",
      model: "distributed",
      settings: { kubernetes: { sharedStorageClass: "nfs", storageClass: "fast-ssd" } },
    });
  });

  it("runs three peers on hosts of their own, each with its disk and the key in a Secret", () => {
    const set = plan.get("StatefulSet", "webharvest/qdrant");
    expect(at(set, "spec.replicas")).to.equal(3);
    expect(at(set, "spec.volumeClaimTemplates.0.spec.storageClassName")).to.equal("fast-ssd");
    expect(
      at(
        set,
        "spec.template.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution.0.topologyKey",
      ),
    ).to.equal("kubernetes.io/hostname");
    // One by one, a set that was wholly gone would wait for its second peer for ever.
    expect(at(set, "spec.podManagementPolicy")).to.equal("Parallel");
    expect(at(set, "spec.template.spec.containers.0.startupProbe.httpGet.path")).to.equal("/livez");
    expect(at(set, "spec.template.spec.containers.0.env")).to.deep.include({
      name: "QDRANT__SERVICE__API_KEY",
      valueFrom: { secretKeyRef: { name: "qdrant-credentials", key: "api-key" } },
    });
  });

  it("lets peers reach nothing but each other", () => {
    const policy = plan.get("NetworkPolicy", "webharvest/qdrant");
    expect(connections(policy, "egress")).to.have.members([...RESOLVERS, "webharvest/qdrant:6335"]);
    expect(connections(policy, "ingress")).to.include.members(["webharvest/api:6333", "webharvest/qdrant:6335"]);
  });
});
