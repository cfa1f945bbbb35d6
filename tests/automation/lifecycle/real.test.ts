import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import {
  CancelledError,
  ConcurrentUpdateError,
  listEnvironments,
  openEnvironment,
  PlanMismatchError,
  ProviderFailureError,
  pruneEnvironments,
  RefusedError,
  runMany,
  type StackEvent,
  StackNotFoundError,
  type StackOptions,
  TimeoutError,
  upEnvironment,
} from "../../../automation";
import { needsPulumi } from "../../sandbox/pulumi";
import { failureOf } from "./failure";
import { filesWith, RealStacks } from "./realStacks";

const OFF = { policies: "off" } as const;

describe("the life of a stack (needs the Pulumi CLI)", function () {
  this.timeout(240_000);
  let stacks: RealStacks;
  let directory: string;
  let state: string;

  before(function () {
    needsPulumi(this);
  });
  beforeEach(() => {
    stacks = new RealStacks({ dev: {}, slow: { "trial:slowMs": "1500", "trial:count": "4" } });
    ({ directory, state } = stacks);
  });
  afterEach(() => stacks.dispose());

  const place = () => stacks.place();
  const open = (options: Partial<StackOptions> = {}) => stacks.open(options);

  it("goes from nothing to up, no change, drift, refresh, and to nothing again, with its history", async () => {
    const driftFile = join(state, "drift");
    const stack = open({ config: { "trial:driftFile": driftFile } });
    const preview = await stack.preview(OFF);
    expect(preview.counts).to.deep.equal({ create: 3 });
    const up = await stack.up(OFF);
    expect(up.counts).to.deep.equal({ create: 3 });
    expect(up.outputs.things).to.deep.equal({ secret: false, value: 2 });
    const again = await stack.up(OFF);
    expect(again.counts).to.deep.equal({ same: 3 });
    expect(again.hasChanges).to.equal(false);
    expect((await stack.drift()).drifted).to.equal(false);
    writeFileSync(driftFile, "");
    const drift = await stack.drift();
    expect(drift.drifted).to.equal(true);
    expect(drift.changes.map(({ name }) => name)).to.include.members(["thing-0", "thing-1"]);
    expect((await stack.refresh()).counts).to.include({ update: 2 });
    expect((await stack.history()).map(({ kind, result }) => `${kind} ${result}`)).to.deep.equal([
      "refresh succeeded",
      "update succeeded",
      "update succeeded",
    ]);
    expect((await stack.destroy({ remove: true })).counts).to.deep.equal({ delete: 3 });
    await stack.close();
    expect(await failureOf(open({ create: false }).outputs())).to.be.instanceOf(StackNotFoundError);
  });

  it("writes nothing to the caller's tree, and nothing of a workspace is left after close", async () => {
    const before = snapshot(directory);
    const stack = open();
    await stack.up(OFF);
    await stack.config.set("trial:value", "two");
    expect((await stack.preview(OFF)).counts).to.include({ update: 2 });
    await stack.close();
    expect(snapshot(directory)).to.deep.equal(before);
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith("groundplan-stack-"));
    const mine = left.filter((name) => readFileSync(join(tmpdir(), name, "Pulumi.yaml"), "utf8").includes(directory));
    expect(mine).to.deep.equal([]);
  });

  it("shows a secret to nobody: not in events, results, outputs, history or any file", async () => {
    const secret = "s3cr3t-that-nobody-sees";
    const stack = open({ secrets: { "trial:token": secret } });
    const events: StackEvent[] = [];
    const operation = stack.up(OFF);
    for await (const event of operation) {
      events.push(event);
    }
    const result = await operation;
    expect(result.outputs.token).to.deep.equal({ secret: true });
    expect((await stack.outputs({ showSecrets: true })).token).to.deep.equal({ secret: true, value: secret });
    const shown = JSON.stringify([events, result, await stack.outputs(), await stack.history(), await stack.state()]);
    expect(shown).not.to.include(secret);
    // The program prints it, as careless programs do.
    expect(events.map((event) => (event.kind === "diagnostic" ? event.message : "")).join()).to.include(
      "token is [secret]",
    );
    const workspaces = readdirSync(tmpdir()).filter((name) => name.startsWith("groundplan-stack-"));
    for (const root of [state, directory, ...workspaces.map((name) => join(tmpdir(), name))]) {
      expect(filesWith(root, secret), root).to.deep.equal([]);
    }
    expect(parse(await stack.config.file()).config["trial:token"].secure).to.be.a("string");
    expect((await stack.config.all())["trial:token"]).to.deep.equal({ secret: true });
    expect((await stack.config.all({ showSecrets: true }))["trial:token"]).to.deep.equal({
      secret: true,
      value: secret,
    });
  });

  it("does what a saved plan says, and refuses one that no longer matches before anything is done", async () => {
    const plan = join(state, "plan.json");
    const stack = open();
    await stack.preview({ ...OFF, savePlan: plan });
    expect((await stack.up({ ...OFF, plan })).counts).to.deep.equal({ create: 3 });
    await stack.config.set("trial:value", "two");
    await stack.preview({ ...OFF, savePlan: plan });
    await stack.config.set("trial:value", "three");
    const history = (await stack.history()).length;
    const error = await failureOf(stack.up({ ...OFF, plan }));
    expect(error).to.be.instanceOf(PlanMismatchError);
    expect((error as PlanMismatchError).differences).to.include("setting trial:value has changed");
    expect((await stack.history()).length).to.equal(history);
  });

  it("refuses a saved plan where a secret has changed since, before anything is done", async () => {
    const plan = join(state, "plan.json");
    const stack = open({ secrets: { "trial:hidden": "first-secret" } });
    await stack.up(OFF);
    await stack.config.set("trial:hidden", "second-secret", { secret: true });
    await stack.preview({ ...OFF, savePlan: plan });
    await stack.config.set("trial:hidden", "third-secret", { secret: true });
    const error = await failureOf(stack.up({ ...OFF, plan }));
    expect(error).to.be.instanceOf(PlanMismatchError);
    expect((await stack.history()).length).to.equal(1);
    await stack.config.set("trial:hidden", "second-secret", { secret: true });
    expect((await stack.up({ ...OFF, plan })).counts).to.deep.equal({ same: 1, update: 2 });
    expect((await stack.history()).length).to.equal(2);
  });

  it("refuses a second update at the same time, and waits for the first one where it is told to", async () => {
    const first = open({ stack: "slow" });
    const running = first.up(OFF);
    for await (const event of running) {
      if (event.kind === "resource" && event.name === "thing-0") {
        break;
      }
    }
    const second = open({ stack: "slow" });
    const error = await failureOf(second.up(OFF));
    expect(error).to.be.instanceOf(ConcurrentUpdateError);
    expect((error as ConcurrentUpdateError).holders).to.have.lengthOf(1);
    const patient = await second.up({ ...OFF, retry: { lockMs: 60_000, delayMs: 500 } });
    expect((await running).counts).to.include({ create: 5 });
    expect(patient.counts).to.include({ same: 5 });
  });

  it("ends in order when it is cancelled or out of time, and goes on from there", async () => {
    const stack = open({ stack: "slow" });
    const controller = new AbortController();
    const operation = stack.up({ ...OFF, signal: controller.signal });
    const failing = failureOf(operation);
    for await (const event of operation) {
      if (event.kind === "resource" && event.name === "thing-0" && event.status === "done") {
        controller.abort();
        break;
      }
    }
    const cancelled = await failing;
    expect(cancelled).to.be.instanceOf(CancelledError);
    expect((cancelled as CancelledError).clean).to.equal(true);
    const late = await failureOf(stack.up({ ...OFF, timeLimitMs: 4_000 }));
    expect(late).to.be.instanceOf(TimeoutError);
    const { counts } = await stack.up(OFF);
    expect((counts.create ?? 0) + (counts.same ?? 0) + (counts.update ?? 0)).to.equal(5);
    expect((await stack.up(OFF)).hasChanges).to.equal(false);
    expect(await failureOf(stack.up({ ...OFF, signal: AbortSignal.abort() }))).to.be.instanceOf(CancelledError);
  });

  it("names a resource that failed and what its provider said; the next up goes on", async () => {
    const stack = open();
    await stack.config.set("trial:failing", "1");
    const error = (await failureOf(stack.up(OFF))) as ProviderFailureError;
    expect(error).to.be.instanceOf(ProviderFailureError);
    expect(error.failures.map(({ name }) => name)).to.deep.equal(["thing-1"]);
    expect(error.message).to.include("no room for one");
    await stack.config.remove("trial:failing");
    expect((await stack.up(OFF)).counts.create).to.equal(1);
  });

  it("keeps what is protected and what is production until it is told twice", async () => {
    const stack = open({ config: { "trial:protected": "true" } });
    await stack.up(OFF);
    const refused = await failureOf(stack.destroy());
    expect(refused).to.be.instanceOf(RefusedError);
    expect(refused.message).to.include("1 protected resource: thing-0");
    await stack.config.set("trial:protected", "false");
    await stack.config.set("trial:environmentOutput", "production");
    await stack.up(OFF);
    expect((await failureOf(stack.destroy())).message).to.include("is production");
    expect((await stack.destroy({ yesProduction: true })).counts).to.deep.equal({ delete: 3 });
  });

  it("opens an environment from a base, and prunes it when its time is over and not before", async () => {
    await open().up(OFF);
    const request = { ...place(), base: "dev", timeToLiveMs: 3_600_000, config: { "trial:count": "1" } };
    const { expiresAt } = await upEnvironment({ ...request, name: "pr-12" }, OFF);
    const known = await listEnvironments(place());
    expect(known).to.deep.equal([{ stack: "pr-12", base: "dev", expiresAt, expired: false }]);
    expect(await pruneEnvironments(place())).to.deep.equal([]);
    const later = new Date(expiresAt.getTime() + 1);
    expect((await pruneEnvironments(place(), { now: later, dryRun: true }))[0]?.outcome).to.equal("would-be-destroyed");
    expect((await pruneEnvironments(place(), { now: later }))[0]).to.include({ stack: "pr-12", outcome: "destroyed" });
    expect(await listEnvironments(place())).to.deep.equal([]);
    expect((await open().state()) as object).to.have.property("deployment");
    const foreign = await failureOf(openEnvironment({ ...request, base: "slow", name: "dev" }));
    expect(foreign).to.be.instanceOf(RefusedError);
  });

  it("runs many side by side within a bound, one's failure its own", async () => {
    const names = ["a", "b", "c"];
    const results = await runMany(
      names,
      async (name) => {
        const stack = open({ stack: name, base: "dev", config: name === "b" ? { "trial:crash": "yes" } : {} });
        return (await stack.up(OFF)).counts.create;
      },
      { concurrency: 2 },
    );
    expect(results.map((result) => (result.ok ? result.value : "failed"))).to.deep.equal([3, "failed", 3]);
  });
});

/** Every file of a tree with its time and text; links are not followed. */
function snapshot(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return `${file} ${statSync(file).mtimeMs} ${readFileSync(file, "utf8")}`;
    })
    .sort();
}
