import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { cliOnPath } from "../../automation";
import { runCommand } from "../../cli/run";
import { FakeCli } from "../automation/lifecycle/fakeCli";
import { makeProject } from "../automation/lifecycle/project";
import { recordingTerminal } from "./terminal";

const URN = "urn:pulumi:dev::trial::pulumi:dynamic:Resource::thing";
const metadata = { op: "create", urn: URN, type: "pulumi:dynamic:Resource", provider: "", diffs: [] };
const summary = (resourceChanges: object) => ({
  summaryEvent: { maybeCorrupt: false, durationSeconds: 1, resourceChanges, policyPacks: {} },
});
const CREATED = [{ resourcePreEvent: { metadata } }, { resOutputsEvent: { metadata } }, summary({ create: 1 })];
const FAILED = [
  { resourcePreEvent: { metadata } },
  { diagnosticEvent: { urn: URN, message: "no room", color: "never", severity: "error" } },
  { resOpFailedEvent: { metadata, status: 1, steps: 1 } },
  summary({}),
];
const MISSING = { err: "error: no stack named 'dev' found", code: 6 };
const LOCKED = {
  err: "error: the stack is currently locked by 1 lock(s).\n  file:///s/l.json: created by root@vm (pid 1) at 2026-11-22T05:36:08Z",
  code: 255,
};

describe("commands of a stack's life, answered by a pretended CLI", function () {
  this.timeout(60_000);
  let directory: string;
  let cli: FakeCli;

  beforeEach(() => {
    directory = makeProject({ dev: {} });
    cli = new FakeCli(directory);
  });
  afterEach(() => {
    cli.remove();
    rmSync(directory, { recursive: true });
  });

  async function run(line: string) {
    const { terminal, out, err } = recordingTerminal();
    const args = [...line.split(" "), "--backend", `file://${directory}`];
    const code = await runCommand(args, terminal, directory);
    const json = () => {
      const lines = out().split("\n").filter(Boolean);
      return lines.map((text) => JSON.parse(text) as Record<string, unknown>);
    };
    return { code, out: out(), err: err(), json };
  }

  const cases: readonly [string, Parameters<FakeCli["answer"]>[0], string, number, string][] = [
    ["clean", { preview: { events: CREATED } }, "preview --stack dev --policies off", 0, ""],
    [
      "a policy of the engine's fails",
      { preview: { events: [violation(), summary({})] } },
      "preview --stack dev --policies off",
      1,
      "",
    ],
    ["no difference", { refresh: { events: [summary({ same: 1 })] } }, "drift --stack dev", 0, ""],
    ["a difference", { refresh: { events: [summary({ update: 1 })] } }, "drift --stack dev", 1, ""],
    ["no such stack", { stack: MISSING }, "up --stack dev --policies off", 2, "there is no stack dev"],
    ["no such file", {}, "up --stack nope --policies off", 2, "a stack with a file in the project"],
    ["a resource failed", { up: { events: FAILED, code: 255 } }, "up --stack dev --policies off", 3, "no room"],
    ["another update", { up: LOCKED }, "up --stack dev --policies off", 3, "locked by another update: root@vm"],
    [
      "protected",
      { "stack export": state({ protect: true }) },
      "destroy --stack dev",
      2,
      "1 protected resource: thing",
    ],
    [
      "a creation nobody saw the end of",
      { "stack export": unfinished(), "stack init": { err: "error: stack 'dev' already exists", code: 255 } },
      "up --stack dev --policies off",
      2,
      "1 creation that a killed run began and nobody saw the end of:\n  urn:pulumi:dev::trial::aws:ec2/vpc:Vpc::network",
    ],
    [
      "a creation of an update that goes on",
      { "stack export": unfinished(), "stack ls": { out: [{ name: "dev" }] }, "stack init": LOCKED },
      "up --stack dev --policies off",
      3,
      "locked by another update: root@vm",
    ],
    [
      "a stack to remove that names what may be left",
      { "stack export": unfinished() },
      "destroy --stack dev --remove",
      2,
      "refresh --stack dev --clear-pending-creates",
    ],
    ["production", { "stack export": state({}, "production") }, "refresh --stack dev", 2, "is production"],
    ["a limit nobody can read", {}, "up --stack dev --time-limit soon", 2, "--time-limit"],
    ["flags of one stack for all parts", {}, "up --stack dev --parts --plan file", 2, "nothing together with --parts"],
    ["parts of what has none", {}, "up --stack dev --parts", 2, "a global stack that owns every part"],
  ];
  for (const [what, answers, line, code, message] of cases) {
    it(`${what}: ${line} ends with ${code}`, async () => {
      cli.answer(answers);
      const ended = await run(line);
      expect(ended.code, ended.err).to.equal(code);
      expect(ended.err)
        .to.include(message)
        .and.not.match(/^\s+at /m);
    });
  }

  it("prints one JSON object per line: events, then the result", async () => {
    cli.answer({ up: { events: CREATED }, "stack output": { out: { url: "https://a", token: "[secret]" } } });
    const { code, json, err } = await run("up --stack dev --policies off --json");
    expect([code, err]).to.deep.equal([0, ""]);
    const lines = json();
    expect(lines.map(({ type, kind }) => [type, kind].filter(Boolean).join(" "))).to.deep.equal([
      "event phase",
      "event resource",
      "event resource",
      "event summary",
      "result",
    ]);
    expect(lines[1]).to.include({ op: "create", name: "thing", resourceType: "pulumi:dynamic:Resource" });
    expect(lines.at(-1)).to.deep.include({
      command: "up",
      stack: "dev",
      counts: { create: 1 },
      outputs: { url: { secret: false, value: "https://a" }, token: { secret: true } },
    });
  });

  it("prints a failure as the last JSON line, with its kind and the exit code", async () => {
    cli.answer({ up: { events: FAILED, code: 255 } });
    const { code, json } = await run("up --stack dev --policies off --json");
    const last = json().at(-1);
    expect(code).to.equal(3);
    expect(last).to.include({ type: "error", command: "up", stack: "dev", kind: "provider-failure", exitCode: 3 });
    expect(last?.message).to.include("thing (pulumi:dynamic:Resource): no room");
  });

  describe("prune", () => {
    const tags = (expires: string) => ({ out: { "groundplan:expires-at": expires, "groundplan:base": "dev" } });
    const PAST = "2020-01-01T00:00:00.000Z";
    const known = {
      "stack ls": { out: [{ name: "pr-1" }, { name: "pr-2" }, { name: "pr-3" }, { name: "pr-4" }] },
      "stack tag ls@pr-1": tags(PAST),
      "stack tag ls@pr-2": tags("2999-01-01T00:00:00.000Z"),
      "stack tag ls@pr-3": tags("some day"),
      "stack tag ls@pr-4": tags(PAST),
    };

    it("only says what it would destroy: what is over, not what lives or has no time to read", async () => {
      cli.answer(known);
      const { code, out } = await run("prune --dry-run");
      expect(code).to.equal(0);
      expect(out).to.equal(
        `pr-1 (from dev, until ${PAST}): would be destroyed\npr-4 (from dev, until ${PAST}): would be destroyed\n`,
      );
      expect(cli.calls().filter((call) => /^(destroy|stack rm)/.test(call))).to.deep.equal([]);
    });

    it("destroys and removes those, says which failed, and fails for it", async () => {
      cli.answer({ ...known, "destroy@pr-4": LOCKED });
      const { code, json } = await run("prune --json --concurrency 1");
      expect(code).to.equal(3);
      const lines = json();
      expect(lines.map(({ stack, outcome }) => `${stack} ${outcome}`)).to.deep.equal(["pr-1 destroyed", "pr-4 failed"]);
      expect(lines[1]?.message).to.include("stack pr-4 is locked");
      const changing = cli.calls().filter((call) => /^(destroy|stack rm)/.test(call));
      expect(changing).to.deep.equal(["destroy @pr-1", "destroy @pr-1", "stack rm @pr-1", "destroy @pr-4"]);
    });

    it("has nothing to do where no time is over", async () => {
      const { code, out } = await run("prune");
      expect([code, out]).to.deep.equal([0, "no environment's time is over\n"]);
    });
  });
});

describe("the CLI on the PATH", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-path-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const place = (name: string, mode = 0o755) => {
    const folder = join(directory, name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "pulumi"), "#!/bin/sh\n");
    chmodSync(join(folder, "pulumi"), mode);
    return folder;
  };

  it("is the first that can be run; none is no error", () => {
    const [plain, first, second] = [place("plain", 0o644), place("first"), place("second")];
    mkdirSync(join(directory, "folder", "pulumi"), { recursive: true });
    const path = ["", "/nowhere", join(directory, "folder"), plain, first, second].join(delimiter);
    expect(cliOnPath({ PATH: path })).to.equal(join(first, "pulumi"));
    expect(cliOnPath({ PATH: plain })).to.equal(undefined);
    expect(cliOnPath({})).to.equal(undefined);
  });

  it("is not the script the npm package puts there", () => {
    const wrapper = join(directory, "node_modules", "pulumi");
    mkdirSync(wrapper, { recursive: true });
    writeFileSync(join(wrapper, "run.js"), "#!/usr/bin/env node\n", { mode: 0o755 });
    const bin = join(directory, "node_modules", ".bin");
    mkdirSync(bin);
    symlinkSync(join(wrapper, "run.js"), join(bin, "pulumi"));
    expect(cliOnPath({ PATH: bin })).to.equal(undefined);
    const real = place("real");
    expect(cliOnPath({ PATH: [bin, real].join(delimiter) })).to.equal(join(real, "pulumi"));
  });
});

function state(resource: object, environment = "dev") {
  const thing = { urn: URN, type: "pulumi:dynamic:Resource", custom: true, ...resource };
  const root = { urn: "root", type: "pulumi:pulumi:Stack", outputs: { environment } };
  return { out: { deployment: { resources: [root, thing] } } };
}

function unfinished() {
  const resource = { urn: "urn:pulumi:dev::trial::aws:ec2/vpc:Vpc::network", type: "aws:ec2/vpc:Vpc", inputs: {} };
  return { out: { deployment: { resources: [], pending_operations: [{ type: "creating", resource }] } } };
}

function violation() {
  return {
    policyEvent: {
      resourceUrn: URN,
      message: "not so",
      color: "never",
      policyName: "a-rule",
      policyPackName: "a-pack",
      policyPackVersion: "1",
      enforcementLevel: "mandatory",
    },
  };
}
