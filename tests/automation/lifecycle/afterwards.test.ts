import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  CommandFailedError,
  EXPIRES_TAG,
  openStack,
  PendingCreatesError,
  pruneEnvironments,
} from "../../../automation";
import { failureOf } from "./failure";
import { FakeCli } from "./fakeCli";
import { makeProject } from "./project";

describe("what an operation looks at again, answered by a pretended CLI", function () {
  this.timeout(60_000);
  let directory: string;
  let cli: FakeCli;

  beforeEach(() => {
    directory = makeProject({ dev: {} });
    cli = new FakeCli(directory);
  });
  afterEach(() => {
    cli.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  const place = () => ({
    directory,
    backend: { kind: "local", directory: join(directory, "state") } as const,
    secretsProvider: { kind: "passphrase", passphrase: "trial" } as const,
  });
  const times = (command: string) => cli.calls().filter((call) => call.startsWith(command)).length;
  const retry = { attempts: 3, delayMs: 1 };

  it("is the outputs alone, once an update is done", async () => {
    cli.answer({ "stack output": { err: "error: dial tcp: connection refused", code: 255 } });
    const stack = openStack({ ...place(), stack: "dev" });
    const failure = await failureOf(stack.up({ policies: "off", retry }));
    expect(failure).to.be.instanceOf(CommandFailedError);
    expect(failure.message).to.include("the engine has done its work; reading the outputs failed");
    expect([times("up"), times("stack output")]).to.deep.equal([1, 3]);
    await stack.close();
  });

  it("is who holds a lock, before it takes off one whose process is gone", async () => {
    const lock = (pid: number) => ({
      err: `error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.\n  file:///state/.pulumi/locks/1.json: created by me@${hostname()} (pid ${pid}) at 2026-01-01T00:00:00Z`,
      code: 255,
    });
    const gone = 2 ** 22 + 1;
    const run = async (now: object) => {
      cli.answer({ up: lock(gone), "stack ls": { out: [{ name: "dev" }] }, "stack init": now });
      const stack = openStack({ ...place(), stack: "dev" });
      await failureOf(stack.up({ policies: "off", retry, unlock: "stale" }));
      await stack.close();
      return times("cancel");
    };
    expect(await run(lock(gone))).to.equal(1);
    expect(await run(lock(process.pid))).to.equal(0);
  });

  it("is what was being made, once no other update holds the lock: that one may have ended meanwhile", async () => {
    const making = (...names: readonly string[]) => ({
      out: {
        deployment: {
          pending_operations: names.map((name) => ({
            type: "creating",
            resource: {
              urn: `urn:pulumi:dev::trial::aws:ec2/vpc:Vpc::${name}`,
              type: "aws:ec2/vpc:Vpc",
              inputs: { cidrBlock: "10.0.0.0/16" },
            },
          })),
        },
      },
    });
    const up = async (first: object, second: object) => {
      // The first export tells how the secrets of the stack are encrypted.
      const exports = { "stack export#1": first, "stack export#2": first, "stack export": second };
      cli.answer({ ...exports, "stack ls": { out: [{ name: "dev" }] } });
      const stack = openStack({ ...place(), stack: "dev" });
      const failure = await stack.up({ policies: "off", retry }).then(
        () => undefined,
        (error: unknown) => error,
      );
      await stack.close();
      expect([times("stack export"), times("stack init")]).to.deep.equal([3, 1]);
      return { failure, ups: times("up") };
    };
    expect(await up(making("net"), making())).to.deep.equal({ failure: undefined, ups: 1 });
    expect(await up(making("net"), making("other"))).to.deep.equal({ failure: undefined, ups: 1 });
    const { failure, ups } = await up(making("net"), making("net", "other"));
    expect(failure).to.be.instanceOf(PendingCreatesError);
    expect((failure as PendingCreatesError).resources.map(({ name }) => name)).to.deep.equal(["net"]);
    expect(ups).to.equal(0);
  });

  it("is the time of an environment, before it is destroyed", async () => {
    const tags = (year: number) => ({ out: { [EXPIRES_TAG]: `${year}-01-01T00:00:00Z` } });
    const listed = { out: [{ name: "pr-1" }] };
    const pruned = async (late: object) => {
      cli.answer({ "stack ls": listed, "stack tag ls": tags(2020), "stack tag ls#2": late });
      const [first] = await pruneEnvironments(place());
      return [first?.outcome, times("destroy") > 0];
    };
    expect(await pruned(tags(2999))).to.deep.equal(["renewed", false]);
    expect(await pruned(tags(2020))).to.deep.equal(["destroyed", true]);
  });
});
