import { expect } from "chai";
import { destroyParts, listStacks, type PartResult, previewParts, upParts } from "../../../automation";
import { readKey } from "../../../automation/sandbox/environment";
import { splitStack } from "../../../automation/split";
import type { Fault } from "../../../engine/sandbox/faults";
import { SandboxStore } from "../../../engine/sandbox/store";
import { needsAll } from "../../sandbox/pulumi";
import { deployable, secretsOf, UNKILLED } from "../../sandbox/trial";
import { SandboxedProgram } from "./program";

const SYSTEM = "doc-scraper";
const OPTIONS = { policies: "off", yesProduction: true } as const;
/** Production in two regions of which the first cannot be reached. */
const DEAD = [{ fault: "unreachable", provider: "one*" }] as const;

const DATABASE = "aws:rds/instance:Instance";

const outcomes = (results: readonly PartResult<unknown>[]) =>
  Object.fromEntries(
    results.map((part) => [
      part.part,
      part.outcome === "failed"
        ? `failed: ${(part.error as Error).name}`
        : part.outcome === "not-started"
          ? `not started: ${part.reason}`
          : part.outcome,
    ]),
  );

describe("production split over stacks (needs the Pulumi CLI and GROUNDPLAN_SANDBOX_TESTS=all)", function () {
  this.timeout(1_200_000);
  let program: SandboxedProgram;

  before(function () {
    needsAll(this);
    program = new SandboxedProgram();
  });
  after(() => program?.dispose());

  it("comes up in order, lives on without a dead region, gives its role away, and goes in reverse", async () => {
    const whole: Record<string, unknown> = {
      ...deployable({ system: SYSTEM, model: "global", cloud: "aws" }),
      "groundplan:environment": "production",
      "groundplan:protect": false,
      "groundplan:images": {
        registry: "registry.sandbox.test/team",
        services: Object.fromEntries(
          ["api", "worker"].map((name) => [name, `scraper-api:2.0.0@sha256:${"a".repeat(64)}`]),
        ),
      },
    };
    program.write("prod", whole);
    await splitStack(program.directory, "prod", false);
    const secrets = Object.fromEntries(
      Object.entries(await secretsOf(SYSTEM)).map(([name, value]) => [`groundplan:secrets.${name}`, String(value)]),
    );
    const request = (faults: readonly Fault[] = []) => {
      const { directory, env } = program.place(faults);
      return { directory, env: { ...env, ...UNKILLED }, stack: "prod", create: true, secrets };
    };
    const cloud = () => new SandboxStore(program.box, readKey(program.box)).list();

    // What reads a stack never deployed cannot be looked at yet.
    expect(outcomes(await previewParts(request(), { policies: "off" }))).to.deep.equal({
      one: "done",
      two: "not started: it reads prod-one, which was never deployed",
      edge: "not started: prod-two came to no good end",
    });

    let order: string[] = [];
    const onEvent = (stack: string) => order.at(-1) !== stack && order.push(stack);
    const up = await upParts(request(), { ...OPTIONS, onEvent });
    expect(outcomes(up)).to.deep.equal({ one: "done", two: "done", edge: "done" });
    expect(order).to.deep.equal(["prod-one", "prod-two", "prod-edge"]);

    // The region of `one` is dead: an update of everything stops there, one of the edge does not even notice.
    for (const stack of ["prod", "prod-one", "prod-two", "prod-edge"]) {
      program.write(stack, { ...program.read(stack), "groundplan:tags": { owner: "second" } });
    }
    const stopped = await upParts(request(DEAD), OPTIONS);
    expect(outcomes(stopped)).to.deep.equal({
      one: "failed: ProviderFailureError",
      two: "not started: prod-one came to no good end",
      edge: "not started: prod-one and prod-two came to no good end",
    });
    const before = cloud().length;
    const edge = await upParts({ ...request(DEAD), parts: ["edge"] }, OPTIONS);
    expect(outcomes(edge)).to.deep.equal({ edge: "done" });
    expect(edge.map((part) => part.outcome === "done" && part.result.hasChanges)).to.deep.equal([true]);
    expect(cloud().length).to.equal(before);

    // As docs/failover-aws.md says: the survivor becomes the primary, follows nobody, and is deployed with the edge alone.
    const databases = () =>
      cloud().filter(({ type, urn }) => type === DATABASE && urn.startsWith("urn:pulumi:prod-two::"));
    const replicas = databases();
    expect(replicas.map(({ name }) => name)).to.deep.equal(["two-database-primary", "two-database-replica-1"]);
    expect(replicas[0]?.inputs).to.have.property("replicateSourceDb");
    const swapped = (whole["groundplan:placements"] as readonly { name: string }[]).map((placement) => ({
      ...placement,
      role: placement.name === "two" ? "primary" : "secondary",
    }));
    for (const stack of ["prod", "prod-two", "prod-edge"]) {
      const { "groundplan:partStacks": partStacks, ...config } = program.read(stack);
      const follows = stack === "prod-two" ? {} : { "groundplan:partStacks": partStacks };
      program.write(stack, { ...config, ...follows, "groundplan:placements": swapped });
    }
    const failover = await upParts({ ...request(DEAD), parts: ["two", "edge"] }, OPTIONS);
    expect(outcomes(failover)).to.deep.equal({ two: "done", edge: "done" });
    const [promoted, follower, another, ...others] = databases();
    expect([promoted?.id, follower?.id]).to.deep.equal(replicas.map(({ id }) => id));
    expect(promoted?.inputs).to.not.have.property("replicateSourceDb");
    expect([another?.name, others]).to.deep.equal(["two-database-replica-2", []]);

    // Everything goes the other way round, the old primary now before the new one.
    await splitStack(program.directory, "prod", true);
    order = [];
    const gone = await destroyParts(request(), { yesProduction: true, remove: true, onEvent });
    expect(outcomes(gone)).to.deep.equal({ one: "done", two: "done", edge: "done" });
    expect(order).to.deep.equal(["prod-edge", "prod-one", "prod-two"]);
    expect(cloud()).to.deep.equal([]);
    expect(await listStacks(request())).to.deep.equal([]);
  });
});
