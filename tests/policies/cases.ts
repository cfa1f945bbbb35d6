import type { PolicyPackConfig } from "@pulumi/policy";
import { expect } from "chai";
import type { Pack, Rule } from "../../policies";
import { DELETE, evaluate, type Mutation, mutate, type Outcome, type TestResource, UNKNOWN } from "./harness";

export interface FailingCase extends Mutation {
  /** The rule's message, or all of them where one change breaks several things. */
  readonly message: string | readonly string[];
  /** Other rules of the pack that the same change breaks, because they ask about the same property. */
  readonly also?: readonly string[];
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface RuleCase {
  /** Resources that pass every rule of the pack. */
  readonly base: readonly TestResource[];
  /** Changes that each break the rule; being one change to the base, they differ from it in nothing else. */
  readonly fails: readonly FailingCase[];
  /** Changes under which the rule still holds: each value a list allows, each bound itself. */
  readonly passes?: readonly (Mutation & { readonly config?: Readonly<Record<string, unknown>> })[];
  /** The properties each of which, unknown, defers the rule. */
  readonly unknown: readonly Omit<Mutation, "to">[] | readonly string[];
  /** Changes after which the rule has nothing to say of any resource: not the same as holding. */
  readonly skips?: readonly (Mutation & { readonly config?: Readonly<Record<string, unknown>> })[];
  readonly config?: Readonly<Record<string, unknown>>;
}

export type CaseTable = Readonly<Record<string, RuleCase>>;

/** The three cases of every rule of a pack, and the test that none is missing. */
export function describeCases(pack: Pack, table: CaseTable): void {
  describe(`policy pack ${pack.name}`, () => {
    it("has a passing, a failing and an unknown case for every rule", () => {
      const complete = Object.entries(table).filter(([, { fails, unknown }]) => fails.length > 0 && unknown.length > 0);
      expect(complete.map(([id]) => id).sort()).to.deep.equal(pack.rules.map(({ id }) => id).sort());
    });

    for (const [id, { base, fails, passes = [], unknown, config = {} }] of Object.entries(table)) {
      const configured = (own: Readonly<Record<string, unknown>> = {}): PolicyPackConfig => ({
        [id]: { ...config, ...own },
      });

      it(`${id} passes what it asks for`, () => {
        const outcomes = evaluate(pack.rules, base, configured());
        expect(outcomes.filter(({ status }) => status === "violation")).to.deep.equal([]);
        const own = outcomes.filter(({ rule }) => rule === id);
        const subjects = own.some(({ urn }) => urn === undefined) ? 1 : base.length;
        expect(own.length, "the rule applies to a resource of the passing case").to.be.lessThan(subjects);
      });

      for (const { config: own, ...mutation } of passes) {
        it(`${id} accepts ${whereOf(mutation)} ${String(JSON.stringify(mutation.to))}`, () => {
          const outcomes = evaluate(ruleOf(pack, id), mutate(base, mutation), configured(own));
          expect(outcomes.filter(({ rule, status }) => rule === id && status === "violation")).to.deep.equal([]);
        });
      }

      for (const { message, also = [], config: own, ...mutation } of fails) {
        const messages = typeof message === "string" ? [message] : message;
        it(`${id} rejects: ${messages.join("; ")}`, () => {
          const violations = evaluate(pack.rules, mutate(base, mutation), configured(own)).filter(
            ({ status }) => status === "violation",
          );
          expect(violations.filter(({ rule }) => rule === id).map((violation) => violation.message)).to.deep.equal(
            messages,
          );
          const others = new Set(violations.map(({ rule }) => rule).filter((rule) => rule !== id));
          expect([...others].sort(), "other rules broken by the same change").to.deep.equal([...also].sort());
        });
      }

      for (const entry of unknown) {
        const where = typeof entry === "string" ? { at: entry } : entry;
        it(`${id} is deferred while ${typeof where.at === "string" ? where.at : where.at.join(".")} is unknown`, () => {
          const outcomes = evaluate(pack.rules, mutate(base, { ...where, to: UNKNOWN }), configured()).filter(
            ({ rule, status }) => rule === id && status !== "notApplicable",
          );
          expect(outcomes.map(({ status }) => status)).to.deep.equal(["deferred"]);
        });
      }
    }
  });
}

const ruleOf = (pack: Pack, id: string): readonly Rule[] => pack.rules.filter((rule) => rule.id === id);

function whereOf({ at }: Omit<Mutation, "to">): string {
  return typeof at === "string" ? at : at.join(".");
}

/**
 * What a rule gets wrong in a case: where it should pass, say exactly what the failing cases say, or be deferred. The
 * same the tests above ask, of one rule alone.
 */
export function problemsWith(
  rule: Rule,
  { base, fails, passes = [], unknown, skips = [], config = {} }: RuleCase,
): readonly string[] {
  const own = (resources: readonly TestResource[], more: Readonly<Record<string, unknown>> = {}): readonly Outcome[] =>
    evaluate([rule], resources, { [rule.id]: { ...config, ...more } }).filter((outcome) => outcome.rule === rule.id);
  const violations = (outcomes: readonly Outcome[]): readonly string[] =>
    outcomes.filter(({ status }) => status === "violation").map(({ message }) => message);
  const problems: string[] = [];
  const expectSame = (what: string, found: readonly string[], wanted: string | readonly string[]): void => {
    if (found.join("; ") !== [wanted].flat().join("; ")) problems.push(`${what}: ${found.join("; ") || "nothing"}`);
  };
  const passing = own(base);
  expectSame("the passing case", violations(passing), []);
  const skipped = passing.filter(({ status }) => status === "notApplicable").length;
  if (skipped >= (passing.some(({ urn }) => urn === undefined) ? 1 : base.length)) problems.push("applies to nothing");
  for (const { message, also: _, config: more, ...mutation } of fails) {
    expectSame(`failing ${whereOf(mutation)}`, violations(own(mutate(base, mutation), more)), message);
  }
  for (const { config: more, ...mutation } of passes) {
    expectSame(
      `passing ${whereOf(mutation)} ${JSON.stringify(mutation.to)}`,
      violations(own(mutate(base, mutation), more)),
      [],
    );
  }
  for (const { config: more, ...mutation } of skips) {
    const outcomes = own(mutate(base, mutation), more).map(({ status }) => status);
    const subjects = outcomes.filter((status) => status !== "notApplicable");
    if (outcomes.length === 0 || subjects.length > 0) problems.push(`does not skip ${whereOf(mutation)}`);
  }
  for (const entry of unknown) {
    const where = typeof entry === "string" ? { at: entry } : entry;
    const statuses = own(mutate(base, { ...where, to: UNKNOWN })).map(({ status }) => status);
    expectSame(
      `unknown ${whereOf(where)}`,
      statuses.filter((status) => status !== "notApplicable"),
      "deferred",
    );
  }
  return problems;
}

/** A resource list of one, for the tables. */
export function one(type: string, props: Readonly<Record<string, unknown>>): readonly TestResource[] {
  return [{ type, props }];
}

/** The case of a rule that asks a property to be `true`. */
export function flag(base: readonly TestResource[], path: string, also: readonly string[] = []): RuleCase {
  return {
    base,
    fails: [
      { at: path, to: false, message: `${path} is false, not true`, also },
      { at: path, to: DELETE, message: `${path} is unset, not true`, also },
    ],
    unknown: [path],
  };
}

/** The case of a rule that asks a property to be anything but `true`. */
export function unflagged(base: readonly TestResource[], path: string): RuleCase {
  return { base, fails: [{ at: path, to: true, message: `${path} is true` }], unknown: [path] };
}

/** The case of a rule that asks a property to be one of a few values. */
export function chosen(base: readonly TestResource[], path: string, wrong: string, allowed: string): RuleCase {
  return { base, fails: [{ at: path, to: wrong, message: `${path} is "${wrong}", not ${allowed}` }], unknown: [path] };
}

/** The case of a rule that asks a property of a type to be set. */
export function filled(type: string, path: string, value: unknown = "value"): RuleCase {
  const [outer = "", inner] = path.split(".");
  return missing(one(type, { [outer]: inner === undefined ? value : { [inner]: value } }), path);
}

/** The same for a base with other properties. */
export function missing(base: readonly TestResource[], path: string): RuleCase {
  return { base, fails: [{ at: path, to: DELETE, message: `${path} is not set` }], unknown: [path] };
}
