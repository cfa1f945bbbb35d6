import { expect } from "chai";
import { InputError } from "../../components/errors";
import { PROJECT, planGcp } from "./gcpPlan";

/** Everything refused of a plan, by path; none where it plans. */
async function refused(changes: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  try {
    await planGcp("preview", changes);
  } catch (error) {
    if (InputError.is(error)) return error.problems.map(({ path }) => path);
    throw error;
  }
  return [];
}

const at = (more: object) => ({
  "groundplan:placements": [{ name: "main", cloud: "gcp", region: "us-central1", cidrIndex: 128, ...more }],
});
const overrides = (more: object) => ({ "groundplan:overrides": more });

describe("what is refused at plan on Google Cloud", function () {
  this.timeout(60_000);

  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>, readonly string[]])[] = [
    ["a zone for a region", at({ region: "us-central1-a" }), ["groundplan:placements[0].region"]],
    ["a project's number", at({ account: "123456789012" }), ["groundplan:placements[0].account"]],
    ["a project Google has not", at({ account: "my-google-project" }), ["groundplan:placements[0].account"]],
    [
      "a machine type of AWS",
      overrides({ nodePools: { own: { cpu: "4", memory: "8Gi", min: 1, max: 2, classes: { gcp: "m5.large" } } } }),
      ["groundplan:overrides.nodePools.own.classes.gcp"],
    ],
    [
      "a machine family the region lacks",
      {
        ...at({ region: "europe-west9" }),
        ...overrides({ nodePools: { own: { cpu: "4", memory: "8Gi", min: 1, max: 2, architecture: "arm64" } } }),
      },
      ["groundplan:overrides.nodePools.own.architecture"],
    ],
    [
      "pods that have no room",
      {
        ...at({ cidrIndex: undefined, cidrBlock: "10.4.0.0/20" }),
        ...overrides({ nodePools: { own: { cpu: "4", memory: "8Gi", min: 1, max: 60 } } }),
      },
      ["groundplan:placements[0].cidrBlock"],
    ],
    [
      "a hosted zone of AWS",
      { "groundplan:existing": { main: { zone: "Z0123456789ABCDEFGHIJ" } } },
      ["groundplan:existing.main.zone"],
    ],
    [
      "Fargate",
      { "groundplan:compute": { fargateNamespaces: ["doc-scraper"] } },
      ["groundplan:compute.fargateNamespaces"],
    ],
    [
      "no billing account",
      { "groundplan:access": { gcp: { project: PROJECT, billingAccount: "mine" } } },
      ["groundplan:access.gcp.billingAccount"],
    ],
  ];
  for (const [what, changes, paths] of cases) {
    it(`is ${what}, by its field`, async () => {
      expect(await refused(changes)).to.deep.equal(paths);
    });
  }

  it("is said all at once, of every store and before anything is made", async () => {
    const stores = {
      database: { version: "12", extensions: ["timescaledb"] },
      exports: { bucketName: "google-exports" },
    };
    expect(await refused(overrides({ stores, edge: { headers: { "X-Goog-Meta": "1" } } }))).to.deep.equal([
      "groundplan:overrides.stores.database.version",
      "groundplan:overrides.stores.database.extensions",
      "groundplan:overrides.stores.exports.bucketName",
      "groundplan:overrides.edge.headers.X-Goog-Meta",
    ]);
  });
});
