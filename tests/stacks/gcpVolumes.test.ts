import { expect } from "chai";
import { at, named, planGcp, planVibebox } from "./gcpPlan";

describe("volumes of a cluster on Google Cloud", function () {
  this.timeout(120_000);

  it("lie under the stack's own key, metrics too, and outlive their claims where the stack keeps its data", async () => {
    const { plan } = await planGcp("simulate");
    const { plan: dev } = await planVibebox("simulate");
    for (const [made, reclaimPolicy] of [
      [plan, "Retain"],
      [dev, "Delete"],
    ] as const) {
      const { inputs } = named(made, "main-cluster-storage-class");
      expect(at(inputs, "metadata.name")).to.equal("pd-balanced-retain");
      expect(at(inputs, "parameters.disk-encryption-kms-key")).to.match(/keys-volumes/);
      expect(inputs.reclaimPolicy).to.equal(reclaimPolicy);
    }
    const { values } = named(plan, "main-add-ons-kube-prometheus-stack").inputs;
    for (const path of ["prometheus.prometheusSpec.storageSpec", "alertmanager.alertmanagerSpec.storage"]) {
      expect(at(values, `${path}.volumeClaimTemplate.spec.storageClassName`), path).to.equal("pd-balanced-retain");
      expect(at(values, `${path}.volumeClaimTemplate.spec.accessModes`), path).to.deep.equal(["ReadWriteOnce"]);
    }
  });
});
