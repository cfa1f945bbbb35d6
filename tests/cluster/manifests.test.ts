import { expect } from "chai";
import { skipBecause } from "../skipBecause";
import { applyAll, clearAll, clearGround, dryRun, KeptNamespaces } from "./apply";
import { type Cell, cellsOf, type PlannedCluster, planClusters, titleOf } from "./cells";
import type { Cluster } from "./client";
import { installDefinitions } from "./definitions";
import { drain, neverDrained, uncordon } from "./drain";
import { makeNodes, poolsFor } from "./nodes";
import { at, describeObject, type KubernetesObject } from "./objects";
import { missingReferences } from "./references";
import { jobFrom, mostReplicas, restart, rollsOut, scale, waitForRollouts } from "./rollout";
import { overNothing } from "./selectors";
import { describeOnControlPlane, NOT_PLAYED, stopSharedControlPlane } from "./suite";

const CELL_MS = 600_000;
/** Far more than an idle machine needs: a busy one is no reason to fail. */
const ROLLOUT_MS = 240_000;
const DRAIN_MS = 180_000;

after(stopSharedControlPlane);

describeOnControlPlane("planned manifests on a control plane", (subject) => {
  const namespaces = new KeptNamespaces();

  for (const cell of [...cellsOf("dev"), ...cellsOf("staging"), ...cellsOf("production")]) {
    it(`are accepted, every field known and every pod admitted: ${titleOf(cell)}`, async function () {
      this.timeout(CELL_MS);
      const { cluster } = subject();
      for (const { placement, objects, awaitedSecrets, addOnNamespaces } of await clustersOf(this, cell)) {
        await namespaces.make(cluster, addOnNamespaces);
        try {
          expect(await installDefinitions(cluster, objects), `${placement}: kinds nobody defines`).to.deep.equal([]);
          expect(await dryRun(cluster, objects), placement).to.deep.equal([]);
          const missing = missingReferences(objects, awaitedSecrets);
          expect(missing, `${placement}: what pods wait for`).to.deep.equal([]);
          expect(withoutPodSecurity(objects), `${placement}: namespaces that enforce nothing`).to.deep.equal([]);
        } finally {
          namespaces.keep(objects);
          await clearGround(cluster, objects);
        }
      }
    });
  }

  for (const cell of cellsOf("production")) {
    it(`come up, scale to their most, restart and drain: ${titleOf(cell)}`, async function () {
      this.timeout(CELL_MS);
      const { cluster, controlPlane } = subject();
      if (!controlPlane.played) {
        skipBecause(this, NOT_PLAYED);
      }
      for (const { placement, objects, poolMost, addOnNamespaces } of await clustersOf(this, cell)) {
        await namespaces.make(cluster, addOnNamespaces);
        await installDefinitions(cluster, objects);
        const nodes = await makeNodes(cluster, poolsFor(objects, poolMost));
        namespaces.keep(objects);
        try {
          await liveThrough(cluster, placement, objects, nodes);
        } catch (error) {
          // What clearing says of what is left is less than what went wrong before.
          await clearAll(cluster, [...objects, ...nodes]).catch(() => undefined);
          throw error;
        }
        await clearAll(cluster, [...objects, ...nodes]);
      }
    });
  }

  after(async function () {
    this.timeout(CELL_MS);
    await namespaces.tearDown(subject().cluster);
  });
});

/** A deployment's life: first rollout, jobs, the most replicas its autoscalers allow, a restart of all, a drained node. */
async function liveThrough(
  cluster: Cluster,
  placement: string,
  objects: readonly KubernetesObject[],
  nodes: readonly KubernetesObject[],
): Promise<void> {
  const workloads = objects.filter(rollsOut);
  const stands = async (moment: string) =>
    expect(await waitForRollouts(cluster, workloads, ROLLOUT_MS), `${placement}: ${moment}`).to.deep.equal([]);

  expect(await applyAll(cluster, objects), `${placement}: apply`).to.deep.equal([]);
  await stands("first rollout");
  expect(await overNothing(cluster, objects), `${placement}: selectors that match no pod`).to.deep.equal([]);

  const jobs = objects.filter(({ kind }) => kind === "CronJob").map(jobFrom);
  expect(await applyAll(cluster, jobs), `${placement}: jobs`).to.deep.equal([]);
  expect(await waitForRollouts(cluster, jobs, ROLLOUT_MS), `${placement}: jobs`).to.deep.equal([]);

  for (const { target, replicas } of mostReplicas(objects)) {
    await scale(cluster, target, replicas);
  }
  await stands("scaled to the most");
  for (const workload of workloads.filter(({ kind }) => kind !== "Job")) {
    await restart(cluster, workload);
  }
  await stands("restarted at the most");

  const budgets = objects.filter(({ kind }) => kind === "PodDisruptionBudget");
  expect(await neverDrained(cluster, await covering(cluster, budgets), DRAIN_MS), placement).to.deep.equal([]);
  for (const node of nodes.filter(({ metadata }) => metadata.name.endsWith("-zone-a-0"))) {
    const { held } = await drain(cluster, node.metadata.name, DRAIN_MS);
    expect(held, `${placement}: pods held on ${node.metadata.name}`).to.deep.equal([]);
    if (isAloneInZone(node, nodes)) {
      // A pool at its most gets the new node in the old one's place, and the disks of the zone wait for it.
      await uncordon(cluster, node.metadata.name);
    }
  }
  await stands("drained");
  for (const node of nodes) {
    await uncordon(cluster, node.metadata.name);
  }
}

/** Whether a pool has no other node in the zone of this one, for pods whose disks cannot leave it. */
function isAloneInZone(node: KubernetesObject, nodes: readonly KubernetesObject[]): boolean {
  const peers = node.metadata.name.replace(/-\d+$/, "-");
  return nodes.every(({ metadata }) => metadata.name === node.metadata.name || !metadata.name.startsWith(peers));
}

/** Budgets that are over some pod: an operator's pods are not played here, and theirs are over none. */
async function covering(cluster: Cluster, budgets: readonly KubernetesObject[]): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = [];
  for (const budget of budgets) {
    const { last } = await cluster.until(
      budget,
      (object) => at(object, "status", "expectedPods") !== undefined,
      DRAIN_MS,
    );
    if (at(last, "status", "expectedPods") !== 0) {
      found.push(budget);
    }
  }
  return found;
}

/** The objects of every cluster of a cell; where there is none, the test is pending and its title says why. */
async function clustersOf(test: Mocha.Context, cell: Cell): Promise<readonly PlannedCluster[]> {
  const clusters = await planClusters(cell);
  if (clusters.length === 0) {
    skipBecause(test, "all of it runs on hosts");
  }
  return clusters;
}

function withoutPodSecurity(objects: readonly KubernetesObject[]): readonly string[] {
  const enforce = "pod-security.kubernetes.io/enforce";
  return objects
    .filter(({ kind, metadata }) => kind === "Namespace" && metadata.labels?.[enforce] === undefined)
    .map(describeObject);
}
