import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { runCommand } from "../../cli/run";
import { recordingTerminal } from "./terminal";

const ROOT = join(__dirname, "..", "..");

async function run(directory: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { terminal, out, err } = recordingTerminal();
  const code = await runCommand(args, terminal, directory);
  return { code, out: out(), err: err() };
}

/** What a person is told: path and the found, allowed and fix of the problem. */
function expectProblem(err: string, path: string): void {
  const lines = err.split("\n");
  const at = lines.findIndex((line) => line.trim() === path || line.trim().startsWith(`${path} (`));
  expect(at, `no problem at ${path} in:\n${err}`).to.be.greaterThan(-1);
  expect(lines[at + 1]).to.match(/^ {4}found {4}\S/);
  expect(lines[at + 2]).to.match(/^ {4}allowed {2}\S/);
  expect(lines[at + 3]).to.match(/^ {4}fix {6}\S/);
}

describe("wrong input", () => {
  const cases: readonly [what: string, path: string, args: readonly string[]][] = [
    ["an unknown stack", "--stack", ["--stack", "nowhere"]],
    ["an unknown system", "groundplan:system", ["--system", "vibebx"]],
    ["an unknown model", "groundplan:model", ["--model", "distribted"]],
    ["an unknown cloud", "groundplan:cloud", ["--cloud", "azure"]],
    ["an unknown environment", "groundplan:environment", ["--environment", "prod"]],
    [
      "an unknown region",
      "groundplan:placements[0].region",
      ["--stack", "staging", "--set", "placements[0].region=us-esat-1"],
    ],
    ["a wrong type", "groundplan:tags", ["--set", "tags=[1]"]],
    [
      "negative replicas",
      "groundplan:overrides.services.frontend.scaling.replicas",
      ["--set", "overrides.services.frontend.scaling.replicas=-1"],
    ],
    [
      "a request over its limit",
      "groundplan:overrides.services.frontend.resources.requests.cpu",
      ["--set", "overrides.services.frontend.resources.requests.cpu=900m"],
    ],
    [
      "an edge to nothing",
      "groundplan:overrides.services.frontend.uses[0]",
      ["--set", "overrides.services.frontend.uses=[nobody]"],
    ],
    ["a pack that is none", "--pack", ["--pack", "nonsense"]],
    [
      "an exemption for a rule that is none",
      "groundplan:policyExemptions[0].rules[0]",
      [
        "--set",
        'policyExemptions=[{rules: [no-such-rule], resource: "*", reason: long enough a reason, expires: "2099-01-01"}]',
      ],
    ],
  ];
  for (const [what, path, args] of cases) {
    it(`${what} exits 2 with path, found, allowed and fix`, async () => {
      const { code, out, err } = await run(ROOT, "check", ...args);
      expect(code).to.equal(2);
      expectProblem(err, path);
      expect(err).not.to.match(/^\s+at /m);
      expect(out).to.equal("");
    });
  }

  it("overlapping networks exit 2 and name both", async () => {
    const placements =
      "[{name: a, cloud: aws, region: us-east-1, role: primary, cidrBlock: 10.0.0.0/16, cidrIndex: 0}, {name: b, cloud: aws, region: eu-west-1, cidrBlock: 10.0.128.0/17, cidrIndex: 1}]";
    const { code, err } = await run(
      ROOT,
      "plan",
      "--stack",
      "staging",
      "--set",
      "model=global",
      "--set",
      `placements=${placements}`,
    );
    expect(code).to.equal(2);
    expectProblem(err, "groundplan:placements[1].cidrBlock");
    expect(err).to.include("a network apart from 10.0.0.0/16 of a");
  });

  it("an unknown flag, command or choice exits 2 and shows what is allowed", async () => {
    expect(await run(ROOT, "plan", "--stck", "dev")).to.include({ code: 2 });
    expect((await run(ROOT, "pln")).err).to.include("plan");
    expect((await run(ROOT, "plan", "--mode", "guess")).err).to.include("preview, simulate");
    expect((await run(ROOT, "plan", "--set", "nonsense")).code).to.equal(2);
  });

  it("a plan file that is none exits 2 with its path", async () => {
    const { code, err } = await run(ROOT, "check", "--plan", "package.json");
    expect(code).to.equal(2);
    expect(err).to.match(/package\.json: version\n {4}found {4}.*\n {4}allowed {2}1\n {4}fix {6}write the file again/);
    expect(await run(ROOT, "check", "--plan", "no-such-file.json")).to.include({ code: 2 });
    expect(await run(ROOT, "check", "--plan", "README.md")).to.include({ code: 2 });
  });

  describe("in a project of one's own", () => {
    let directory: string;
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), "groundplan-"));
      await cp(join(ROOT, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
    });
    afterEach(() => rm(directory, { recursive: true }));

    it("ten mistakes in one file give ten problems in one run", async () => {
      await writeFile(
        join(directory, "Pulumi.test.yaml"),
        [
          "config:",
          "  groundplan:system: ./mine.yaml",
          "  groundplan:environment: dev",
          "  groundplan:model: distributed",
          "  groundplan:cloud: kubernetes",
        ].join("\n"),
      );
      await writeFile(
        join(directory, "mine.yaml"),
        `name: "--"
title: Mine
description: A system with ten mistakes
services:
  web:
    kind: deployment
    image: web:1
    ports: { http: { port: 99999 } }
    resources: { requests: { cpu: 2, memory: 1Gi }, limits: { cpu: 500m, memory: lots } }
    scaling: { min: 5, max: 2 }
    uses: [databse, { to: database, endpoint: primry }]
    probes: { liveness: { path: live } }
    colour: blue
stores:
  database:
    kind: postgres
    version: sixteen
    resources: { requests: { cpu: 500m, memory: 1Gi }, limits: { cpu: 1, memory: 2Gi } }
    storage: { size: 10Gi }
routes:
  - to: wbe
`,
      );
      const { code, err } = await run(directory, "plan", "--stack", "test");
      expect(code).to.equal(2);
      const problems = [...err.matchAll(/^ {4}found {4}/gm)];
      expect(problems.length, err).to.be.at.least(10);
      for (const path of [
        "name",
        "services.web.ports.http.port",
        "services.web.resources.requests.cpu",
        "services.web.resources.limits.memory",
        "services.web.scaling.min",
        "services.web.uses[1].endpoint",
        "services.web.probes.liveness.path",
        "services.web.colour",
        "stores.database.version",
        "routes[0].to",
      ]) {
        expectProblem(err, path);
      }
      expect(err).to.match(/mine\.yaml:\d+/);
      expect(err).not.to.match(/^\s+at /m);
    });

    it("malformed YAML exits 2 with its line", async () => {
      await writeFile(join(directory, "Pulumi.test.yaml"), "config:\n  a: [1\n b: }\n");
      const { code, err } = await run(directory, "plan", "--stack", "test");
      expect(code).to.equal(2);
      expect(err).to.match(/Pulumi\.test\.yaml:\d+:\d+/);
      expect(err).not.to.match(/^\s+at /m);
    });
  });
});
