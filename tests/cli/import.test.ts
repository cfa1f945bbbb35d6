import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { runCommand } from "../../cli/run";
import { recordingTerminal } from "./terminal";

describe("groundplan import", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-import-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  async function run(...args: readonly string[]) {
    const { terminal, out, err } = recordingTerminal();
    return { code: await runCommand(["import", ...args], terminal, directory), out: out(), err: err() };
  }

  it("prints the system, and what does not carry over beside it", async () => {
    writeFileSync(join(directory, "compose.yaml"), "services:\n  web: { image: web:1, privileged: true }\n");
    const { code, out, err } = await run("compose", "compose.yaml", "--name", "shop");
    expect(code).to.equal(0);
    expect(out).to.match(/^# yaml-language-server: \$schema=https:\/\/groundplan\.dev\/schema\/system\.json\n/);
    expect(out).to.include("\nname: shop\n").and.not.include(directory);
    expect(err).to.include("note compose.yaml:2: web: containers are not privileged");
  });

  it("reads files beside the imported one, and none outside its directory", async () => {
    writeFileSync(join(directory, "plain.env"), "COLOR=blue\n");
    writeFileSync(
      join(directory, "compose.yaml"),
      "services:\n  web:\n    image: web:1\n    env_file: [plain.env, ../../etc/hostname]\n",
    );
    const { code, err } = await run("compose", "compose.yaml", "--out", "system.yaml");
    expect(code).to.equal(0);
    expect(readFileSync(join(directory, "system.yaml"), "utf8")).to.include("COLOR: blue");
    expect(err).to.include("../../etc/hostname is not there");
  });

  it("exits 2 with file and line of all that is wrong, and writes nothing", async () => {
    writeFileSync(join(directory, "compose.yaml"), "services:\n  db: { image: mysql:8 }\n  web: { ports: [x] }\n");
    const { code, out, err } = await run("compose", "compose.yaml", "--out", "system.yaml");
    expect(code).to.equal(2);
    expect(out).to.equal("");
    expect(err).to.include("services.db.image (compose.yaml:2)").and.include("services.web.ports[0] (compose.yaml:3)");
    expect(err).not.to.match(/^\s+at /m);
    expect((await run("score", "nowhere.yaml")).code).to.equal(2);
  });
});
