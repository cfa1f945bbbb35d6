import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const ROOT = join(__dirname, "..", "..");

describe("loader", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-loader-"));
    mkdirSync(join(directory, "cli"));
    mkdirSync(join(directory, "node_modules"));
    cpSync(join(ROOT, "cli", "loader.cjs"), join(directory, "cli", "loader.cjs"));
    for (const name of ["esbuild", "source-map-support"]) {
      symlinkSync(join(ROOT, "node_modules", name), join(directory, "node_modules", name));
    }
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  function write(name: string, text: string): void {
    writeFileSync(join(directory, name), text);
  }

  function run(name: string): { out: string; err: string } {
    const child = spawnSync(
      process.execPath,
      ["-r", join(directory, "cli", "loader.cjs"), "-e", `require("./${name}")`],
      {
        cwd: directory,
        encoding: "utf8",
      },
    );
    return { out: child.stdout.trim(), err: child.stderr };
  }

  it("runs TypeScript, and runs an edit of it on the very next start", () => {
    write("other.ts", "export const word: string = 'first';\n");
    write("main.ts", "import { word } from './other';\nconsole.log(word satisfies string);\n");
    expect(run("main.ts").out).to.equal("first");
    expect(readdirSync(join(directory, "node_modules", ".cache", "groundplan"))).to.include.members([
      "sources.json",
      "maps.json",
    ]);
    expect(run("main.ts").out).to.equal("first");
    write("other.ts", "export const word: string = 'other';\n");
    expect(run("main.ts").out).to.equal("other");
  });

  it("sees an edit of the same size", () => {
    write("main.ts", "console.log(1 as number);\n");
    expect(run("main.ts").out).to.equal("1");
    write("main.ts", "console.log(2 as number);\n");
    utimesSync(join(directory, "main.ts"), new Date(), new Date(Date.now() + 5));
    expect(run("main.ts").out).to.equal("2");
  });

  it("reports positions of the sources, whether compiled now or before", () => {
    write(
      "main.ts",
      "interface Shape {\n  side: number;\n}\nconst shape = undefined as unknown as Shape;\nconsole.log(new Error('here').stack, shape);\n",
    );
    for (const _ of ["compiled now", "compiled before"]) {
      expect(run("main.ts").out).to.include("main.ts:5:13");
    }
  });

  it("works without a place to keep what it compiled", () => {
    write("main.ts", "console.log('runs' as string);\n");
    mkdirSync(join(directory, "node_modules", ".cache"));
    write("node_modules/.cache/groundplan", "a file where the directory would be");
    expect(run("main.ts")).to.deep.equal({ out: "runs", err: "" });
  });
});
