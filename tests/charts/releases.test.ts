import { expect } from "chai";
import { type AddOn, BLACKBOX, CATALOG, COLLECTOR, PUSH_GATEWAY } from "../../components/cluster/addOns/catalog";
import { CONTROL_PLANE_TO_NODES as EKS_PORTS } from "../../components/cluster/eks/firewall";
import { CONTROL_PLANE_TO_NODES as GKE_PORTS } from "../../components/cluster/gke/firewall";
import type { KubernetesObject } from "../cluster/objects";
import { chartOf, located, objectsOf, RenderError, reasonForNoCharts, render } from "./helm";
import { beyondRestricted, EXEMPT, floatingImages, withoutResources } from "./pods";
import { type PlannedRelease, plannedReleases } from "./releases";
import { addressesIn, answers, calledByTheServer } from "./services";
import { unusedValues } from "./values";

const PLANS_MS = 600_000;
const RENDERING_MS = 1_200_000;

interface Rendered {
  readonly release: PlannedRelease;
  readonly title: string;
  readonly objects: readonly KubernetesObject[];
}

const reason = reasonForNoCharts();

describe("charts with the values they are given", () => {
  if (reason !== undefined) {
    it(`are rendered by Helm (${reason})`);
    return;
  }
  const rendered: Rendered[] = [];
  const refused: string[] = [];
  let releases: readonly PlannedRelease[] = [];
  const problems = (find: (each: Rendered) => readonly string[]) => [
    ...new Set(rendered.flatMap((each) => find(each).map((problem) => `${each.title}: ${problem}`))),
  ];

  before(async function () {
    this.timeout(PLANS_MS);
    releases = (await plannedReleases()).filter((release) => chartOf(release) !== undefined);
    for (const release of releases) {
      const title = `${release.name} (${release.chart} ${release.version})`;
      try {
        rendered.push({ release, title, objects: located(objectsOf(await render(release)), release) });
      } catch (error) {
        if (!(error instanceof RenderError)) {
          throw error;
        }
        refused.push(`${title}, ${release.where}: ${error.message}`);
      }
    }
  });

  it("are all there, each at its pinned version", () => {
    const pinned = Object.values(CATALOG).flatMap(({ charts }) =>
      charts.map(({ name, version }) => `${name} ${version}`),
    );
    const found = new Set(releases.map(({ chart, version }) => `${chart} ${version}`));
    expect(pinned.filter((chart) => !found.has(chart))).to.deep.equal([]);
  });

  it("are rendered, with no value that their schema does not know", () => {
    expect(refused).to.deep.equal([]);
    expect(rendered).to.have.lengthOf.above(20);
  });

  it("use every value they are given: another in its place renders otherwise", async function () {
    this.timeout(RENDERING_MS);
    const known = new Set<string>();
    const unused: string[] = [];
    for (const { release, title } of rendered) {
      unused.push(...(await unusedValues(release, known)).map((path) => `${title}: ${path}`));
    }
    expect(unused).to.deep.equal([]);
    expect(known.size).to.be.greaterThan(200);
  });

  it("run pods of the restricted standard, but for those named here", () => {
    const excess = problems(({ objects }) => beyondRestricted(objects));
    const exempt = Object.keys(EXEMPT);
    expect(excess.filter((line) => !exempt.some((name) => line.includes(`: ${name}`)))).to.deep.equal([]);
    expect(exempt.filter((name) => !excess.some((line) => line.includes(`: ${name}`)))).to.deep.equal([]);
  });

  it("bound what every container takes, hooks and sidecars too", () => {
    expect(problems(({ objects }) => withoutResources(objects))).to.deep.equal([]);
  });

  it("name every image by a tag that stays", () => {
    expect(problems(({ objects }) => floatingImages(objects))).to.deep.equal([]);
  });

  it("bring the services that others are told of", () => {
    const all = rendered.flatMap(({ objects }) => objects);
    const told = [
      ...rendered.flatMap(({ release }) => addressesIn(release.values, release.namespace)),
      ...[BLACKBOX, COLLECTOR, PUSH_GATEWAY].map(({ service, port }) => ({ service, port, namespace: "monitoring" })),
    ];
    expect(told.filter((address) => !answers(all, address))).to.deep.equal([]);
    expect(told).to.have.lengthOf.above(5);
  });

  it("are called by the API server on ports that clouds' firewalls let it through to", () => {
    const usual: readonly number[] = EKS_PORTS.filter((port) => (GKE_PORTS as readonly number[]).includes(port));
    const own = Object.values(CATALOG).flatMap(({ charts, calledOn = [] }: AddOn) =>
      calledOn.flatMap((port) => charts.map(({ name }) => `${name} ${port}`)),
    );
    const closed = problems(({ release: { chart }, objects }) =>
      calledByTheServer(objects).flatMap(({ by, port }) =>
        port !== undefined && (usual.includes(port) || own.includes(`${chart} ${port}`))
          ? []
          : [`${by} calls ${port ?? "nobody"}`],
      ),
    );
    expect(closed).to.deep.equal([]);
  });
});
