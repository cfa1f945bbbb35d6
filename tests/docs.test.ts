import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { cliOnPath } from "../automation/lifecycle/cli";
import { runCommand } from "../cli/run";
import { recordingTerminal } from "./cli/terminal";
import { skipBecause } from "./skipBecause";

const ROOT = join(__dirname, "..");

/** Lines of the fenced shell blocks of a document that run the `groundplan` command, without their comments. */
function shownCommands(document: string): readonly string[] {
  const blocks = [...readFileSync(join(ROOT, document), "utf8").matchAll(/```sh\n(.*?)```/gs)].map(
    (match) => match[1] ?? "",
  );
  return blocks
    .join("\n")
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line.startsWith("npx groundplan "));
}

/** Settings the README tells the owner of the dev stack to write, and where each of them goes in the shipped file. */
const OWN_SETTINGS = [
  { setting: "context: mine", place: "region: local", indent: "\n      ", replaces: false },
  { setting: "groundplan:images: { registry: ghcr.io/mine }", place: "config:", indent: "\n  ", replaces: false },
  { setting: "metrics-server: install", place: "metrics-server: existing", indent: "", replaces: true },
] as const;

/** The dev stack once its owner has done what the README asks, and nothing else. */
function deployable(stackFile: string): string {
  return OWN_SETTINGS.reduce((text, { setting, place, indent, replaces }) => {
    expect(text, "the shipped stack file").to.include(place);
    return text.replace(place, replaces ? setting : `${place}${indent}${setting}`);
  }, stackFile);
}

describe("the README", function () {
  this.timeout(180_000);
  let directory: string;

  before(() => {
    // Commands write files where they run: they run in a copy of what a stack needs.
    directory = mkdtempSync(join(tmpdir(), "groundplan-docs-"));
    for (const file of ["Pulumi.yaml", "Pulumi.staging.yaml"]) {
      cpSync(join(ROOT, file), join(directory, file));
    }
    // Without a zone of yours production has no edge, and its example names none.
    const production = readFileSync(join(ROOT, "Pulumi.prod.yaml"), "utf8");
    writeFileSync(
      join(directory, "Pulumi.prod.yaml"),
      production.replace("config:\n", "config:\n  groundplan:existing:\n    us:\n      zone: Z0123456789ABC\n"),
    );
    cpSync(join(ROOT, "index.ts"), join(directory, "index.ts"));
    writeFileSync(join(directory, "Pulumi.dev.yaml"), deployable(readFileSync(join(ROOT, "Pulumi.dev.yaml"), "utf8")));
    for (const folder of ["components", "engine", "policies", "stacks", "systems"]) {
      symlinkSync(join(ROOT, folder), join(directory, folder));
    }
    cpSync(join(ROOT, "examples"), join(directory, "examples"), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"));
  });
  after(() => rmSync(directory, { recursive: true }));

  for (const command of shownCommands("README.md")) {
    const needsCli = command.includes("--sandbox") || command.includes("-- pulumi");
    it(`shows a command that works: ${command}${needsCli ? " (needs the Pulumi CLI)" : ""}`, async function () {
      if (needsCli && cliOnPath() === undefined) {
        skipBecause(this, "there is none on the PATH");
      }
      const { terminal, err } = recordingTerminal();
      const code = await runCommand(command.split(/\s+/).slice(2), terminal, directory);
      expect(code, err()).to.equal(0);
    });
  }

  it("leaves nothing of its examples among the files of the project", () => {
    const ignored = readFileSync(join(ROOT, ".gitignore"), "utf8").split("\n");
    const text = shownCommands("README.md").join("\n");
    const written = [...text.matchAll(/--(?:out|json|save-plan) (\S+)/g)].map(([, file = ""]) => file);
    const stacks = [...text.matchAll(/init --stack (\w+)/g)].map(([, stack]) => `Pulumi.${stack}.yaml`);
    expect(written).to.include.members(["plan.json", "report.html", "build/shop.yaml", "up.json"]);
    expect(stacks).to.deep.equal(["Pulumi.mine.yaml", "Pulumi.abroad.yaml"]);
    const left = [...written, ...stacks].filter((file) => !file.startsWith("build/") && !file.startsWith("--"));
    expect(left.filter((file) => !ignored.includes(`/${file}`))).to.deep.equal([]);
  });

  it("tells what to set before the first deployment", () => {
    const text = readFileSync(join(ROOT, "README.md"), "utf8");
    const before = text.slice(text.indexOf("## Deploy"), text.indexOf("npx groundplan doctor"));
    for (const { setting } of OWN_SETTINGS) {
      expect(before).to.include(`\`${setting}\``);
    }
  });

  it("refuses to save a plan of the dev stack as it is shipped, with what to set", async () => {
    const { terminal, err } = recordingTerminal();
    const code = await runCommand(["preview", "--stack", "dev", "--save-plan", "up.json"], terminal, ROOT);
    expect([code, existsSync(join(ROOT, "up.json"))]).to.deep.equal([2, false]);
    expect(err()).to.include("groundplan:images.services").and.to.include("context");
  });

  it("shows every command there is", () => {
    const { terminal, out } = recordingTerminal();
    return runCommand(["--help"], terminal, ROOT).then(() => {
      const commands = [...out().matchAll(/^ {2}([a-z]+) /gm)]
        .map((match) => match[1])
        .filter((name) => name !== "help" && name !== "complete");
      const readme = readFileSync(join(ROOT, "README.md"), "utf8");
      expect(commands.filter((name) => !readme.includes(`npx groundplan ${name}`))).to.deep.equal([]);
    });
  });

  it("names scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = [...readFileSync(join(ROOT, "README.md"), "utf8").matchAll(/npm run ([a-z]+)/g)].map(
      (match) => match[1] ?? "",
    );
    expect(named).to.not.have.lengthOf(0);
    expect(named.filter((name) => !(name in scripts))).to.deep.equal([]);
  });
});

describe("docs/policies.md", function () {
  this.timeout(60_000);
  const page = "docs/policies.md";
  let directory: string;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-policies-"));
    for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml"]) {
      cpSync(join(ROOT, file), join(directory, file));
    }
    symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"));
    const urn = (type: string, name: string): string => `urn:pulumi:prod::shop::${type}::${name}`;
    const resources = [
      { urn: urn("pulumi:pulumi:Stack", "shop-prod"), type: "pulumi:pulumi:Stack", custom: false },
      {
        urn: urn("kubernetes:core/v1:ConfigMap", "settings"),
        type: "kubernetes:core/v1:ConfigMap",
        custom: true,
        id: "shop/settings",
        inputs: { metadata: { name: "settings", namespace: "shop" }, data: { LOG_LEVEL: "info" } },
      },
    ];
    writeFileSync(join(directory, "state.json"), JSON.stringify({ version: 3, deployment: { resources } }));
    const [, rules = ""] = /```yaml\n(.*?)```/s.exec(readFileSync(join(ROOT, page), "utf8")) ?? [];
    writeFileSync(join(directory, "rules.yaml"), rules);
  });
  after(() => rmSync(directory, { recursive: true }));

  for (const command of shownCommands(page)) {
    it(`shows a command that works: ${command}`, async () => {
      const { terminal, err } = recordingTerminal();
      const code = await runCommand(command.split(/\s+/).slice(2), terminal, directory);
      expect(code, err()).to.equal(0);
    });
  }

  it("names scripts, packs and pages that exist", () => {
    const text = readFileSync(join(ROOT, page), "utf8");
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = [...text.matchAll(/npm run ([a-z]+)/g)].map((match) => match[1] ?? "");
    expect(named.filter((name) => !(name in scripts))).to.deep.equal([]);
    const folders = [...text.matchAll(/(?:build\/packs|policies)\/([a-z]+)(?![a-z./-])/g)].map(
      (match) => match[1] ?? "",
    );
    expect(folders).to.not.have.lengthOf(0);
    expect(folders.filter((name) => !existsSync(join(ROOT, "policies", name, "package.json")))).to.deep.equal([]);
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1] ?? "");
    expect(links.filter((link) => !existsSync(join(ROOT, "docs", link)))).to.deep.equal([]);
  });
});
