import { expect } from "chai";
import { clearGround, dryRun, KeptNamespaces } from "../cluster/apply";
import { cellsOf, planClusters } from "../cluster/cells";
import { replaceDefinitions } from "../cluster/definitions";
import type { KubernetesObject } from "../cluster/objects";
import { describeOnControlPlane, stopSharedControlPlane } from "../cluster/suite";
import { chartOf, located, objectsOf, reasonForNoCharts, render } from "./helm";
import { EXEMPT } from "./pods";
import { type PlannedRelease, plannedReleases } from "./releases";

const PLANS_MS = 900_000;
const DEFINITION = "CustomResourceDefinition";
/** Groups of kinds that charts bring: all others are the server's own. */
const CUSTOM =
  /^(?!(apps|batch|policy|autoscaling|(networking|rbac\.authorization|storage|scheduling)\.k8s\.io)\/)[a-z0-9.-]+\//;
const RESTRICTED = "pod-security.kubernetes.io/enforce";

interface Rendered {
  readonly release: PlannedRelease;
  readonly objects: readonly KubernetesObject[];
}

after(stopSharedControlPlane);

describeOnControlPlane("charts on a control plane", (subject) => {
  const reason = reasonForNoCharts();
  if (reason !== undefined) {
    it(`are taken with the values they are given (${reason})`);
    return;
  }
  const namespaces = new KeptNamespaces();
  const rendered: Rendered[] = [];

  before(async function () {
    this.timeout(PLANS_MS);
    for (const release of (await plannedReleases()).filter((each) => chartOf(each) !== undefined)) {
      rendered.push({ release, objects: located(objectsOf(await render(release)), release) });
    }
    const { cluster } = subject();
    const definitions = rendered.flatMap(({ objects }) => objects.filter(({ kind }) => kind === DEFINITION));
    await replaceDefinitions(cluster, [...new Map(definitions.map((each) => [each.metadata.name, each])).values()]);
    await namespaces.make(
      cluster,
      [...new Set(rendered.map(({ release }) => release.namespace))]
        .filter((name) => name !== "kube-system")
        .map((name) => ({
          apiVersion: "v1",
          kind: "Namespace",
          metadata: { name, labels: { [RESTRICTED]: "restricted" } },
        })),
    );
  });

  it("are taken, every field known, and their pods admitted under the restricted standard but for those exempt", async function () {
    this.timeout(PLANS_MS);
    const refused: string[] = [];
    for (const { release, objects } of rendered) {
      const others = objects.filter(({ kind }) => kind !== DEFINITION);
      const rejections = await dryRun(subject().cluster, others);
      await clearGround(subject().cluster, others);
      refused.push(...rejections.map((rejection) => `${release.name}, ${release.where}: ${rejection}`));
    }
    const exempt = Object.keys(EXEMPT).map((name) => name.split(" ")[1] ?? "");
    expect(refused.filter((line) => !exempt.some((name) => line.includes(` ${name}`)))).to.deep.equal([]);
  });

  for (const cell of cellsOf("production").filter(({ model }) => model === "distributed")) {
    it(`bring kinds that take what plans ask of them: ${cell.system} on ${cell.cloud}`, async function () {
      this.timeout(PLANS_MS);
      const { cluster } = subject();
      for (const { placement, objects, addOnNamespaces } of await planClusters(cell)) {
        await namespaces.make(cluster, addOnNamespaces);
        const grounds = objects.filter(({ kind }) => kind === "Namespace");
        namespaces.keep(grounds);
        const custom = objects.filter(({ apiVersion }) => CUSTOM.test(apiVersion));
        expect(custom.length, placement).to.be.greaterThan(0);
        expect(await dryRun(cluster, [...grounds, ...custom]), placement).to.deep.equal([]);
      }
    });
  }

  after(async function () {
    this.timeout(PLANS_MS);
    await namespaces.tearDown(subject().cluster);
  });
});
