import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { runCommand } from "../../cli/run";
import { recordingTerminal } from "../cli/terminal";

const ROOT = join(__dirname, "..", "..");
const DOCUMENT = readFileSync(join(ROOT, "docs", "databases-aws.md"), "utf8");
const COMMANDS = [...DOCUMENT.matchAll(/^ *npx groundplan (.+)$/gm)].map((match) => match[1] ?? "");

/** The words of a command, without the quotes a shell would take. */
function words(command: string): readonly string[] {
  return command.split(/\s+/).map((word) => word.replace(/^'(.*)'$/, "$1"));
}

describe("docs/databases-aws.md", function () {
  this.timeout(120_000);
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-docs-"));
    for (const file of ["Pulumi.yaml", "Pulumi.staging.yaml"]) cpSync(join(ROOT, file), join(directory, file));
  });
  after(() => rmSync(directory, { recursive: true }));

  it("shows commands that work, and an upgrade that replaces nothing which holds data", async () => {
    expect(COMMANDS).to.have.length(3);
    const printed: string[] = [];
    for (const command of COMMANDS) {
      const { terminal, out, err } = recordingTerminal();
      expect(await runCommand([...words(command)], terminal, directory), err()).to.equal(0);
      printed.push(out());
    }
    const changes = printed.at(-1) ?? "";
    expect(changes).to.match(/main-database-primary/);
    expect(changes).to.match(/engineVersion/);
    expect(changes).to.match(/postgres17/);
    const plan = JSON.parse(readFileSync(join(directory, "after.json"), "utf8")) as {
      readonly resources: readonly { readonly name: string; readonly inputs: Readonly<Record<string, unknown>> }[];
    };
    const inputs = (name: string) => plan.resources.find((resource) => resource.name === name)?.inputs;
    expect(inputs("main-database-primary")).to.deep.include({
      engineVersion: "17",
      allowMajorVersionUpgrade: true,
      applyImmediately: true,
    });
    const replica = inputs("main-database-replica-1");
    expect(replica).to.deep.include({ applyImmediately: true }).and.to.not.have.any.keys("engineVersion");
    expect(inputs("main-database-parameters")?.family).to.equal("postgres17");
    const { resources } = JSON.parse(readFileSync(join(directory, "before.json"), "utf8")) as typeof plan;
    const primary = resources.find(({ name }) => name === "main-database-primary")?.inputs;
    expect(primary).to.deep.include({ applyImmediately: false }).and.not.have.property("allowMajorVersionUpgrade");
  });
});
