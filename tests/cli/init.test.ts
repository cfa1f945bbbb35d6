import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { planStack, readStack } from "../../automation/plan";
import { init, type Streams } from "../../cli/commands/init";
import { runCommand } from "../../cli/run";
import { systemNames } from "../../systems";
import { ENVIRONMENTS, MODELS } from "../../systems/spec";
import { recordingTerminal } from "./terminal";

const ROOT = join(__dirname, "..", "..");

describe("groundplan init", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-init-"));
    cpSync(join(ROOT, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  async function run(line: string) {
    const { terminal, out, err } = recordingTerminal();
    return {
      code: await runCommand(["init", ...line.split(" ").filter(Boolean)], terminal, directory),
      out: out(),
      err: err(),
    };
  }

  it("writes a stack that plans", async () => {
    const { code, out } = await run(
      "--stack mine --system doc-scraper --environment dev --model distributed --cloud kubernetes --domain example.org",
    );
    expect(code).to.equal(0);
    expect(out).to.equal("Stack   Pulumi.mine.yaml\nTry it  npx groundplan plan --stack mine\n");
    expect(
      readFileSync(join(directory, "Pulumi.mine.yaml"), "utf8"),
    ).to.equal(`# doc-scraper in dev. Every setting: npx groundplan plan --help, and docs/architecture.md

config:
  # Built-in system (npx groundplan systems), or the path of a system file.
  groundplan:system: doc-scraper

  # Decides redundancy, protection and retention: dev, staging or production.
  groundplan:environment: dev

  # Decides the shape: standalone, single-server, distributed or global.
  groundplan:model: distributed

  # Where it runs. A placement keeps its name and the number of its network (cidrIndex) for good.
  groundplan:placements:
    - name: main
      cloud: kubernetes
      region: local

  # Domain the public uses.
  groundplan:domain: example.org
`);
    const plan = await planStack({ directory, stack: "mine", mode: "preview" });
    expect(plan).to.include({ system: "doc-scraper", environment: "dev", model: "distributed" });
  });

  it("writes settings that hold for every system, model and environment on every cloud", async function () {
    this.timeout(60_000);
    const places: Readonly<Record<string, readonly string[]>> = {
      aws: ["us-east-1", "eu-west-1"],
      gcp: ["us-central1", "europe-west1"],
      kubernetes: ["one", "two"],
    };
    for (const system of systemNames) {
      for (const [index, model] of MODELS.entries()) {
        const environment = ENVIRONMENTS[index % ENVIRONMENTS.length] ?? "dev";
        for (const [cloud, regions] of Object.entries(places)) {
          const region = regions
            .slice(0, model === "global" ? 2 : 1)
            .map((name) => `--region ${name}`)
            .join(" ");
          const { code, err } = await run(
            `--force --stack s --system ${system} --environment ${environment} --model ${model} --cloud ${cloud} ${region} --domain example.org`,
          );
          expect(code, `${system} ${model} ${cloud}: ${err}`).to.equal(0);
          expect((await readStack({ directory, stack: "s" })).settings.placements).to.have.lengthOf(
            model === "global" ? 2 : 1,
          );
        }
      }
    }
  });

  it("lists all that is missing at once, without a terminal", async () => {
    const { code, err } = await run("");
    expect(code).to.equal(2);
    expect([...err.matchAll(/^ {2}(--\w+)/gm)].map((match) => match[1])).to.deep.equal([
      "--stack",
      "--system",
      "--environment",
      "--model",
      "--cloud",
      "--region",
      "--domain",
    ]);
  });

  it("names what is wrong by its flag, together with what is missing", async () => {
    const { code, err } = await run(
      "--stack mine --system vibebx --environment prod --model distributed --cloud aws --region us-esat-1",
    );
    expect(code).to.equal(2);
    for (const flag of ["--system", "--environment", "--region", "--domain"]) {
      expect(err).to.match(new RegExp(`^ {2}${flag}$`, "m"));
    }
    expect(err).to.include("did you mean us-east-1?");
  });

  it("never overwrites a stack, but by force", async () => {
    const line =
      "--stack mine --system vibebox --environment dev --model standalone --cloud kubernetes --domain example.org";
    expect((await run(line)).code).to.equal(0);
    const { code, err } = await run(line);
    expect(code).to.equal(2);
    expect(err).to.include("which is there already").and.include("--force");
    expect((await run(`${line} --force`)).code).to.equal(0);
  });

  /** A terminal on which the keys are typed, each once its question has appeared. */
  function typing(keys: readonly (readonly [question: string, keys: string])[]) {
    const input = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: () => input,
    }) as unknown as Streams["input"];
    const output = Object.assign(new PassThrough(), {
      isTTY: true,
      columns: 80,
      rows: 40,
    }) as unknown as Streams["output"];
    const open = [...keys];
    let shown = "";
    (output as unknown as PassThrough).on("data", (chunk: Buffer) => {
      shown += chunk.toString();
      const [next] = open;
      if (next && shown.includes(next[0])) {
        open.shift();
        shown = "";
        setImmediate(() => (input as unknown as PassThrough).write(next[1]));
      }
    });
    return { input, output };
  }

  it("asks for what the flags leave open", async () => {
    const { terminal } = recordingTerminal();
    const context = { terminal: { ...terminal, err: { ...terminal.err, interactive: true } }, directory, exitCode: 0 };
    const streams = typing([
      ["A name of the stack", "asked\r"],
      ["A deployment model", "\r"],
      ["The domain", "example.org\r"],
    ]);
    await init({ system: "vibebox", environment: "dev", cloud: "kubernetes", region: [] }, context, streams);
    expect(readFileSync(join(directory, "Pulumi.asked.yaml"), "utf8"))
      .to.include("groundplan:model: standalone")
      .and.include("example.org");
  });

  it("writes nothing for one who gives up, and exits 130", async () => {
    const { terminal } = recordingTerminal();
    const context = { terminal: { ...terminal, err: { ...terminal.err, interactive: true } }, directory, exitCode: 0 };
    await init({ region: [] }, context, typing([["A name of the stack", "\u0003"]]));
    expect(context.exitCode).to.equal(130);
  });
});
