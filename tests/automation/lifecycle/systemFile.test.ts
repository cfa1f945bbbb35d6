import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { stringify } from "yaml";
import { openStack } from "../../../automation";
import { planStack } from "../../../automation/plan";
import { PROJECT_VARIABLE } from "../../../stacks/settings";
import { needsPulumi } from "../../sandbox/pulumi";
import { problemsOf } from "../../stacks/settingsFixture";
import { shop } from "../../systems/fixture";
import { FakeCli } from "./fakeCli";
import { SandboxedProgram } from "./program";
import { makeProject } from "./project";

const SETTINGS = {
  "groundplan:system": "own/shop.yaml",
  "groundplan:environment": "dev",
  "groundplan:model": "standalone",
  "groundplan:placements": [{ name: "main", cloud: "kubernetes", region: "local", context: "mine" }],
  "groundplan:images": { registry: "ghcr.io/trial" },
  "groundplan:domain": "shop.example.com",
  "groundplan:kubernetes": { sharedStorageClass: "shared-files" },
};

function writeShop(directory: string): void {
  mkdirSync(join(directory, "own"), { recursive: true });
  writeFileSync(join(directory, "own", "shop.yaml"), stringify(shop, { aliasDuplicateObjects: false }));
}

describe("a system file that settings name by a relative path", () => {
  it("lies in the project, which every command of the engine is told of", async () => {
    const directory = makeProject({ base: SETTINGS });
    const cli = new FakeCli(directory);
    writeShop(directory);
    const backend = { kind: "local", directory: join(directory, "state") } as const;
    const stack = openStack({ directory, backend, stack: "pr-1", base: "base" });
    try {
      await stack.preview({ policies: "off" });
      const previews = cli.requests().filter(({ args }) => args[0] === "preview");
      expect(previews.map(({ project }) => project)).to.deep.equal([directory]);
    } finally {
      await stack.close();
      cli.remove();
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it("is read from where the program is told that the project is", async () => {
    const directory = mkdtempSync(join(tmpdir(), "groundplan-relative-"));
    try {
      writeFileSync(join(directory, "Pulumi.yaml"), "name: groundplan\nruntime: nodejs\n");
      writeFileSync(join(directory, "Pulumi.base.yaml"), stringify({ config: SETTINGS }));
      writeShop(directory);
      const plan = () => planStack({ directory, stack: "pr-1", base: "base", mode: "preview", packs: [] });
      expect((await plan()).system).to.equal("shop");
      process.env[PROJECT_VARIABLE] = join(directory, "own");
      expect((await problemsOf(plan)).map(({ path, found }) => [path, found])).to.deep.equal([
        ["groundplan:system", '"own/shop.yaml": no such file'],
      ]);
    } finally {
      delete process.env[PROJECT_VARIABLE];
      rmSync(directory, { recursive: true, force: true });
    }
  }).timeout(30_000);
});

describe("a stack with another one's settings and a system file of its own (needs the Pulumi CLI)", function () {
  this.timeout(300_000);
  let program: SandboxedProgram;

  before(function () {
    needsPulumi(this);
    program = new SandboxedProgram();
    program.write("base", SETTINGS);
    writeShop(program.directory);
  });
  after(() => program?.dispose());

  it("is previewed by the real engine, which runs elsewhere", async () => {
    const stack = openStack({ ...program.place(), stack: "pr-1", base: "base", create: true });
    try {
      const { changes } = await stack.preview({ policies: "off" });
      expect(changes.filter(({ op }) => op === "create").length).to.be.greaterThan(10);
    } finally {
      await stack.close();
    }
  });
});
