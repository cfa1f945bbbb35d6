import { expect } from "chai";
import { applyAll, clearAll, dryRun, KeptNamespaces } from "../cluster/apply";
import { addOnNamespaces } from "../cluster/cells";
import { installDefinitions } from "../cluster/definitions";
import { makeNodes, poolsFor } from "../cluster/nodes";
import type { KubernetesObject } from "../cluster/objects";
import { rollsOut, waitForRollouts } from "../cluster/rollout";
import { describeOnControlPlane, stopSharedControlPlane } from "../cluster/suite";
import { Manifests, type PlanArgs, pinned } from "./kubernetesManifests";

after(stopSharedControlPlane);

const KUBERNETES = { sharedStorageClass: "nfs", storageClass: "fast-ssd" };
const SHARDED = { stores: { redis: { mode: "cluster", shards: 3, replicas: 1 } } };

const CELLS: readonly PlanArgs[] = [
  { system: "vibebox", environment: "dev", model: "standalone" },
  { system: "vibebox", environment: "dev", model: "distributed", settings: { overrides: SHARDED } },
  {
    system: "vibebox",
    environment: "production",
    model: "distributed",
    settings: { images: { services: pinned("frontend", "backend", "docker") } },
  },
  { system: "doc-scraper", environment: "dev", model: "single-server" },
  { system: "doc-scraper", environment: "staging", model: "distributed" },
  { system: "webharvest", environment: "staging", model: "distributed" },
  { system: "charterflow", environment: "staging", model: "distributed" },
  {
    system: "charterflow",
    environment: "dev",
    model: "distributed",
    settings: {
      secretStore: {
        vault: {
          address: "https://vault.example.com:8200",
          namespace: "team/a",
          caBundle: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
          retry: { maxRetries: 3, interval: "10s" },
          overwrite: ["jwt-secret"],
          auth: { role: "charterflow" },
        },
      },
    },
  },
  {
    system: "scraping-platform",
    environment: "dev",
    model: "distributed",
    settings: {
      mesh: { kind: "istio" },
      existing: { main: { buckets: { backups: { bucket: "copies", secretName: "copies" } } } },
      kubernetes: { ...KUBERNETES, routing: "gateway", snapshotClass: "nightly" },
    },
  },
];

describeOnControlPlane("planned manifests on a real API server", (subject) => {
  const namespaces = new KeptNamespaces();
  for (const cell of CELLS) {
    it(`takes and rolls out ${cell.system}, ${cell.model}, ${cell.environment}, under its pod security and quotas`, async function () {
      this.timeout(300_000);
      const { cluster, controlPlane } = subject();
      const plan = await Manifests.plan({ ...cell, settings: { kubernetes: KUBERNETES, ...cell.settings } });
      const objects = objectsOf(plan);
      await namespaces.make(cluster, addOnNamespaces(objects));
      expect(await installDefinitions(cluster, objects)).to.deep.equal([]);
      const nodes = controlPlane.played ? await makeNodes(cluster, poolsFor(objects)) : [];
      try {
        expect(await dryRun(cluster, objects)).to.deep.equal([]);
        if (controlPlane.played) {
          expect(await applyAll(cluster, objects)).to.deep.equal([]);
          expect(await waitForRollouts(cluster, objects.filter(rollsOut), 60_000)).to.deep.equal([]);
        }
      } finally {
        namespaces.keep(objects);
        await clearAll(cluster, [...objects, ...nodes]);
      }
    });
  }

  after(async function () {
    this.timeout(300_000);
    await namespaces.tearDown(subject().cluster);
  });
});

/** The objects a cluster would be given; charts are rendered by Helm on the way and not among them. */
function objectsOf(plan: Manifests): readonly KubernetesObject[] {
  return plan.all.flatMap(({ inputs }) =>
    typeof inputs.apiVersion === "string" && typeof inputs.kind === "string" ? [inputs as KubernetesObject] : [],
  );
}
