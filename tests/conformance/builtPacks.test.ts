import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { readStack } from "../../automation/plan";
import {
  type AnalyzerPack,
  evaluatePacks,
  type PolicyRequest,
  type RecordedResource,
  runProgram,
  startPack,
} from "../../engine";
import { type Pack, packConfig, packs } from "../../policies";
import { buildPacks } from "../../policies/build";

const ROOT = resolve(__dirname, "../..");

async function plan(stack: string): Promise<readonly RecordedResource[]> {
  const { project, config, secretKeys } = await readStack({ directory: ROOT, stack });
  const program = require("../../index") as typeof import("../../index");
  const { resources } = await runProgram({ program, project, stack, config, secretKeys, mode: "preview" });
  return resources;
}

describe("conformance: packs built to stand alone", function () {
  this.timeout(180_000);
  let home: string;
  let folders: ReadonlyMap<string, string>;
  let resources: readonly RecordedResource[];

  before(async () => {
    home = mkdtempSync(join(realpathSync(tmpdir()), "groundplan-packs-"));
    const built = await buildPacks(join(home, "packs"));
    folders = new Map(packs.map(({ name }, index) => [name, built[index] ?? ""]));
    // All there is beside the packs: what their package.json asks for.
    mkdirSync(join(home, "node_modules/@pulumi"), { recursive: true });
    for (const name of ["@pulumi/policy", "@pulumi/pulumi"]) {
      symlinkSync(join(ROOT, "node_modules", name), join(home, "node_modules", name));
    }
    resources = await plan("staging");
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  const folderOf = (pack: Pack): string => folders.get(pack.name) ?? "";

  for (const pack of packs) {
    it(`${pack.name} is whole by itself and says what it says in place`, async () => {
      const folder = folderOf(pack);
      const resolves = (id: string): boolean => {
        try {
          createRequire(join(folder, "index.js")).resolve(id);
          return true;
        } catch {
          return false;
        }
      };
      expect(["@pulumi/policy", "@pulumi/pulumi", "yaml", "tsx"].map(resolves)).to.deep.equal([
        true,
        true,
        false,
        false,
      ]);
      const config = { [pack.name]: packConfig(pack, { environment: "production" }) };
      const request: PolicyRequest = { mode: "preview", config };
      let server: AnalyzerPack | undefined;
      try {
        server = await startPack(folder);
        const there = await server.analyze(resources, request);
        expect(there).to.deep.equal(await evaluatePacks([pack], resources, request));
        expect(there.results.length + there.passed).to.be.greaterThan(0);
      } finally {
        await server?.close();
      }
    });

    it(`${pack.name} publishes these files, under its own version and with its own dependencies`, () => {
      const folder = folderOf(pack);
      const listed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts", "--offline"], {
        cwd: folder,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
        env: { ...process.env, npm_config_cache: join(home, "cache") },
      });
      const [{ name, version, files }] = JSON.parse(listed);
      expect({ name, version }).to.deep.equal({ name: `groundplan-policies-${pack.name}`, version: pack.version });
      expect(files.map((file: { path: string }) => file.path).sort()).to.deep.equal([
        "LICENSE",
        "PulumiPolicy.yaml",
        "README.md",
        "THIRD-PARTY.txt",
        "index.js",
        "package.json",
      ]);
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
      expect(manifest).to.not.have.any.keys("private", "scripts", "devDependencies");
      expect(manifest.dependencies).to.deep.equal({
        "@pulumi/policy": dependencies["@pulumi/policy"],
        "@pulumi/pulumi": dependencies["@pulumi/pulumi"],
      });
      expect(parse(readFileSync(join(folder, "PulumiPolicy.yaml"), "utf8"))).to.deep.equal({
        description: pack.description,
        runtime: { name: "nodejs", options: { typescript: false } },
        main: "index.js",
      });
    });

    it(`${pack.name} names every rule in its README, and whose code it carries`, () => {
      const folder = folderOf(pack);
      const readme = readFileSync(join(folder, "README.md"), "utf8");
      expect(pack.rules.filter(({ id }) => !readme.includes(`| ${id} |`)).map(({ id }) => id)).to.deep.equal([]);
      expect(readFileSync(join(folder, "THIRD-PARTY.txt"), "utf8")).to.match(/^yaml \d+\.\d+\.\d+\n\nCopyright Eemeli/);
      // A path of the machine it was built on would make two builds differ.
      expect(readFileSync(join(folder, "index.js"), "utf8")).to.not.include(ROOT);
    });
  }
});
