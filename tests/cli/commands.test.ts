import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { runCommand } from "../../cli/run";
import type { Plan } from "../../engine";
import { recordingTerminal } from "./terminal";

const ROOT = join(__dirname, "..", "..");

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { terminal, out, err } = recordingTerminal();
  const code = await runCommand(args, terminal, ROOT);
  return { code, out: out(), err: err() };
}

describe("groundplan", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "groundplan-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  describe("plan", () => {
    it("plans the dev stack clean: counts per component, verdicts, what is given in part", async () => {
      const { code, out, err } = await run("plan", "--stack", "dev");
      expect(err).to.include("planning vibebox, standalone, dev");
      expect(code).to.equal(0);
      expect(out).to.match(/Workload main-backend +\d+ resources/);
      expect(out).to.match(/none failed, \d+ passed/);
      expect(out).to.include("Given only in part");
    });

    it("writes the same bytes twice, and nothing of the machine in them", async () => {
      const files = ["a.json", "b.json"].map((name) => join(directory, name));
      for (const file of files) {
        expect((await run("plan", "--stack", "dev", "--json", file)).code).to.equal(0);
      }
      const [first, second] = await Promise.all(files.map((file) => readFile(file, "utf8")));
      expect(first).to.equal(second);
      expect(first).not.to.include(ROOT);
    });

    it("prints nothing but the plan to standard output with --json -", async () => {
      const { out } = await run("plan", "--stack", "staging", "--json", "-");
      const plan = JSON.parse(out) as Plan;
      expect(plan).to.include({
        version: 1,
        project: "groundplan",
        stack: "staging",
        system: "doc-scraper",
        model: "distributed",
        mode: "preview",
      });
    });

    it("lays the selectors over the stack", async () => {
      const { out } = await run(
        "plan",
        "--stack",
        "dev",
        "--system",
        "doc-scraper",
        "--model",
        "distributed",
        "--set",
        "domain=example.org",
        "--json",
        "-",
      );
      const plan = JSON.parse(out) as Plan;
      expect(plan).to.include({ stack: "dev", system: "doc-scraper", environment: "dev", model: "distributed" });
      expect(out).to.include("api.example.org");
    });
  });

  describe("check", () => {
    it("judges a plan file as it judged the plan", async () => {
      const file = join(directory, "plan.json");
      await run("plan", "--stack", "dev", "--mode", "simulate", "--json", file);
      const plan = JSON.parse(await readFile(file, "utf8")) as Plan;
      const { code, out } = await run("check", "--plan", file, "--format", "json");
      const report = JSON.parse(out) as Plan["policies"];
      expect(code).to.equal(0);
      expect(report.results.map(({ pack, rule, urn, status }) => ({ pack, rule, urn, status }))).to.deep.equal(
        plan.policies.results.map(({ pack, rule, urn, status }) => ({ pack, rule, urn, status })),
      );
    });

    it("judges an exported state, and fails on a root container in it", async () => {
      const urn = (type: string, name: string) => `urn:pulumi:prod::shop::${type}::${name}`;
      const state = {
        version: 3,
        deployment: {
          resources: [
            { urn: urn("pulumi:pulumi:Stack", "shop-prod"), type: "pulumi:pulumi:Stack", custom: false },
            {
              urn: urn("kubernetes:core/v1:Pod", "web"),
              type: "kubernetes:core/v1:Pod",
              custom: true,
              id: "web",
              inputs: {
                apiVersion: "v1",
                kind: "Pod",
                spec: { containers: [{ name: "web", image: "web:latest", securityContext: { runAsUser: 0 } }] },
              },
            },
          ],
        },
      };
      const file = join(directory, "state.json");
      await writeFile(file, JSON.stringify(state));
      const { code, out } = await run("check", "--plan", file, "--format", "json", "--pack", "containers");
      const rules = (JSON.parse(out) as Plan["policies"]).results.map((result) => result.rule);
      expect(code).to.equal(1);
      expect(rules).to.include.members(["container-high-user-id", "container-runs-as-non-root"]);
    });

    it("writes SARIF whose results point at rules it declares", async () => {
      const { out } = await run("check", "--stack", "dev", "--format", "sarif");
      const [sarif] = (
        JSON.parse(out) as {
          runs: { tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string; ruleIndex: number }[] }[];
        }
      ).runs;
      expect(sarif?.results).to.not.have.lengthOf(0);
      for (const result of sarif?.results ?? []) {
        expect(sarif?.tool.driver.rules[result.ruleIndex]?.id).to.equal(result.ruleId);
      }
    });

    it("writes JUnit with one suite per pack and exempt findings skipped", async () => {
      const { out } = await run("check", "--stack", "dev", "--format", "junit", "--pack", "containers");
      expect(out).to.match(/<testsuite name="containers" tests="\d+" failures="0" skipped="\d+">/);
      expect(out).to.include("exempt: Containers are not privileged");
    });

    it("fails on an exemption that has expired, naming it", async () => {
      const expired =
        '[{rules: [container-not-privileged], resource: "*", reason: was fine once upon a time, expires: "2020-01-31"}]';
      const { code, out } = await run(
        "check",
        "--stack",
        "dev",
        "--pack",
        "containers",
        "--set",
        `policyExemptions=${expired}`,
      );
      expect(code).to.equal(1);
      expect(out).to.include("exemption policyExemptions[0] for * expired on 2020-01-31");
    });
  });

  describe("render", () => {
    it("writes a manifest per object and says where", async () => {
      const { code, out } = await run("render", "--stack", "dev", "--out", directory);
      expect(code).to.equal(0);
      expect(out).to.include(`in ${directory}`);
      expect((await readdir(join(directory, "kubernetes"))).sort()).to.include.members([
        "cluster",
        "docker",
        "vibebox",
      ]);
      expect(await readFile(join(directory, "kubernetes/vibebox/Deployment-backend.yaml"), "utf8")).to.match(
        /^apiVersion: apps\/v1\nkind: Deployment$/m,
      );
    });
  });

  it("lists systems and prints the schema", async () => {
    const systems = JSON.parse((await run("systems", "--json")).out) as { name: string }[];
    expect(systems.map((system) => system.name)).to.include.members(["vibebox", "doc-scraper"]);
    expect(JSON.parse((await run("schema")).out)).to.include({
      $schema: "https://json-schema.org/draft/2020-12/schema",
    });
  });

  it("plans the cells a filter names, and refuses a filter that names none", async () => {
    const file = join(directory, "matrix.json");
    const { code, out } = await run(
      "matrix",
      "--filter",
      "vibebox",
      "--filter",
      "standalone",
      "--filter",
      "kubernetes",
      "--json",
      file,
    );
    expect(code).to.equal(0);
    expect(out).to.include("1 of 1 cells clean");
    const [cell] = JSON.parse(await readFile(file, "utf8")) as {
      system: string;
      status: string;
      violations: unknown[];
    }[];
    expect(cell).to.include({ system: "vibebox", status: "clean" });
    expect(await run("matrix", "--filter", "nothing")).to.include({ code: 2, out: "" });
  });

  it("says of a flag's mistake that it is the flag's", async () => {
    const { code, err } = await run("plan", "--model", "distribted", "--set", "tags=[1]");
    expect(code).to.equal(2);
    expect(err).to.include("groundplan:model (--model)").and.to.include("groundplan:tags (--set tags)");
  });

  it("ends quietly when nobody reads on", () => {
    const command = `"${process.execPath}" "${join(ROOT, "cli", "groundplan.cjs")}" schema | head -1; echo \${PIPESTATUS[0]}`;
    const child = spawnSync("bash", ["-c", command], { encoding: "utf8" });
    expect(child.stdout).to.equal("{\n0\n");
    expect(child.stderr).to.equal("");
  });

  it("helps without planning anything, and completes in a shell", async () => {
    const completion = spawnSync(process.execPath, [join(ROOT, "cli", "groundplan.cjs"), "complete", "bash"], {
      encoding: "utf8",
    });
    expect(completion.status).to.equal(0);
    expect(completion.stdout).to.match(/^# bash completion for groundplan/);
    expect((await run("--help")).code).to.equal(0);
    expect((await run("plan", "--help")).out).to.include("--set <path=value>");
  });
});
