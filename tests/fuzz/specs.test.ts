import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { readStackFile, toPulumiConfig } from "../../automation/stackFile";
import { InputError } from "../../components/errors";
import { runProgram } from "../../engine";
import groundplan from "../../index";
import { parseSettings } from "../../stacks/settings";
import { builtInSystem, systemNames } from "../../systems";
import { parseSystem } from "../../systems/load";
import { resolveSystem } from "../../systems/resolve";
import { MODELS, type SystemInput } from "../../systems/spec";
import { type CellRequest, CLOUDS, planCell } from "../systems/cellPlans";
import { mutate, mutation, share } from "./mutations";

const ROOT = join(__dirname, "..", "..");
const SEED = 20_261_122;
/** Reading an input may take the processor this long: more is a hang to whoever waits for it. */
const SLOWEST_MS = 2_000;
const PLAN_MS = 60_000;

/** What came of an input: taken, or refused in words a person can act on. Anything else fails the test. */
async function outcome(action: () => unknown, slowest = SLOWEST_MS): Promise<"taken" | "refused"> {
  // Of the processor, not of the clock: what else a machine does is no fault of an input.
  const started = process.cpuUsage();
  try {
    await action();
    return "taken";
  } catch (error) {
    if (!InputError.is(error)) {
      throw error;
    }
    expect(error.problems).to.not.have.lengthOf(0);
    for (const { path, found, allowed, fix } of error.problems) {
      for (const text of [path, found, allowed, fix]) {
        expect(text).to.be.a("string").and.not.equal("");
      }
    }
    expect(error.message).not.to.match(/^\s+at .*:\d+:\d+\)?$/m);
    return "refused";
  } finally {
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1_000).to.be.lessThan(slowest);
  }
}

/** Mostly the cell that costs least to plan; every fifth time another, until every model was on every cloud. */
function cellOf(planned: number): Pick<CellRequest, "cloud" | "model"> {
  if (planned % 5 !== 0) {
    return { cloud: "kubernetes", model: "standalone" };
  }
  const turn = planned / 5;
  return {
    cloud: CLOUDS[turn % CLOUDS.length] ?? "kubernetes",
    model: MODELS[Math.floor(turn / CLOUDS.length) % MODELS.length] ?? "distributed",
  };
}

describe("mutated inputs", function () {
  this.timeout(900_000);
  const specs: unknown[] = [];
  const stacks: { readonly name: string; readonly config: Readonly<Record<string, unknown>> }[] = [];

  before(async () => {
    for (const name of systemNames) {
      specs.push(JSON.parse(JSON.stringify(await builtInSystem(name))));
    }
    const examples = join(ROOT, "examples");
    for (const file of readdirSync(examples).filter((entry) => entry.endsWith(".yaml"))) {
      specs.push(parse(readFileSync(join(examples, file), "utf8")));
    }
    for (const name of ["dev", "staging", "prod"]) {
      stacks.push({ name, config: (await readStackFile(ROOT, name)).values });
    }
  });

  /** Runs an input per mutation list, and says how many were taken and refused. */
  async function run(
    count: number,
    bases: readonly unknown[],
    check: (mutated: unknown, index: number) => Promise<"taken" | "refused">,
  ) {
    const seen = { taken: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bases.length - 1),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        async (base, mutations) => {
          const mutated: unknown = structuredClone(bases[base]);
          for (const change of mutations) {
            mutate(mutated, change);
          }
          seen[await check(mutated, base)] += 1;
        },
      ),
      { numRuns: count, seed: SEED, endOnFailure: true },
    );
    return seen;
  }

  it("1,000 system files resolve in every model and plan in one, mostly the cheapest, or are refused with paths", async () => {
    let planned = 0;
    const seen = await run(1_000, specs, async (spec) => {
      const text = stringify(spec, { aliasDuplicateObjects: false });
      let system: SystemInput | undefined;
      const read = await outcome(() => {
        const parsed = parseSystem(text, "system.yaml");
        for (const model of MODELS) {
          resolveSystem(parsed, { model, environment: "dev", placement: "main" });
        }
        system = parsed;
      });
      if (read === "refused" || !system) {
        return read;
      }
      const { cloud, model } = cellOf(planned);
      planned += 1;
      const request: CellRequest = { system, cloud, model, environment: "dev", mode: "preview" };
      return outcome(() => planCell(request), PLAN_MS);
    });
    // Both must come of it, or the mutations are too wild or too tame to try anything.
    expect(planned).to.be.greaterThan(50);
    expect(seen.taken).to.be.greaterThan(50);
    expect(seen.refused).to.be.greaterThan(500);
  });

  it("1,000 stacks' settings are planned, or are refused with paths", async () => {
    const bases = stacks.map(({ config }) => config);
    const seen = await run(1_000, bases, async (mutated, base) => {
      const stack = stacks[base]?.name ?? "dev";
      const config = mutated as Readonly<Record<string, unknown>>;
      const read = await outcome(() => parseSettings(config, { stack, directory: ROOT }));
      if (read === "refused") {
        return read;
      }
      return outcome(() => {
        const request = { stack, config: toPulumiConfig(config), secretKeys: [], directory: ROOT };
        return runProgram({ program: groundplan, project: "groundplan", mode: "preview", ...request });
      }, PLAN_MS);
    });
    expect(seen.taken).to.be.greaterThan(50);
    expect(seen.refused).to.be.greaterThan(300);
  });

  it("broken texts are refused with a line", async () => {
    const text = readFileSync(join(ROOT, "examples", "etl-pipeline.yaml"), "utf8");
    const edit = fc.record({
      at: share,
      length: fc.nat(40),
      insert: fc.constantFrom("", ":", "{", "[", '"', "\t", "&a ", "*a", "- ", "\n", "!!x ", "---\n", "<<: *host\n"),
    });
    await fc.assert(
      fc.asyncProperty(edit, async ({ at, length, insert }) => {
        const start = Math.floor(at * text.length);
        await outcome(() =>
          parseSystem(`${text.slice(0, start)}${insert}${text.slice(start + length)}`, "system.yaml"),
        );
      }),
      { numRuns: 150, seed: SEED, endOnFailure: true },
    );
  });
});
