import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { BackendUnreachableError, CancelledError, listStacks, openStack, TimeoutError } from "../../../automation";
import { parseDuration } from "../../../automation/lifecycle/duration";
import { upEnvironment } from "../../../automation/lifecycle/environments";
import { withLimits } from "../../../automation/lifecycle/limits";
import { InputError } from "../../../components/errors";
import { failureOf } from "./failure";
import { FakeCli } from "./fakeCli";
import { makeProject } from "./project";

describe("the end put to an operation", function () {
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

  const place = (more: object = {}) => ({
    directory,
    backend: { kind: "local", directory: join(directory, "state") } as const,
    secretsProvider: { kind: "passphrase", passphrase: "trial" } as const,
    ...more,
  });
  const SILENT = { lastsMs: 300_000 };

  it("reaches what is only asked of a backend: state, outputs, tags, history, the list of stacks", async () => {
    cli.answer({ "stack export": SILENT, "stack output": SILENT, "stack tag ls": SILENT, "stack ls": SILENT });
    const limit = { timeLimitMs: 4_000 };
    const stack = openStack({ ...place(), stack: "dev" });
    try {
      const failures = await Promise.all([
        failureOf(stack.destroy(limit)),
        failureOf(stack.outputs(limit)),
        failureOf(stack.tags({}, limit)),
        failureOf(listStacks(place(), undefined, limit)),
        failureOf(upEnvironment({ ...place(), name: "pr-1", base: "dev", timeToLiveMs: 60_000 }, limit)),
      ]);
      for (const failure of failures) {
        expect(failure).to.be.instanceOf(TimeoutError);
        expect((failure as TimeoutError).clean).to.equal(true);
      }
    } finally {
      await stack.close();
    }
  });

  it("leaves no process behind", async () => {
    const controller = new AbortController();
    const file = join(directory, "pid");
    cli.answer({ "stack output": { ...SILENT, pidFile: file } });
    const stack = openStack({ ...place(), stack: "dev" });
    const failed = failureOf(stack.outputs({ signal: controller.signal }));
    while (!existsSync(file)) {
      await new Promise((resume) => setTimeout(resume, 20));
    }
    controller.abort();
    expect(await failed).to.be.instanceOf(CancelledError);
    expect(() => process.kill(Number(readFileSync(file, "utf8")), 0)).to.throw("ESRCH");
    await stack.close();
  });

  it("comes of itself where a backend never answers", async () => {
    cli.answer({ "stack output": SILENT });
    const stack = openStack({ ...place({ answerMs: 3_000 }), stack: "dev" });
    const failure = await failureOf(stack.outputs());
    expect(failure).to.be.instanceOf(BackendUnreachableError);
    expect(failure.message).to.include("the backend gave no answer within 3 s");
    await stack.close();
  });

  it("cannot be set further off than a timer reaches", async () => {
    expect(parseDuration("24d", "--time-limit")).to.equal(24 * 86_400_000);
    expect(() => parseDuration("25d", "--time-limit")).to.throw("at most 24d");
    for (const timeLimitMs of [2 ** 31, 0, -1, Number.NaN]) {
      const failure = await failureOf(withLimits("dev", { timeLimitMs }, async () => undefined));
      expect(InputError.is(failure), String(timeLimitMs)).to.equal(true);
    }
  });
});
