import { expect } from "chai";
import type { Fault } from "../../engine/sandbox/faults";
import { needsPulumi } from "./pulumi";
import { deployable, existingIn, ownedBy, runsAll, type StateResource, Trial } from "./trial";

const CELL = { system: "doc-scraper", model: "standalone", cloud: "kubernetes" } as const;

/** Where an up is struck, and how. */
interface Strike {
  /** How far, from 0 to 1. */
  readonly at: number;
  readonly how: "failure" | "plugin killed" | "engine killed";
}

/** Random, and the same in every run. */
function strikes(count: number): readonly Strike[] {
  const ways: readonly Strike["how"][] = ["failure", "plugin killed", "engine killed"];
  let state = 20_261_122;
  return Array.from({ length: count }, (_, index) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return { at: state / 2 ** 32, how: ways[index % ways.length] ?? "failure" };
  });
}

describe("sandbox: faults in the real engine (needs the Pulumi CLI)", function () {
  this.timeout(900_000);
  let trial: Trial;
  /** What an up without faults makes. */
  let whole: readonly string[] = [];
  let known: readonly StateResource[] = [];

  before(async function () {
    needsPulumi(this);
    trial = await Trial.start(deployable(CELL));
    trial.save();
    await trial.up();
    whole = existingIn(trial.cloud());
    known = (await trial.state()).resources;
  });
  after(() => trial?.dispose());
  beforeEach(() => trial.restore());

  for (const { at, how } of strikes(runsAll ? 20 : 3)) {
    it(`${how} after ${Math.round(at * 100)} %: the next up makes the rest, and nothing is lost or double`, async () => {
      // The last few leave an engine no time to be killed in.
      await struck(how, 1 + Math.floor(at * (whole.length - 4)));
      // What is there and not in the state is named by an operation that had not ended.
      const state = await trial.state();
      const pending = new Set(state.pending_operations.map(({ resource }) => resource.urn));
      const owned = new Set(ownedBy(state));
      const orphans = trial.cloud().filter(({ urn, id }) => !owned.has(`${urn} ${id}`));
      expect(orphans.filter(({ urn }) => !pending.has(urn))).to.deep.equal([]);
      const existing = new Set(existingIn(trial.cloud()));
      expect([...owned].filter((entry) => !existing.has(entry))).to.deep.equal([]);
      expect(existing.size).to.be.lessThan(whole.length);

      trial.withFaults([]);
      if (how === "engine killed") {
        await trial.run("cancel", "--stack", "trial", "--yes");
        // As a person would: look for what was being made, take into the state what is there, and forget the rest.
        await trial.adopt(orphans, known);
        await trial.refresh("--clear-pending-creates");
      }
      await trial.up();
      const end = await trial.state();
      expect(existingIn(trial.cloud())).to.deep.equal(whole);
      expect(ownedBy(end)).to.deep.equal(whole);
      expect(end.pending_operations).to.deep.equal([]);
      await trial.up("--expect-no-changes");
    });
  }

  async function struck(how: Strike["how"], nth: number): Promise<void> {
    const slow: Fault = { fault: "slow", milliseconds: 100 };
    if (how !== "engine killed") {
      trial.withFaults([slow, { fault: how === "failure" ? "fail" : "kill", package: "kubernetes", nth }]);
      expect((await trial.tryUp()).code).to.not.equal(0);
      return;
    }
    trial.withFaults([slow]);
    const up = trial.start(["up", "--stack", "trial", "--yes", "--skip-preview"]);
    while (trial.cloud().length < nth) {
      await new Promise((resume) => setTimeout(resume, 10));
    }
    up.kill();
    expect((await up.ended).signal).to.equal("SIGKILL");
    // Plugins end, or change nothing more, once they see that their engine is gone.
    await new Promise((resume) => setTimeout(resume, 1500));
  }

  it("keeps an object made by a plugin that died before it could say so: the next up names it, and an import mends it", async () => {
    trial.withFaults([{ fault: "kill", when: "after", type: "kubernetes:core/v1:Service", nth: 1 }]);
    expect((await trial.tryUp()).code).to.not.equal(0);
    const owned = new Set(ownedBy(await trial.state()));
    const orphans = trial.cloud().filter(({ urn, id }) => !owned.has(`${urn} ${id}`));
    expect(orphans.map(({ type }) => type)).to.deep.equal(["kubernetes:core/v1:Service"]);
    trial.withFaults([]);
    const refused = await trial.tryUp();
    expect(refused.code).to.not.equal(0);
    expect(refused.out).to.include(`${orphans[0]?.type} "${orphans[0]?.id}" exists already`);
    await trial.adopt(orphans, known);
    await trial.up();
    expect(existingIn(trial.cloud())).to.deep.equal(whole);
    expect(ownedBy(await trial.state())).to.deep.equal(whole);
  });

  it("refuses a second up of a stack while one goes on", async () => {
    trial.withFaults([{ fault: "slow", milliseconds: 100 }]);
    const first = trial.start(["up", "--stack", "trial", "--yes", "--skip-preview"]);
    while (trial.cloud().length < 3) {
      await new Promise((resume) => setTimeout(resume, 10));
    }
    const second = await trial.tryUp();
    expect(second.code).to.not.equal(0);
    expect(second.err).to.match(/the stack is currently locked by 1 lock/);
    expect((await first.ended).code).to.equal(0);
    expect(existingIn(trial.cloud())).to.deep.equal(whole);
    expect(ownedBy(await trial.state())).to.deep.equal(whole);
  });

  it("destroys a stack after an add-on failed, and after its cluster went away", async () => {
    trial.withFaults([{ fault: "unready", type: "kubernetes:*", nth: 5 }]);
    expect((await trial.tryUp()).code).to.not.equal(0);
    expect((await trial.state()).resources.filter(({ initErrors }) => (initErrors ?? []).length > 0)).to.have.lengthOf(
      1,
    );
    trial.withFaults([]);
    await trial.destroy();
    expect([trial.cloud(), (await trial.state()).resources]).to.deep.equal([[], []]);

    trial.restore();
    await trial.up();
    trial.withFaults([{ fault: "unreachable", package: "kubernetes" }]);
    expect((await trial.tryDestroy()).code).to.not.equal(0);
    const forgetting = { PULUMI_K8S_DELETE_UNREACHABLE: "true" };
    for (const command of ["refresh", "destroy"]) {
      const { ended } = trial.start([command, "--stack", "trial", "--yes", "--skip-preview"], forgetting);
      expect((await ended).code).to.equal(0);
    }
    expect((await trial.state()).resources).to.deep.equal([]);
  });
});
