import { mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ProgramFailureError, WrongPassphraseError } from "../../../automation";
import { runCommand } from "../../../cli/run";
import { recordingTerminal } from "../../cli/terminal";
import { needsPulumi } from "../../sandbox/pulumi";
import { failureOf } from "./failure";
import { PASSPHRASE, RealStacks } from "./realStacks";

const OFF = { policies: "off" } as const;
/** Nobody listens there. */
const NOWHERE = "127.0.0.1:9";
const S3 = `s3://states?region=us-east-1&endpoint=http://${NOWHERE}&s3ForcePathStyle=true`;

describe("bad input to the real engine (needs the Pulumi CLI)", function () {
  this.timeout(240_000);
  let stacks: RealStacks;

  before(async function () {
    needsPulumi(this);
    stacks = new RealStacks({
      dev: {},
      nosuch: {},
      strange: { "trial:plugin": "yes" },
      broken: { "trial:crash": "yes" },
    });
    await stacks.open().up(OFF);
    await stacks.open({ stack: "strange" }).outputs();
    lock("dev");
  });
  after(() => stacks?.dispose());

  /** Leaves the lock of an update on another machine. */
  function lock(stack: string): void {
    const directory = join(stacks.state, ".pulumi", "locks", "organization", "trial", stack);
    mkdirSync(directory, { recursive: true });
    const holder = {
      pid: 4711,
      username: "somebody",
      hostname: `not-${hostname()}`,
      timestamp: "2026-11-22T05:36:08Z",
    };
    writeFileSync(join(directory, "0c0ffee0.json"), JSON.stringify(holder));
  }

  interface Case {
    readonly what: string;
    readonly line: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly code: number;
    readonly message: string;
  }
  const cases: readonly Case[] = [
    {
      what: "no such stack",
      line: "preview --stack nosuch --policies off",
      code: 2,
      message: "there is no stack nosuch in",
    },
    { what: "no such file", line: "preview --stack nope --policies off", code: 2, message: "a stack with a file" },
    {
      what: "a locked stack",
      line: "up --stack dev --policies off",
      code: 3,
      message: `stack dev is locked by another update: somebody@not-${hostname()}, process 4711, since 2026-11-22T05:36:08Z`,
    },
    {
      what: "a lock of another machine, which cannot be known to be stale",
      line: "refresh --stack dev --unlock",
      code: 3,
      message: "stack dev is locked by another update",
    },
    {
      what: "a wrong passphrase",
      line: "preview --stack dev --policies off",
      env: { PULUMI_CONFIG_PASSPHRASE: "battery staple" },
      code: 2,
      message: "the passphrase of stack dev is wrong",
    },
    {
      what: "a missing plugin",
      line: "preview --stack strange --policies off",
      code: 3,
      message: "the provider plugin nosuch is not installed",
    },
    {
      what: "a service that cannot be reached",
      line: `outputs --stack dev --backend https://${NOWHERE}`,
      code: 3,
      message: `the state backend https://${NOWHERE} cannot be used`,
    },
    {
      what: "a bucket that cannot be reached",
      line: `outputs --stack dev --backend ${S3}`,
      env: { AWS_ACCESS_KEY_ID: "nobody", AWS_SECRET_ACCESS_KEY: "nothing-at-all" },
      code: 3,
      message: "the state backend s3://states",
    },
    {
      what: "a program that breaks",
      line: "up --stack broken --create --policies off",
      code: 3,
      message: "the program of stack broken failed",
    },
  ];
  for (const { what, line, env, code, message } of cases) {
    it(`is answered by one message and an exit code: ${what}`, async () => {
      const ended = await run(line, env);
      expect(ended.code, ended.err).to.equal(code);
      expect(ended.err)
        .to.include(message)
        .and.to.match(/^ +fix /m)
        .and.not.match(/^\s+at /m);
      expect(ended.err.split("\n").filter((text) => text.startsWith("error "))).to.have.lengthOf(1);
    });
  }

  it("is answered by a typed error from the library", async () => {
    const crash = await failureOf(stacks.open({ stack: "broken" }).up(OFF));
    expect(crash).to.be.instanceOf(ProgramFailureError);
    expect(crash.message).to.include("the program broke");
    const wrong = stacks.open({ secretsProvider: { kind: "passphrase", passphrase: "battery staple" } });
    expect(await failureOf(wrong.up(OFF))).to.be.instanceOf(WrongPassphraseError);
  });

  it("is no longer bad where a lock is taken off on purpose", async () => {
    const { code, err } = await run("refresh --stack dev --force-unlock");
    expect(code, err).to.equal(0);
  });

  async function run(line: string, env: Readonly<Record<string, string>> = {}) {
    const { terminal, err } = recordingTerminal();
    const args = line.includes("--backend")
      ? line.split(" ")
      : [...line.split(" "), "--backend", `file://${stacks.state}`];
    const saved = { ...process.env };
    Object.assign(process.env, {
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PULUMI_ACCESS_TOKEN: "none",
      PULUMI_HOME: stacks.home,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      ...env,
    });
    try {
      return { code: await runCommand(args, terminal, stacks.directory), err: err() };
    } finally {
      process.env = saved;
    }
  }
});
