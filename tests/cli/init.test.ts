import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { unknownSecrets } from "../../automation/externalSecrets";
import { planStack, readStack } from "../../automation/plan";
import { init, type Streams } from "../../cli/commands/init";
import { runCommand } from "../../cli/run";
import { builtInSystem, systemNames } from "../../systems";
import { ENVIRONMENTS, MODELS } from "../../systems/spec";
import { recordingTerminal } from "./terminal";

const ROOT = join(__dirname, "..", "..");

const PLACES: Readonly<Record<string, readonly string[]>> = {
  aws: ["us-east-1", "eu-west-1"],
  gcp: ["us-central1", "europe-west1"],
  kubernetes: ["one", "two"],
};

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
    ).to.equal(`# doc-scraper in dev. Every setting: docs/reference/settings.md

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

  # Tags on everything: whose it is, at least.
  groundplan:tags:
    owner: doc-scraper
`);
    const plan = await planStack({ directory, stack: "mine", mode: "preview" });
    expect(plan).to.include({ system: "doc-scraper", environment: "dev", model: "distributed" });
  });

  // Each system on each cloud; models and environments in turn, so that every model meets every cloud. The matrix plans
  // all 72 cells: here it is what init writes that is judged.
  for (const [first, system] of systemNames.entries()) {
    for (const [second, [cloud, regions]] of Object.entries(PLACES).entries()) {
      const model = MODELS[(first + second) % MODELS.length] ?? "distributed";
      const environment = ENVIRONMENTS[(first + 2 * second) % ENVIRONMENTS.length] ?? "dev";
      it(`writes a stack of ${system}, ${model}, ${environment}, on ${cloud} that breaks no policy`, async function () {
        this.timeout(300_000);
        const places = regions.slice(0, model === "global" ? 2 : 1).map((name) => `--region ${name}`);
        const { code, err } = await run(
          `--stack s --system ${system} --environment ${environment} --model ${model} --cloud ${cloud} ${places.join(" ")} --domain example.org`,
        );
        expect(code, err).to.equal(0);
        const secrets = unknownSecrets(await builtInSystem(system));
        const plan = await planStack({ directory, stack: "s", mode: "preview", secrets });
        expect(plan.placements).to.have.lengthOf(places.length);
        const broken = (plan.policies?.results ?? []).filter(
          ({ level, status }) => level === "mandatory" && status === "violation",
        );
        expect(broken.map(({ rule, urn, message }) => `${rule} ${urn.split("::").at(-1)} ${message}`)).to.deep.equal(
          [],
        );
      });
    }
  }

  it("writes the exemptions a system needs, each with its reason and an end", async () => {
    await run(
      "--stack mine --system vibebox --environment dev --model standalone --cloud kubernetes --domain example.org",
    );
    const { settings } = await readStack({ directory, stack: "mine" });
    expect(settings.policyExemptions.map(({ resource, rules }) => [resource, rules.length])).to.deep.equal([
      ["*-docker-daemonset", 7],
      ["*-namespace-docker-namespace", 1],
    ]);
    for (const { reason, expires } of settings.policyExemptions) {
      expect(reason).to.match(/^Docker-in-Docker makes namespaces and mounts/);
      expect(Date.parse(expires) - Date.now()).to.be.within(363 * 86_400_000, 366 * 86_400_000);
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
