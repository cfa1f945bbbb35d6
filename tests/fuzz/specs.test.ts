import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { readStackFile } from "../../automation/stackFile";
import { InputError } from "../../components/errors";
import { parseSettings } from "../../stacks/settings";
import { builtInSystem, systemNames } from "../../systems";
import { parseSystem } from "../../systems/load";
import { resolveSystem } from "../../systems/resolve";
import { MODELS } from "../../systems/spec";

const ROOT = join(__dirname, "..", "..");
const SEED = 20_261_122;
/** The slowest single input may take this long: more is a hang to whoever waits for it. */
const SLOWEST_MS = 2_000;

/** Values that are wrong nearly everywhere, and the names the language is made of, where they do not belong. */
const values: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    "",
    " ",
    "0",
    "-1",
    "1e999",
    "NaN",
    [],
    {},
    [[]],
    { "": "" },
    "__proto__",
    "constructor",
    "toString",
    "💥",
    "a".repeat(5_000),
    "../../etc/passwd",
    "$X",
    "*",
    "0/0 * * * *",
    "10.0.0.0/33",
    "1Gi",
    "500m",
    "99999999Ti",
    "@sha256:",
    "https://",
    "\u0000",
  ),
  fc.constantFrom<unknown>(
    "postgres",
    "redis",
    "bucket",
    "deployment",
    "daemonset",
    "cronjob",
    "job",
    "standalone",
    "global",
    "aws",
    "gcp",
    "kubernetes",
    "production",
    "backend",
    "database",
    "replica",
    "public",
  ),
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
);

interface Mutation {
  readonly kind: "replace" | "remove" | "rename" | "copy" | "wrap" | "duplicate";
  /** Which of the places, as a share of them; and a second one for what is copied there. */
  readonly place: number;
  readonly other: number;
  readonly value: unknown;
}

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom<Mutation["kind"]>(
    "replace",
    "replace",
    "replace",
    "remove",
    "rename",
    "copy",
    "wrap",
    "duplicate",
  ),
  place: share,
  other: share,
  value: values,
});

type Container = Record<PropertyKey, unknown>;

/** Every place of a value: what holds it, and under which key. */
function places(value: unknown): readonly { readonly holder: Container; readonly key: string | number }[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const holder = value as Container;
  const keys: readonly (string | number)[] = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value);
  return keys.flatMap((key) => [{ holder, key }, ...places(holder[key])]);
}

function mutate(value: unknown, { kind, place, other, value: strange }: Mutation): void {
  const all = places(value);
  const target = all[Math.floor(place * all.length)];
  const source = all[Math.floor(other * all.length)];
  if (!target || !source) {
    return;
  }
  const { holder, key } = target;
  const current = holder[key];
  switch (kind) {
    case "replace":
      define(holder, key, strange);
      return;
    case "remove":
      if (Array.isArray(holder)) {
        holder.splice(Number(key), 1);
      } else {
        delete holder[key];
      }
      return;
    case "rename":
      delete holder[key];
      define(holder, typeof strange === "string" ? strange : `${String(key)}x`, current);
      return;
    case "copy":
      define(holder, key, structuredClone(source.holder[source.key]));
      return;
    case "wrap":
      define(holder, key, Array.isArray(current) ? { item: current } : [current]);
      return;
    case "duplicate":
      if (Array.isArray(holder)) {
        holder.push(structuredClone(current));
      } else {
        define(holder, `${String(key)}-2`, structuredClone(current));
      }
      return;
    default:
      kind satisfies never;
  }
}

/** Sets a key that may be `__proto__`, as a parser would. */
function define(holder: Container, key: PropertyKey, value: unknown): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

/** What came of an input: taken, or refused in words a person can act on. Anything else fails the test. */
async function outcome(action: () => unknown): Promise<"taken" | "refused"> {
  const started = performance.now();
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
    expect(performance.now() - started).to.be.lessThan(SLOWEST_MS);
  }
}

describe("mutated inputs", function () {
  this.timeout(60_000);
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

  it("1,000 system files resolve in every model, or are refused with paths", async () => {
    const seen = await run(1_000, specs, (spec) =>
      outcome(() => {
        const system = parseSystem(stringify(spec, { aliasDuplicateObjects: false }), "system.yaml");
        for (const model of MODELS) {
          resolveSystem(system, { model, environment: "dev", placement: "main" });
        }
      }),
    );
    // Both must come of it, or the mutations are too wild or too tame to try anything.
    expect(seen.taken).to.be.greaterThan(50);
    expect(seen.refused).to.be.greaterThan(500);
  });

  it("1,000 stacks' settings are read, or are refused with paths", async () => {
    const bases = stacks.map(({ config }) => config);
    const seen = await run(1_000, bases, (config, base) =>
      outcome(() =>
        parseSettings(config as Readonly<Record<string, unknown>>, {
          stack: stacks[base]?.name ?? "dev",
          directory: ROOT,
        }),
      ),
    );
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
