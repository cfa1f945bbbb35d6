import type { ResourceValidation } from "@pulumi/policy";
import { expect } from "chai";
import { analyzePack, evaluatePacks, resourcesFromPlan } from "../../engine";
import { pack } from "./fixtures/pack/pack";
import { Component, plan, run, Thing, urn } from "./support";

const config = { sample: { "switched-off": "disabled" } };

async function program() {
  const component = new Component("component", { owner: "me" });
  const first = new Thing("first", { value: "bad", owner: "me" });
  new Thing("child", { value: first.computed, size: 1 }, { parent: component, dependsOn: first });
}

const child = urn("test:index:Component$test:index:Thing", "child");

describe("engine: policies", () => {
  it("finds violations, defers what reads an unknown, and names a rule that throws", async () => {
    const { resources } = await run(program);
    const report = await evaluatePacks([pack], resources, { mode: "preview", config });
    expect(report.packs).to.deep.equal([{ name: "sample", version: "1.2.3", rules: 6 }]);
    const root = urn("pulumi:pulumi:Stack", "project-stack");
    const thing = urn("test:index:Thing", "first");
    const from = (rule: string) => `policy '${rule}' from policy pack 'sample@v1.2.3'`;
    const row = (rule: string, at: string, level: string, status: string, message: string) => ({
      pack: "sample",
      rule,
      urn: at,
      level,
      status,
      message,
    });
    expect(report.results).to.deep.equal([
      row("async-owner", child, "mandatory", "violation", "Things say who owns them"),
      row(
        "children-have-parents",
        child,
        "mandatory",
        "violation",
        "Children have parents\nchild of component, depends on first",
      ),
      row(
        "explodes",
        root,
        "mandatory",
        "violation",
        `Error validating resource with ${from("explodes")}: TypeError: a bug in a rule`,
      ),
      row(
        "no-forbidden-value",
        child,
        "advisory",
        "deferred",
        `can't run ${from("no-forbidden-value")} during preview: string value at .value can't be known during preview`,
      ),
      row("no-forbidden-value", thing, "mandatory", "violation", "The value is allowed\nvalue is bad"),
      row("only-things", thing, "advisory", "violation", "Things have a size\nno size"),
    ]);
    expect(report.passed + report.notApplicable + report.results.length).to.equal(resources.length * 3 + 2);
  });

  for (const mode of ["preview", "simulate"] as const) {
    it(`agrees with the pack's own analyzer server (${mode})`, async () => {
      const { resources } = await run(program, { mode });
      // The server gives nothing of a stack whose rule throws, so that rule is left out here.
      const request = {
        mode,
        config: {
          sample: { "switched-off": "disabled", explodes: "disabled", "no-forbidden-value": { forbidden: "worse" } },
        },
      };
      const here = await evaluatePacks([pack], resources, request);
      const there = await analyzePack("tests/engine/fixtures/pack", resources, request);
      expect(there).to.deep.equal(here);
    });
  }

  it("asks on after a resource that a rule about its type has nothing to say of", async () => {
    const { resources } = await run(async () => {
      new Thing("first", { value: "good" });
      new Thing("second", { value: "bad" });
    });
    const check: ResourceValidation = ({ name, notApplicable }, report) => {
      if (name === "first") {
        notApplicable("not this one");
      }
      report("never right");
    };
    // As the packs mark their rules: an answer for any type, before a resource is looked at.
    const validateResource = Object.assign(check, { appliesTo: (type: string) => type === "test:index:Thing" });
    const rule = { name: "about-things", description: "Things are right", validateResource };
    const marked = { name: "marked", version: "1.0.0", args: { policies: [rule] } };
    const { results } = await evaluatePacks([marked], resources, { mode: "preview" });
    expect(results.map(({ urn: at }) => at)).to.deep.equal([urn("test:index:Thing", "second")]);
  });

  it("judges a plan file, with what it keeps back unknown", async () => {
    const resources = resourcesFromPlan(await plan(program));
    const { results } = await evaluatePacks([pack], resources, { mode: "preview", config });
    expect(results.filter(({ status }) => status === "deferred").map((result) => result.urn)).to.deep.equal([child]);
  });
});
