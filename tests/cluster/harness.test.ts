import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parseAllDocuments } from "yaml";
import { skipBecause } from "../skipBecause";
import { applyAll, dryRun, tearDown } from "./apply";
import { installDefinitions } from "./definitions";
import { drain, neverDrained, uncordon } from "./drain";
import { makeNodes } from "./nodes";
import { at, type KubernetesObject } from "./objects";
import { jobFrom, scale, waitForRollouts } from "./rollout";
import { describeOnControlPlane, NOT_PLAYED, stopSharedControlPlane } from "./suite";

const ROLLOUT_MS = 60_000;

after(stopSharedControlPlane);

describeOnControlPlane("the control plane of the tests", (subject) => {
  it("refuses what no cluster would run, each object with its reason", async function () {
    this.timeout(120_000);
    const { cluster } = subject();
    const objects = fixture("refused.yaml");
    expect(await installDefinitions(cluster, objects)).to.deep.equal([]);
    try {
      const refused = await dryRun(cluster, objects);
      const reasons = Object.fromEntries(refused.map((text) => [text.slice(0, text.indexOf(": ")), text]));
      expect(Object.keys(reasons).sort()).to.deep.equal([
        // Of a workload the server only warns; its pods are what it refuses.
        "DaemonSet refused/privileged",
        "Deployment refused/misspelt",
        "Pod refused/greedy-pod",
        "Pod refused/privileged-pod",
        "ScaledObject refused/misspelt",
        "Service refused/portless",
      ]);
      expect(reasons["Deployment refused/misspelt"]).to.contain(".spec.replica");
      expect(reasons["Pod refused/greedy-pod"]).to.contain("exceeded quota");
      expect(reasons["Pod refused/privileged-pod"]).to.contain('violates PodSecurity "restricted');
      expect(reasons["ScaledObject refused/misspelt"]).to.contain(".spec.minReplicas");
      expect(reasons["Service refused/portless"]).to.contain("spec.ports");
    } finally {
      await tearDown(cluster, objects);
    }
  });

  it("defines the custom kinds that plans may use", async function () {
    // The first time, each comes with the module of its project.
    this.timeout(600_000);
    const kinds = {
      "autoscaling.k8s.io/v1": "VerticalPodAutoscaler",
      "cert-manager.io/v1": "Certificate",
      "elasticsearch.k8s.elastic.co/v1": "Elasticsearch",
      "elbv2.k8s.aws/v1beta1": "TargetGroupBinding",
      "external-secrets.io/v1": "ExternalSecret",
      "gateway.networking.k8s.io/v1": "Gateway",
      "karpenter.k8s.aws/v1": "EC2NodeClass",
      "karpenter.sh/v1": "NodePool",
      "keda.sh/v1alpha1": "ScaledObject",
      "monitoring.coreos.com/v1": "ServiceMonitor",
      "networking.gke.io/v1": "GCPBackendPolicy",
      "postgresql.cnpg.io/v1": "Cluster",
      "snapshot.storage.k8s.io/v1": "VolumeSnapshotClass",
      "traefik.io/v1alpha1": "Middleware",
    };
    const objects = Object.entries(kinds).map(([apiVersion, kind]) => ({
      apiVersion,
      kind,
      metadata: { name: "any" },
    }));
    expect(await installDefinitions(subject().cluster, objects)).to.deep.equal([]);
  });

  it("names kinds that nobody defines", async () => {
    const unknown = { apiVersion: "example.org/v1", kind: "Gadget", metadata: { name: "gadget" } };
    expect(await installDefinitions(subject().cluster, [unknown])).to.deep.equal(["example.org/v1/Gadget"]);
  });

  it("runs what it accepts: rolls out, scales, drains under disruption budgets, ends jobs", async function () {
    this.timeout(180_000);
    const { cluster, controlPlane } = subject();
    if (!controlPlane.played) {
      skipBecause(this, NOT_PLAYED);
    }
    const objects = fixture("shop.yaml");
    const api = find(objects, "Deployment", "api");
    expect(await installDefinitions(cluster, objects)).to.deep.equal([]);
    const nodes = await makeNodes(cluster, [
      { name: "web", labels: { pool: "web" } },
      { name: "other", labels: {} },
    ]);
    try {
      expect(await dryRun(cluster, objects)).to.deep.equal([]);
      expect(await applyAll(cluster, objects)).to.deep.equal([]);
      const job = jobFrom(find(objects, "CronJob", "report"));
      expect(await applyAll(cluster, [job])).to.deep.equal([]);
      expect(await waitForRollouts(cluster, [...objects, job], ROLLOUT_MS)).to.deep.equal([]);

      await scale(cluster, api, 8);
      expect(await waitForRollouts(cluster, [api], ROLLOUT_MS)).to.deep.equal([]);
      expect(at(await cluster.get(api), "status", "availableReplicas")).to.equal(8);

      expect(await neverDrained(cluster, [find(objects, "PodDisruptionBudget", "api")], ROLLOUT_MS)).to.deep.equal([]);
      const drained = await drain(cluster, "web-zone-a-0", ROLLOUT_MS);
      expect(drained.held).to.deep.equal([]);
      expect(drained.evicted).to.be.greaterThan(1);
      const fieldSelector = "spec.nodeName=web-zone-a-0,status.phase=Running";
      const left = await cluster.list("v1", "Pod", "shop", { fieldSelector });
      expect(left).to.deep.equal([]);
      expect(await waitForRollouts(cluster, [api], ROLLOUT_MS)).to.deep.equal([]);
      await uncordon(cluster, "web-zone-a-0");
    } finally {
      await tearDown(cluster, [...objects, ...nodes]);
    }
  });

  it("says why a workload does not come up, and which budget never lets a pod go", async function () {
    this.timeout(120_000);
    const { cluster, controlPlane } = subject();
    if (!controlPlane.played) {
      skipBecause(this, NOT_PLAYED);
    }
    const wanted = ["Namespace", "ServiceAccount", "Deployment", "PodDisruptionBudget"];
    const objects = fixture("shop.yaml").filter(({ kind }) => wanted.includes(kind));
    try {
      expect(await applyAll(cluster, objects)).to.deep.equal([]);
      const [stuck, ...others] = await waitForRollouts(cluster, objects, 3_000);
      expect(others).to.deep.equal([]);
      expect(stuck).to.match(/^Deployment shop\/api: /);
      expect(stuck).to.match(/no nodes available|0\/\d+ nodes are available/);
      const budgets = [find(objects, "PodDisruptionBudget", "api")];
      expect(await neverDrained(cluster, budgets, 1_000)).to.deep.equal(["PodDisruptionBudget shop/api"]);
    } finally {
      await tearDown(cluster, objects);
    }
  });
});

function fixture(name: string): readonly KubernetesObject[] {
  const text = readFileSync(join(__dirname, "fixtures", name), "utf8");
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}

function find(objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) {
    throw new Error(`the fixture has no ${kind} ${name}`);
  }
  return found;
}
