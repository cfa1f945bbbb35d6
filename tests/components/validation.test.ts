import { expect } from "chai";
import * as fc from "fast-check";
import { z } from "zod";
import { InputError } from "../../components/errors";
import { collectInput, formatPath, parseInput, parsePath, valueAt } from "../../components/validation";
import { collectChecked, problemsUnder } from "../../components/validation/checked";
import { closest, didYouMean } from "../../components/validation/suggestions";

const even = z
  .int()
  .refine((value) => value % 2 === 0, { params: { allowed: "an even number", fix: "add one", example: 2 } });
const schema = z.strictObject({
  name: z.string().min(2),
  count: even.optional(),
  size: z.int().min(1).max(9).default(1),
  on: z.boolean().default(false),
  kind: z.enum(["small", "large"]).default("small"),
  list: z.array(z.string()).default([]),
  part: z
    .discriminatedUnion("type", [
      z.strictObject({ type: z.literal("disk"), path: z.string() }),
      z.strictObject({ type: z.literal("net"), host: z.string() }),
    ])
    .optional(),
  use: z.union([z.string(), z.strictObject({ to: z.string(), port: z.int().optional() })]).optional(),
  map: z
    .record(
      z.string().refine((key) => key === key.toLowerCase(), { params: { allowed: "lower case", fix: "rename it" } }),
      z.int(),
    )
    .default({}),
});

/** Path, found, allowed and fix of every problem. */
function rows(value: unknown): readonly (readonly string[])[] {
  return collectInput(schema, value, { root: "" }).problems.map(({ path, found, allowed, fix }) => [
    path,
    found,
    allowed,
    fix,
  ]);
}

describe("validation", () => {
  it("gives the value with its defaults when nothing is wrong", () => {
    expect(parseInput(schema, { name: "ab" }, { root: "" })).to.deep.equal({
      name: "ab",
      size: 1,
      on: false,
      kind: "small",
      list: [],
      map: {},
    });
  });

  const cases: readonly (readonly [string, Record<string, unknown>, readonly string[]])[] = [
    ["a wrong kind of value", { list: 3 }, ["list", "3", "a list", "write a list"]],
    ["a number in quotes", { size: "3" }, ["size", '"3"', "a number", "remove the quotes"]],
    ["a truth in quotes", { on: "true" }, ["on", '"true"', "true or false", "remove the quotes"]],
    ["a text without quotes", { name: 12 }, ["name", "12", "text", "put it in quotes"]],
    ["a fraction", { size: 1.5 }, ["size", "1.5", "a whole number", "write a whole number"]],
    ["a number too small", { size: 0 }, ["size", "0", "at least 1", "use 1 or more"]],
    ["a number too big", { size: 10 }, ["size", "10", "at most 9", "use 9 or less"]],
    ["a text too short", { name: "a" }, ["name", '"a"', "at least 2 characters", "use 2 or more"]],
    ["an unknown choice", { kind: "lrage" }, ["kind", '"lrage"', "small, large", "did you mean large?"]],
    ["an own check, in its own words", { count: 3 }, ["count", "3", "an even number", "add one"]],
    [
      "a missing field of the option that was meant",
      { part: { type: "disk" } },
      ["part.path", "nothing", "text", "add it"],
    ],
    ["an unknown option", { part: { type: "dsk" } }, ["part.type", '"dsk"', "disk, net", "did you mean disk?"]],
    ["a wrong item", { list: ["a", 1] }, ["list[1]", "1", "text", "put it in quotes"]],
    ["a wrong key", { map: { A: 1 } }, ["map.A", '"A"', "lower case", "rename it"]],
    ["no kind a union takes", { use: 3 }, ["use", "3", "text or a mapping", "write one of the allowed kinds"]],
    [
      "a wrong field of the closest option",
      { use: { to: "a", port: "x" } },
      ["use.port", '"x"', "a number", "write a number"],
    ],
    [
      "an unknown key of the closest option",
      { use: { to: "a", prot: 1 } },
      ["use.prot", "1", "to, port", "did you mean port?"],
    ],
  ];
  for (const [what, change, row] of cases) {
    it(`explains ${what}`, () => {
      expect(rows({ name: "ab", ...change })).to.deep.equal([row]);
    });
  }

  it("names each unknown key, and the one that was meant", () => {
    const found = rows({ name: "ab", siez: 1, zzz: 2 });
    expect(found.map(([path, , , fix]) => [path, fix])).to.deep.equal([
      ["siez", "did you mean size?"],
      ["zzz", "remove it, or check its indentation"],
    ]);
  });

  it("names where an unknown key belongs: below a key that is there, or in what is around it", () => {
    const limits = z.strictObject({ cpu: z.int().optional(), memory: z.int().optional() });
    const nested = z.strictObject({
      scaling: z.strictObject({ replicas: z.int().optional(), low: z.strictObject({ deep: z.int() }).optional() }),
      requests: limits.optional(),
      limits: limits.optional(),
      more: z.strictObject({ cpu: z.int() }).optional(),
      named: z.record(z.string(), z.strictObject({ hidden: z.int() })).optional(),
    });
    const fixes = (value: unknown) => collectInput(nested, value, { root: "config:" }).problems.map(({ fix }) => fix);
    expect(fixes({ replicas: 1, scaling: {} })).to.deep.equal(["did you mean config:scaling.replicas?"]);
    expect(fixes({ deep: 1, scaling: {} })).to.deep.equal(["did you mean config:scaling.low.deep?"]);
    expect(fixes({ memory: 1, scaling: {} })).to.deep.equal([
      "did you mean config:requests.memory or config:limits.memory?",
    ]);
    expect(fixes({ scaling: { limits: {} } })).to.deep.equal(["did you mean config:limits?"]);
    // In three places, or below a name of the user's own, it could be anywhere.
    const lost = "remove it, or check its indentation";
    expect(fixes({ cpu: 1, hidden: 1, scaling: {} })).to.deep.equal([lost, lost]);
  });

  it("gives all problems at once, with root and source", () => {
    try {
      parseInput(schema, { size: 0, on: 1 }, { root: "groundplan:", source: "Pulumi.dev.yaml" });
      expect.fail("it was accepted");
    } catch (error) {
      expect(InputError.is(error) && error.problems.map(({ path, source }) => `${path} ${source}`)).to.deep.equal([
        "groundplan:name Pulumi.dev.yaml",
        "groundplan:size Pulumi.dev.yaml",
        "groundplan:on Pulumi.dev.yaml",
      ]);
    }
  });
});

describe("paths", () => {
  it("are written with dots, brackets and quotes", () => {
    expect(formatPath(["services", "web", "uses", 0, "to"])).to.equal("services.web.uses[0].to");
    expect(formatPath(["files", "/etc/app.conf"])).to.equal('files["/etc/app.conf"]');
    expect([formatPath([]), formatPath(["a"], "groundplan:"), formatPath(["a"], "config")]).to.deep.equal([
      "(top level)",
      "groundplan:a",
      "config.a",
    ]);
  });

  it("read back what they write", () => {
    const part = fc.oneof(fc.nat(99), fc.string(), fc.constantFrom("a", "main-db", "/etc/x", 'quo"te', "back\\slash"));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (path) => {
        expect(parsePath(formatPath(path))).to.deep.equal(path);
      }),
    );
  });

  it("lead to values that are the input's own", () => {
    expect([valueAt({ a: [{ b: 1 }] }, ["a", 0, "b"]), valueAt({}, ["toString"]), valueAt(null, ["a"])]).to.deep.equal([
      1,
      undefined,
      undefined,
    ]);
  });
});

describe("checks between fields", () => {
  const pair = z.strictObject({ low: z.int(), high: z.int(), other: z.enum(["a", "b"]) });
  const ordered = ({ low, high }: z.output<typeof pair>) =>
    low > high ? [problemsUnder("")(["low"], low, `at most ${high}`, "lower it")] : [];
  const paths = (value: unknown) => collectChecked(pair, value, { root: "" }, ordered).problems.map(({ path }) => path);

  it("run although another field is wrong", () => {
    expect(paths({ low: 3, high: 1, other: "c" })).to.deep.equal(["other", "low"]);
  });

  it("say nothing that only follows from a wrong field", () => {
    expect(paths({ low: "x", high: -5, other: "a" })).to.deep.equal(["low"]);
  });

  it("leave a right value alone", () => {
    expect(collectChecked(pair, { low: 1, high: 2, other: "a" }, { root: "" }, ordered).value).to.deep.equal({
      low: 1,
      high: 2,
      other: "a",
    });
  });
});

describe("suggestions", () => {
  it("find slips of the fingers and names cut short", () => {
    expect([
      closest("vibebx", ["vibebox"]),
      closest("wbe", ["web", "api"]),
      closest("prod", ["dev", "production"]),
      closest("API", ["api"]),
    ]).to.deep.equal(["vibebox", "web", "production", "api"]);
  });

  it("stay silent where nothing is near", () => {
    expect([didYouMean("zzz", ["web", "api"]), didYouMean("a", []), didYouMean("queue", ["worker"])]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
