import type { EngineEvent } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { checkEnvironment, LONGEST_LIFE_MS } from "../../../automation/lifecycle/environments";
import {
  BackendUnreachableError,
  ConcurrentUpdateError,
  ProviderFailureError,
  RefusedError,
} from "../../../automation/lifecycle/errors";
import { EventReader, type StackEvent } from "../../../automation/lifecycle/events";
import {
  guardProduction,
  guardProtected,
  stateEnvironment,
  stateResources,
} from "../../../automation/lifecycle/guards";
import { Operation } from "../../../automation/lifecycle/operation";
import { runMany } from "../../../automation/lifecycle/pool";
import { Redactor } from "../../../automation/lifecycle/redact";
import { withRetries } from "../../../automation/lifecycle/retry";
import { parseSavedPlan, planDifferences, type SavedPlan } from "../../../automation/lifecycle/savedPlan";
import { cliPath, secretPath, withSecrets } from "../../../automation/lifecycle/secrets";
import { InputError } from "../../../components/errors";

const urn = (name: string) => `urn:pulumi:dev::shop::aws:s3/bucket:Bucket::${name}`;

describe("an operation", () => {
  it("gives every event in order to whoever iterates, however late, and its result to whoever awaits", async () => {
    const operation = new Operation<number>(async (emit) => {
      emit({ kind: "phase", name: "one" });
      await Promise.resolve();
      emit({ kind: "phase", name: "two" });
      return 3;
    });
    expect(await operation).to.equal(3);
    const names: string[] = [];
    for await (const event of operation) {
      names.push(event.kind === "phase" ? event.name : "");
    }
    expect(names).to.deep.equal(["one", "two"]);
  });

  it("throws its failure at the end of the iteration", async () => {
    const operation = new Operation<number>(async (emit) => {
      emit({ kind: "phase", name: "one" });
      throw new Error("broken");
    });
    const seen: StackEvent[] = [];
    let failure = "";
    try {
      for await (const event of operation) {
        seen.push(event);
      }
    } catch (error) {
      failure = (error as Error).message;
    }
    expect([seen.length, failure]).to.deep.equal([1, "broken"]);
  });
});

describe("engine events", () => {
  const step = (op: string, name: string, diffs: string[] = []) =>
    ({ op, urn: urn(name), type: "aws:s3/bucket:Bucket", provider: "", diffs }) as never;

  it("become progress and changes without any value, secrets taken out of what is said", () => {
    const redactor = new Redactor();
    redactor.add("hunter22");
    const events: StackEvent[] = [];
    const reader = new EventReader((event) => events.push(event), redactor, 2);
    const feed = (event: Partial<EngineEvent>) => reader.read({ sequence: 0, timestamp: 0, ...event });
    feed({ resourcePreEvent: { metadata: step("update", "a", ["tags"]) } });
    feed({ resOutputsEvent: { metadata: step("update", "a", ["tags"]) } });
    feed({ resourcePreEvent: { metadata: step("create", "b") } });
    feed({ resOpFailedEvent: { metadata: step("create", "b"), status: 1, steps: 1 } });
    feed({
      diagnosticEvent: { urn: urn("b"), message: "password hunter22 refused", color: "never", severity: "error" },
    });
    feed({ diagnosticEvent: { message: "noise", color: "never", severity: "debug" as never } });
    feed({
      summaryEvent: { maybeCorrupt: false, durationSeconds: 2, resourceChanges: { update: 1 }, policyPacks: {} },
    });
    const progress = events.flatMap((event) => (event.kind === "resource" ? [event.progress] : []));
    expect(progress.at(-1)).to.deep.equal({ done: 1, running: 0, failed: 1, expected: 2 });
    expect(reader.observed.changes.map(({ op, name, properties }) => [op, name, properties])).to.deep.equal([
      ["update", "a", ["tags"]],
      ["create", "b", []],
    ]);
    expect(reader.observed.counts).to.deep.equal({ update: 1 });
    expect(reader.observed.failed).to.deep.equal([urn("b")]);
    expect(JSON.stringify(events))
      .to.include("password [secret] refused")
      .and.not.match(/hunter22|noise/);
  });

  it("hide a secret in its JSON, base64 and line by line", () => {
    const redactor = new Redactor();
    redactor.add('first line\nsecond "line"');
    const base64 = Buffer.from('first line\nsecond "line"').toString("base64");
    expect(redactor.text(`${base64} first line, second "line"`)).to.equal("[secret] [secret], [secret]");
  });
});

describe("running many", () => {
  it("keeps the bound and the order, and begins nothing after an abort", async () => {
    let running = 0;
    let most = 0;
    const controller = new AbortController();
    const results = await runMany(
      [0, 1, 2, 3, 4, 5],
      async (item) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (item === 3) {
          controller.abort(new Error("enough"));
        }
        return item * 2;
      },
      { concurrency: 2, signal: controller.signal },
    );
    expect(most).to.equal(2);
    expect(results.slice(0, 4).map((result) => result.ok && result.value)).to.deep.equal([0, 2, 4, 6]);
    expect(results[5]?.ok).to.equal(false);
    await runMany([1], async () => 1, { concurrency: 0 }).then(
      () => expect.fail("no bound is no number"),
      (error: unknown) => expect(error).to.be.instanceOf(RangeError),
    );
  });
});

describe("trying again", () => {
  const attempts = async (error: Error, options: object) => {
    let tried = 0;
    const failure = await withRetries(
      async () => {
        tried += 1;
        throw error;
      },
      { delayMs: 1, ...options },
      () => undefined,
    ).catch((caught: unknown) => caught);
    expect(failure).to.equal(error);
    return tried;
  };

  it("happens only where nothing was begun", async () => {
    expect(await attempts(new BackendUnreachableError("s3://states", "no route"), {})).to.equal(3);
    expect(await attempts(new ProviderFailureError("dev", []), {})).to.equal(1);
    expect(await attempts(new ConcurrentUpdateError("dev", []), {})).to.equal(1);
    expect(await attempts(new ConcurrentUpdateError("dev", []), { lockMs: 20 })).to.be.greaterThan(1);
  });
});

describe("guard rails", () => {
  const state = (resources: readonly object[]) => ({ deployment: { resources } });

  it("want production to be meant", () => {
    expect(() => guardProduction("prod", "production", false)).to.throw(RefusedError, "--yes-production");
    guardProduction("prod", "production", true);
    guardProduction("dev", "dev", false);
    const root = { urn: "u", type: "pulumi:pulumi:Stack", outputs: { environment: "production" } };
    expect(stateEnvironment(state([root]))).to.equal("production");
    expect(stateEnvironment(state([]))).to.equal(undefined);
  });

  it("keep what the state or its cloud protects", () => {
    const refuse = (resource: object) => () =>
      guardProtected("dev", stateResources(state([{ urn: urn("data"), type: "t", custom: true, ...resource }])));
    expect(refuse({ protect: true })).to.throw(RefusedError, "1 protected resource: data");
    expect(refuse({ inputs: { deletionProtection: true } })).to.throw(RefusedError);
    expect(refuse({ inputs: { settings: { deletionProtectionEnabled: true } } })).to.throw(RefusedError);
    refuse({ inputs: { deletionProtection: false } })();
  });

  it("want a name, and a time of at most two weeks, for an environment", () => {
    checkEnvironment({ name: "pr-12", base: "dev", timeToLiveMs: LONGEST_LIFE_MS });
    for (const wrong of [
      { name: "dev" },
      { name: "PR 12" },
      { timeToLiveMs: 0 },
      { timeToLiveMs: LONGEST_LIFE_MS + 1 },
    ]) {
      expect(() => checkEnvironment({ name: "pr-12", base: "dev", timeToLiveMs: 1, ...wrong })).to.throw(InputError);
    }
  });
});

describe("saved plans", () => {
  const plan = (resources: SavedPlan["resourcePlans"], config = {}) => ({ config, resourcePlans: resources });
  const goal = (value: unknown) => ({ goal: { inputDiff: { adds: { value } } }, steps: ["create"] });

  it("match but for ciphertexts and the order of dependencies", () => {
    const one = plan({ [urn("a")]: { ...goal({ ciphertext: "x" }) } }, { k: { secure: "v1:x" } });
    const two = plan({ [urn("a")]: { ...goal({ ciphertext: "y" }) } }, { k: { secure: "v1:y" } });
    expect(planDifferences(one, two)).to.deep.equal([]);
    const order = (dependencies: string[]) => plan({ [urn("a")]: { goal: { dependencies }, steps: ["same"] } });
    expect(planDifferences(order([urn("b"), urn("c")]), order([urn("c"), urn("b")]))).to.deep.equal([]);
  });

  it("differ by a setting, a resource, a step or a value, each said in a line", () => {
    const before = plan({ [urn("a")]: goal(1), [urn("gone")]: goal(1), [urn("step")]: goal(1) }, { k: 1 });
    const after = plan({ [urn("a")]: goal(2), [urn("new")]: goal(1), [urn("step")]: { steps: ["delete"] } }, { k: 2 });
    expect(planDifferences(before, after).map((line) => line.replace(" (aws:s3/bucket:Bucket)", ""))).to.deep.equal([
      "setting k has changed",
      "a would get other values",
      "gone is in the plan and no longer in the stack",
      "new is not in the plan: create",
      "step was planned to create, and would now delete",
    ]);
  });

  it("are refused where they are another stack's, the offline planner's, or none", () => {
    const text = JSON.stringify({ resourcePlans: { [urn("a")]: {} } });
    expect(Object.keys(parseSavedPlan(text, "p", "shop", "dev").resourcePlans)).to.deep.equal([urn("a")]);
    expect(() => parseSavedPlan(text, "p", "shop", "prod")).to.throw(InputError, "a plan of stack dev");
    expect(() => parseSavedPlan('{"version":1,"policies":{}}', "p", "shop", "dev")).to.throw(
      InputError,
      "offline planner",
    );
    expect(() => parseSavedPlan("no JSON", "p", "shop", "dev")).to.throw(InputError);
  });
});

describe("secret settings", () => {
  it("are part of the value they stand in, and of no command line", () => {
    const path = secretPath("groundplan:secrets.stripe.api-key");
    expect(path).to.deep.equal({ key: "groundplan:secrets", steps: ["stripe", "api-key"] });
    expect(cliPath(path)).to.equal('groundplan:secrets["stripe"]["api-key"]');
    expect(
      withSecrets({ "groundplan:secrets": { other: 1 } }, { "groundplan:secrets.stripe.api-key": "x" }),
    ).to.deep.equal({
      "groundplan:secrets": { other: 1, stripe: { "api-key": "x" } },
    });
    expect(() => secretPath("no namespace")).to.throw(InputError);
  });
});
