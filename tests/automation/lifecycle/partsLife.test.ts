import { expect } from "chai";
import { type PartResult, previewParts, upParts } from "../../../automation";
import { readKey } from "../../../automation/sandbox/environment";
import { splitStack } from "../../../automation/split";
import { SandboxStore } from "../../../engine/sandbox/store";
import { needsPulumi } from "../../sandbox/pulumi";
import { deployable, secretsOf } from "../../sandbox/trial";
import { SandboxedProgram } from "./program";

const SYSTEM = "doc-scraper";
const OPTIONS = { policies: "off", yesProduction: true } as const;
/** Production in two regions of which the first cannot be reached. */
const DEAD = [{ fault: "unreachable", provider: "one*" }] as const;

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

describe("production split over stacks (needs the Pulumi CLI)", function () {
  this.timeout(1_200_000);
  let program: SandboxedProgram;

  before(function () {
    needsPulumi(this);
    program = new SandboxedProgram();
  });
  after(() => program?.dispose());

  it("comes up in order, stops where a region is dead, and keeps its edge up to date without it", async () => {
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
    const request = { stack: "prod", create: true, secrets };
    const cloud = () => new SandboxStore(program.box, readKey(program.box)).list();

    // What reads a stack never deployed cannot be looked at yet.
    expect(outcomes(await previewParts({ ...program.place(), ...request }, { policies: "off" }))).to.deep.equal({
      one: "done",
      two: "not started: it reads prod-one, which was never deployed",
      edge: "not started: prod-two came to no good end",
    });

    const order: string[] = [];
    const onEvent = (stack: string) => order.at(-1) !== stack && order.push(stack);
    const up = await upParts({ ...program.place(), ...request }, { ...OPTIONS, onEvent });
    expect(outcomes(up)).to.deep.equal({ one: "done", two: "done", edge: "done" });
    expect(order).to.deep.equal(["prod-one", "prod-two", "prod-edge"]);

    // The region of `one` is dead: an update of everything stops there, one of the edge does not even notice.
    for (const stack of ["prod", "prod-one", "prod-two", "prod-edge"]) {
      program.write(stack, { ...program.read(stack), "groundplan:tags": { owner: "second" } });
    }
    const stopped = await upParts({ ...program.place(DEAD), ...request }, OPTIONS);
    expect(outcomes(stopped)).to.deep.equal({
      one: "failed: ProviderFailureError",
      two: "not started: prod-one came to no good end",
      edge: "not started: prod-one and prod-two came to no good end",
    });
    const before = cloud().length;
    const edge = await upParts({ ...program.place(DEAD), ...request, parts: ["edge"] }, OPTIONS);
    expect(outcomes(edge)).to.deep.equal({ edge: "done" });
    expect(edge.map((part) => part.outcome === "done" && part.result.hasChanges)).to.deep.equal([true]);
    expect(cloud().length).to.equal(before);
  });
});
