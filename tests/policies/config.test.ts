import { expect } from "chai";
import { judgeResources } from "../../automation/policies";
import { resourcesFromState } from "../../engine/stateFile";
import { checkConfig, packs } from "../../policies";
import { schemaProblems } from "../../policies/schema";
import { deployment } from "./fixtures";
import { evaluatePolicies, urnOf } from "./harness";

const problems = (config: unknown): readonly string[] =>
  checkConfig(packs, config).map(({ path, found, allowed }) => `${path}: ${found}, not ${allowed}`);
const exemption = { resource: "app", reason: "The fix is planned for May", expires: "2027-05-31" };

/** Configurations that are wrong, and all that is said of each. */
const WRONG: readonly (readonly [unknown, ...string[]])[] = [
  [[], ": [], not an object of rules by their ids"],
  [{ "no-such-rule": "advisory" }, "no-such-rule: the rule no-such-rule, not the id of a rule in one of the packs"],
  [{ "image-fixed-tag": "warn" }, 'image-fixed-tag: "warn", not advisory, mandatory, remediate, disabled'],
  [{ "image-fixed-tag": 1 }, "image-fixed-tag: 1, not advisory, mandatory, remediate, disabled"],
  [{ "image-fixed-tag": null }, "image-fixed-tag: null, not advisory, mandatory, remediate, disabled"],
  [
    { "image-fixed-tag": { enforcementLevel: ["advisory"] } },
    'image-fixed-tag.enforcementLevel: ["advisory"], not advisory, mandatory, remediate, disabled',
  ],
  [
    { "image-trusted-registry": { registries: "docker.io", registry: [] } },
    'image-trusted-registry.registries: "docker.io", not a list',
    "image-trusted-registry.registry: [], not no other than registries, exemptions, today",
  ],
  [{ "image-trusted-registry": { registries: ["ghcr.io", 7] } }, "image-trusted-registry.registries[1]: 7, not text"],
  [
    { "machine-count-within-maximum": { maxima: { dev: "5", staging: 0, production: 2.5, test: 1 } } },
    'machine-count-within-maximum.maxima.dev: "5", not a whole number',
    "machine-count-within-maximum.maxima.staging: 0, not 1 or more",
    "machine-count-within-maximum.maxima.production: 2.5, not a whole number",
    "machine-count-within-maximum.maxima.test: 1, not no other than dev, staging, production",
  ],
  [
    { "container-limits-within-maxima": { maxima: { production: { cpu: 16, memory: "lots" } } } },
    "container-limits-within-maxima.maxima.production.ephemeral-storage: nothing, not a value",
    "container-limits-within-maxima.maxima.production.cpu: 16, not text",
    'container-limits-within-maxima.maxima.production.memory: "lots", not a Kubernetes quantity, such as "500m" or "2Gi"',
  ],
  [
    { "container-limits-within-maxima": { environment: "test" } },
    'container-limits-within-maxima.environment: "test", not "dev" or "staging" or "production"',
  ],
  [
    { "stateful-resource-protected": { ephemeral: "yes" } },
    'stateful-resource-protected.ephemeral: "yes", not true or false',
  ],
  [
    { "image-fixed-tag": { exemptions: [{ ...exemption, reason: "soon", expires: "tomorrow", until: 1 }, "app"] } },
    'image-fixed-tag.exemptions[0].reason: "soon", not 10 characters or more',
    'image-fixed-tag.exemptions[0].expires: "tomorrow", not a day as YYYY-MM-DD, the last it holds',
    "image-fixed-tag.exemptions[0].until: 1, not no other than rule, resource, reason, expires",
    'image-fixed-tag.exemptions[1]: "app", not an object',
  ],
  [
    { "image-fixed-tag": { exemptions: [{ ...exemption, expires: "2026-02-30", rule: "image-pinned-by-digest" }] } },
    'image-fixed-tag.exemptions[0].expires: "2026-02-30", not a day of the calendar',
    'image-fixed-tag.exemptions[0].rule: "image-pinned-by-digest", not image-fixed-tag, the rule it stands under',
  ],
  [
    { "image-fixed-tag": { today: "May" } },
    'image-fixed-tag.today: "May", not a day as YYYY-MM-DD, on which exemptions are judged; the current one when absent',
  ],
];

describe("configuration of policy rules", () => {
  for (const [config, ...said] of WRONG) {
    it(`is refused: ${said.join("; ")}`, () => {
      expect(problems(config)).to.deep.equal(said);
    });
  }

  it("is taken as the documentation of every rule shows it: its own defaults, at every level", () => {
    for (const level of ["advisory", "mandatory", "remediate", "disabled"]) {
      const config = Object.fromEntries(
        packs.flatMap((pack) =>
          pack.rules.map((rule) => [
            rule.id,
            { enforcementLevel: level, ...rule.config?.defaults, exemptions: [exemption], today: "2026-06-15" },
          ]),
        ),
      );
      expect(problems(config)).to.deep.equal([]);
    }
  });

  it("is judged by every keyword that a schema uses, and by its bounds themselves", () => {
    const cases: readonly (readonly [Parameters<typeof schemaProblems>[1], unknown, number])[] = [
      [{ type: "number", minimum: 2, maximum: 3 }, 2, 0],
      [{ type: "number", minimum: 2, maximum: 3 }, 3, 0],
      [{ type: "number", minimum: 2, maximum: 3 }, 1.9, 1],
      [{ type: "number", minimum: 2, maximum: 3 }, 3.1, 1],
      [{ type: "number" }, Number.NaN, 1],
      [{ type: "number" }, "2", 1],
      [{ type: "string", minLength: 2 }, "ab", 0],
      [{ type: "string", minLength: 2 }, " a ", 1],
      [{ type: "string", pattern: "^a$" }, "b", 1],
      [{ type: "object", additionalProperties: { type: "string" } }, { a: "b" }, 0],
      [{ type: "object", additionalProperties: { type: "string" } }, { a: 1, b: 2 }, 2],
      [{ type: "object", properties: { name: { type: "string" } } }, { constructor: 1 }, 0],
      [{ type: "array" }, [1, "a"], 0],
      [{ type: "boolean" }, false, 0],
      [{ enum: [1, 2] }, 3, 1],
      [{}, null, 0],
    ];
    expect(cases.filter(([schema, value, count]) => schemaProblems(value, schema).length !== count)).to.deep.equal([]);
  });

  it("uses no keyword that nobody judges", () => {
    const used = new Set<string>();
    const walk = (schema: unknown): void => {
      if (typeof schema !== "object" || schema === null) return;
      for (const [key, value] of Object.entries(schema)) {
        used.add(key);
        if (key === "items" || key === "additionalProperties") walk(value);
        if (key === "properties") Object.values(value as object).forEach(walk);
      }
    };
    for (const { args } of packs) {
      for (const { configSchema } of args.policies) Object.values(configSchema?.properties ?? {}).forEach(walk);
    }
    const { KEYWORDS } = require("../../policies/schema") as typeof import("../../policies/schema");
    expect([...used].filter((keyword) => !KEYWORDS.includes(keyword))).to.deep.equal([]);
  });

  it("ends a rule that is evaluated under it, wherever it came from, naming rule and path", () => {
    const pack = packs.find(({ name }) => name === "containers");
    const under = (config: Readonly<Record<string, unknown>>) => () =>
      evaluatePolicies(pack?.args.policies ?? [], [deployment], { "image-trusted-registry": config });
    expect(under({ registries: "docker.io" })).to.throw(
      'wrong configuration: image-trusted-registry.registries is "docker.io", allowed is a list',
    );
    expect(under({ exemptions: [{ ...exemption, expires: "2026-02-30" }] })).to.throw("exemptions[0].expires");
    expect(under({ registries: [] })).to.not.throw();
  });

  describe("in process", () => {
    const resources = resourcesFromState([
      { urn: urnOf(deployment), type: deployment.type, custom: true, id: "app", inputs: deployment.props },
    ]);
    const judge = (rules: Parameters<typeof judgeResources>[1]["rules"]) =>
      judgeResources(resources, { mode: "simulate", rules, today: "2026-06-15" });
    const own = async (rules: Parameters<typeof judge>[0], rule: string) =>
      (await judge(rules)).results.filter((result) => result.rule === rule);

    it("is refused whole before any rule runs, naming every rule and path", async () => {
      const [first, second] = [WRONG[2]?.[0], WRONG[6]?.[0]] as Parameters<typeof judge>[0][];
      const error = await judge({ ...first, ...second }).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(error?.name).to.equal("InputError");
      expect(error?.message).to.include("rules: image-fixed-tag\n").and.to.include("image-trusted-registry.registries");
    });

    it("goes before what a rule says of itself", async () => {
      const strict = { registries: ["registry.internal"] };
      expect((await own({ "image-trusted-registry": strict }, "image-trusted-registry"))[0]).to.include({
        status: "violation",
        level: "mandatory",
      });
      const lenient = { ...strict, enforcementLevel: "advisory" as const };
      expect((await own({ "image-trusted-registry": lenient }, "image-trusted-registry"))[0]?.level).to.equal(
        "advisory",
      );
      const off = { ...strict, enforcementLevel: "disabled" as const };
      expect(await own({ "image-trusted-registry": off }, "image-trusted-registry")).to.deep.equal([]);
    });

    it("exempts, and fails on an exemption whose day has passed", async () => {
      const strict = (expires: string) => ({
        "image-trusted-registry": {
          registries: ["registry.internal"],
          exemptions: [{ resource: "*", reason: "The mirror is being built", expires }],
        },
      });
      expect((await own(strict("2026-06-15"), "image-trusted-registry")).map(({ status }) => status)).to.deep.equal([
        "exempt",
      ]);
      const expired = await own(strict("2026-06-14"), "image-trusted-registry");
      expect(expired.map(({ status, level, urn }) => ({ status, level, named: urn !== "" }))).to.deep.equal([
        { status: "violation", level: "mandatory", named: true },
        { status: "violation", level: "mandatory", named: false },
      ]);
    });
  });
});
