import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse, stringify } from "yaml";
import {
  destroyParts,
  Operation,
  type PartHandle,
  type PartResult,
  type PartsRequest,
  partsOfSystem,
  previewParts,
  RefusedError,
  StackNotFoundError,
  type StackOptions,
  upParts,
} from "../../../automation";
import { reversed, ring, runInOrder } from "../../../automation/lifecycle/inOrder";
import { splitStack } from "../../../automation/split";
import { InputError } from "../../../components/errors";
import { deployable } from "../../sandbox/trial";

const ROOT = join(__dirname, "..", "..", "..");
/** Production takes images by their digest alone. */
const TESTED_IMAGES = {
  registry: "registry.sandbox.test/team",
  services: Object.fromEntries(["api", "worker"].map((name) => [name, `scraper-api:2.0.0@sha256:${"a".repeat(64)}`])),
};
const EMPTY = { counts: {}, changes: [], hasChanges: false, durationSeconds: 0 };

/** Four that follow each other as a diamond, written in an order that is not theirs. */
const DIAMOND = [
  { name: "bottom", after: ["left", "right", "elsewhere"] },
  { name: "left", after: ["top"] },
  { name: "right", after: ["top"] },
  { name: "top", after: [] },
];

describe("several that follow each other", () => {
  const tick = () => new Promise((resolve) => setImmediate(resolve));

  it("are done each after those before it, side by side where they may, within the bound", async () => {
    for (const [concurrency, most] of [
      [1, 1],
      [4, 2],
    ] as const) {
      const log: string[] = [];
      let running = 0;
      let peak = 0;
      const results = await runInOrder(
        DIAMOND,
        async ({ name }) => {
          running += 1;
          peak = Math.max(peak, running);
          await tick();
          running -= 1;
          log.push(name);
          return name.length;
        },
        { concurrency },
      );
      expect(peak).to.equal(most);
      expect(log).to.deep.equal(["top", "left", "right", "bottom"]);
      expect(results).to.deep.equal(DIAMOND.map(({ name }) => ({ name, outcome: "done", value: name.length })));
    }
  });

  it("are not started after a failure, and those that do not follow it are", async () => {
    const error = new Error("no");
    const results = await runInOrder(DIAMOND, async ({ name }) => {
      if (name === "left") {
        throw error;
      }
      return name;
    });
    expect(results).to.deep.equal([
      { name: "bottom", outcome: "not-started", after: ["left"] },
      { name: "left", outcome: "failed", error },
      { name: "right", outcome: "done", value: "right" },
      { name: "top", outcome: "done", value: "top" },
    ]);
  });

  it("are not started once the whole is cancelled", async () => {
    const controller = new AbortController();
    const results = await runInOrder(
      DIAMOND,
      async ({ name }) => {
        controller.abort();
        return name;
      },
      { signal: controller.signal },
    );
    expect(results.map(({ name, outcome }) => `${name} ${outcome}`)).to.deep.equal([
      "bottom not-started",
      "left not-started",
      "right not-started",
      "top done",
    ]);
  });

  it("are told where they form a ring, and never wait for ever", async () => {
    const circle = [
      { name: "a", after: ["b"] },
      { name: "b", after: ["a"] },
      { name: "c", after: [] },
    ];
    expect(ring(DIAMOND)).to.equal(undefined);
    expect(ring(circle)).to.deep.equal(["a", "b"]);
    const failure = await runInOrder(circle, async () => 1).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(RangeError);
  });

  it("go the other way round", () => {
    expect(reversed(DIAMOND)).to.deep.equal([
      { name: "top", after: ["left", "right"] },
      { name: "right", after: ["bottom"] },
      { name: "left", after: ["bottom"] },
      { name: "bottom", after: [] },
    ]);
  });
});

/** Stacks that remember what was asked of them. */
class FakeStacks {
  readonly calls: string[] = [];
  readonly failing = new Map<string, Error>();
  readonly deployed = new Set<string>();
  readonly protectedOnes = new Set<string>();
  opened = 0;

  readonly open = ({ stack, create }: StackOptions): PartHandle => {
    this.opened += 1;
    const operate = <T>(what: string, value: T) =>
      new Operation<T>(async (emit) => {
        this.calls.push(`${what} ${stack}${create ? " create" : ""}`);
        emit({ kind: "phase", name: what });
        const failure = this.failing.get(stack);
        if (failure) {
          throw failure;
        }
        this.deployed.add(stack);
        return value;
      });
    return {
      preview: () => operate("preview", { ...EMPTY, violations: [] }),
      up: () => operate("up", { ...EMPTY, outputs: {} }),
      destroy: () => operate("destroy", EMPTY),
      outputs: async (): Promise<Record<string, { secret: boolean }>> => {
        if (!this.deployed.has(stack)) {
          throw new StackNotFoundError(stack, "nowhere");
        }
        return { handover: { secret: false } };
      },
      state: async () => ({
        deployment: { resources: this.protectedOnes.has(stack) ? [{ urn: "a::b", type: "t", protect: true }] : [] },
      }),
      close: async () => {
        this.opened -= 1;
      },
    };
  };
}

describe("the parts of a system", () => {
  let directory: string;
  let fakes: FakeStacks;
  let request: PartsRequest;

  const file = (stack: string) => join(directory, `Pulumi.${stack}.yaml`);
  const edit = (stack: string, changes: Record<string, unknown>) => {
    const { config } = parse(readFileSync(file(stack), "utf8")) as { config: Record<string, unknown> };
    writeFileSync(file(stack), stringify({ config: { ...config, ...changes } }));
  };
  const said = (results: readonly PartResult<unknown>[]) =>
    results.map((part) => `${part.part}: ${part.outcome}${part.outcome === "not-started" ? `, ${part.reason}` : ""}`);
  const problems = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => undefined,
      (failure: unknown) => failure,
    );
    return InputError.is(error) ? error.problems.map(({ path, source, found }) => [source, path, found]) : error;
  };

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-parts-"));
    cpSync(join(ROOT, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
    const config = deployable({ system: "doc-scraper", model: "global", cloud: "aws" });
    writeFileSync(file("live"), stringify({ config }));
    await splitStack(directory, "live", false);
    fakes = new FakeStacks();
    request = { directory, stack: "live" };
  });
  afterEach(() => {
    expect(fakes.opened).to.equal(0);
    rmSync(directory, { recursive: true });
  });

  it("are known with the stacks they read, in order", async () => {
    expect(await partsOfSystem(request)).to.deep.equal([
      { part: "one", name: "live-one", after: [], environment: "dev" },
      { part: "two", name: "live-two", after: ["live-one"], environment: "dev" },
      { part: "edge", name: "live-edge", after: ["live-one", "live-two"], environment: "dev" },
    ]);
    expect((await partsOfSystem({ ...request, parts: ["edge"] })).map(({ name }) => name)).to.deep.equal(["live-edge"]);
  });

  it("come up in order, with events that say whose they are", async () => {
    const events: string[] = [];
    const results = await upParts(
      { ...request, create: true },
      { open: fakes.open, onEvent: (stack, event) => events.push(`${stack} ${event.kind}`) },
    );
    expect(said(results)).to.deep.equal(["one: done", "two: done", "edge: done"]);
    expect(fakes.calls).to.deep.equal(["up live-one create", "up live-two create", "up live-edge create"]);
    expect(events).to.deep.equal(["live-one phase", "live-two phase", "live-edge phase"]);
  });

  it("stop behind one that fails, and say for what they waited", async () => {
    fakes.failing.set("live-two", new Error("no room"));
    const results = await upParts(request, { open: fakes.open });
    expect(said(results)).to.deep.equal([
      "one: done",
      "two: failed",
      "edge: not-started, live-two came to no good end",
    ]);
    expect(fakes.calls).to.deep.equal(["up live-one", "up live-two"]);
  });

  it("go on alone with what others last told, and not where those never told", async () => {
    expect(said(await upParts({ ...request, parts: ["edge"] }, { open: fakes.open }))).to.deep.equal([
      "edge: not-started, it reads live-one, which was never deployed",
    ]);
    fakes.deployed.add("live-one").add("live-two");
    expect(said(await upParts({ ...request, parts: ["edge"] }, { open: fakes.open }))).to.deep.equal(["edge: done"]);
    expect(fakes.calls).to.deep.equal(["up live-edge"]);
  });

  it("are previewed as far as those they read are there", async () => {
    fakes.failing.set("live-one", new Error("only a preview"));
    fakes.deployed.add("live-one");
    expect(said(await previewParts({ ...request, parts: ["two", "edge"] }, { open: fakes.open }))).to.deep.equal([
      "two: done",
      "edge: done",
    ]);
    fakes.deployed.clear();
    fakes.failing.clear();
    expect(said(await previewParts({ ...request, parts: ["two", "edge"] }, { open: fakes.open }))).to.deep.equal([
      "two: not-started, it reads live-one, which was never deployed",
      "edge: not-started, live-two came to no good end",
    ]);
  });

  it("are destroyed in reverse, those that are not there passed over, never made for it", async () => {
    fakes.failing.set("live-two", new StackNotFoundError("live-two", "here"));
    const results = await destroyParts({ ...request, create: true }, { open: fakes.open });
    expect(said(results)).to.deep.equal(["edge: done", "two: absent", "one: done"]);
    expect(fakes.calls).to.deep.equal(["destroy live-edge", "destroy live-two", "destroy live-one"]);
  });

  it("are all kept where one is protected, or production is not meant", async () => {
    fakes.protectedOnes.add("live-one");
    const refused = await destroyParts(request, { open: fakes.open }).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(RefusedError);
    for (const stack of ["live", "live-one", "live-two", "live-edge"]) {
      edit(stack, { "groundplan:environment": "production", "groundplan:images": TESTED_IMAGES });
    }
    for (const operation of [upParts, destroyParts]) {
      const unsaid = await operation(request, { open: fakes.open }).catch((error: unknown) => error);
      expect(unsaid).to.be.instanceOf(RefusedError);
      expect((unsaid as Error).message).to.include("stack live is production");
    }
    expect(fakes.calls).to.deep.equal([]);
  });

  it("are refused, all problems at once, where their files are not of one system", async () => {
    edit("live-one", { "groundplan:parts": ["two"], "groundplan:partStacks": { one: "elsewhere" } });
    edit("live-edge", { "groundplan:domain": "other.example.org" });
    expect(await problems(partsOfSystem(request))).to.deep.equal([
      ["Pulumi.live-one.yaml", "groundplan:parts", '["two"]'],
      ["Pulumi.live-edge.yaml", "groundplan:domain", '"other.example.org"'],
    ]);
    expect(await problems(partsOfSystem({ ...request, parts: ["two"] }))).to.equal(undefined);
    rmSync(file("live-two"));
    expect(await problems(partsOfSystem({ ...request, parts: ["moon"] }))).to.deep.equal([
      [undefined, "--parts", '"moon"'],
      [undefined, "Pulumi.live-two.yaml", "no such file"],
    ]);
    expect(await problems(partsOfSystem({ directory, stack: "live-edge" }))).to.deep.equal([
      ["Pulumi.live-edge.yaml", "groundplan:parts", '["edge"]'],
    ]);
  });
});
