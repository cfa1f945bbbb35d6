import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { stringify } from "yaml";
import { planStack } from "../../automation/plan";
import type { SystemInput } from "../../systems/spec";
import { planCell } from "../systems/cellPlans";
import { shop, small } from "../systems/fixture";
import { problemsOf } from "./settingsFixture";

describe("a mistake is said to be where it stands", function () {
  this.timeout(60_000);
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-sources-"));
    mkdirSync(join(directory, "systems"));
    writeFileSync(join(directory, "Pulumi.yaml"), "name: groundplan\nruntime: nodejs\n");
  });
  after(() => rmSync(directory, { recursive: true }));

  /** Path and source of every problem of a stack; lines of the file of a system are counted from one. */
  async function said(system: SystemInput, settings: Readonly<Record<string, unknown>> = {}) {
    const text = stringify(system, { aliasDuplicateObjects: false });
    writeFileSync(join(directory, "systems", "shop.yaml"), text);
    const values = {
      system: "systems/shop.yaml",
      environment: "staging",
      model: "distributed",
      placements: [{ name: "main", cloud: "aws", region: "eu-west-1" }],
      domain: "shop.example.com",
      ...settings,
    };
    const config = Object.fromEntries(Object.entries(values).map(([key, value]) => [`groundplan:${key}`, value]));
    writeFileSync(join(directory, "Pulumi.mine.yaml"), stringify({ config }));
    const problems = await problemsOf(() => planStack({ directory, stack: "mine", mode: "preview", packs: [] }));
    const lines = text.split("\n");
    return problems.map(({ path, source = "" }) => {
      const [, file = source, line] = /^(.*):(\d+)$/.exec(source) ?? [];
      return [path, file, line === undefined ? "" : (lines[Number(line) - 1] ?? "").trim()];
    });
  }

  it("in the system's file, in the overlay of a placement", async () => {
    const placements = { main: { services: { web: { scaling: { min: 9 } } } } };
    expect(await said({ ...shop, placements })).to.deep.equal([
      ["placements.main.services.web.scaling.min", "systems/shop.yaml", "min: 9"],
    ]);
  });

  it("in the system's file, where it says something with what the stack's file says", async () => {
    const models = { global: { services: { web: { image: "web:2" } } } };
    const found = await said({ ...shop, models }, { overrides: { stores: { "main-db": null } } });
    expect(found.map(([, file]) => file)).to.deep.equal(found.map(() => "systems/shop.yaml"));
    expect(found).to.deep.include(["services.web.uses[0].to", "systems/shop.yaml", "- to: main-db"]);
  });

  it("in the stack's file, where its overrides say it", async () => {
    const overrides = { services: { web: { scaling: { min: 9 } } } };
    expect(await said(shop, { overrides })).to.deep.equal([
      ["groundplan:overrides.services.web.scaling.min", "Pulumi.mine.yaml", ""],
    ]);
  });

  it("in the system's file, where a component finds it", async () => {
    const search = { kind: "search", version: "5", resources: small, storage: { size: "20Gi" } } as const;
    const system = { ...shop, stores: { ...shop.stores, index: search } };
    const found = await said(system, { compute: { managedStores: ["index"] } });
    expect(found).to.deep.include(["stores.index.version", "systems/shop.yaml", 'version: "5"']);
    const overrides = { stores: { index: { version: "4" } } };
    expect(await said(system, { overrides, compute: { managedStores: ["index"] } })).to.deep.include([
      "groundplan:overrides.stores.index.version",
      "Pulumi.mine.yaml",
      "",
    ]);
  });

  it("in the built-in system, which has no file", async () => {
    const overrides = { stores: { redis: { kind: "memcached", resources: small, instances: 1 } } };
    expect(await said(shop, { system: "doc-scraper", overrides })).to.deep.include([
      "services.worker.scaling.queue.store",
      "built-in system doc-scraper",
      "",
    ]);
  });
});

describe("overrides that a model takes back", function () {
  this.timeout(60_000);
  const overrides = { services: { web: { scaling: { min: 3, max: 6 } } }, stores: { "main-db": { readReplicas: 2 } } };

  for (const [cloud, model] of [
    ["kubernetes", "standalone"],
    ["aws", "single-server"],
  ] as const) {
    it(`are said in the plan of ${model} on ${cloud}, and nothing where there are none`, async () => {
      const system: SystemInput = { ...shop, domain: "shop.example.com" };
      const request = { system, cloud, model, environment: "staging", mode: "preview" } as const;
      const said = async (settings: Readonly<Record<string, unknown>>) => {
        const { plan } = await planCell({ ...request, settings });
        return plan.degraded.flatMap(({ feature }) => (feature.startsWith("overrides") ? [feature] : []));
      };
      expect(await said({ overrides })).to.deep.equal([
        "overrides without effect (groundplan:overrides.services.web.scaling.min, groundplan:overrides.services.web.scaling.max, groundplan:overrides.stores.main-db.readReplicas)",
      ]);
      expect(await said({ overrides: { services: { web: { env: { A: "b" } } } } })).to.deep.equal([]);
    });
  }
});
