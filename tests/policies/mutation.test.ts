import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { packs, type Rule } from "../../policies";
import { problemsWith, type RuleCase } from "./cases";
import { further } from "./further";
import { compile, rulesFrom } from "./mutation/modules";
import { mutantsOf } from "./mutation/mutants";
import { tables } from "./tables";

const root = path.join(__dirname, "../../policies");
/**
 * Mutants no case tells from the rule: one per line, `file: line as it was  =>  line as it became`, below a line that begins
 * with # and says why nothing can.
 */
const KNOWN = path.join(__dirname, "mutation/survivors.txt");

const casesOf = (pack: string, id: string): readonly RuleCase[] => {
  const own = tables[pack]?.[id];
  return own === undefined ? [] : [own, ...(further[id] ?? [])];
};

function stands(pack: string, rules: Iterable<readonly [string, Rule]>): boolean {
  try {
    return [...rules].every(([id, rule]) => casesOf(pack, id).every((each) => problemsWith(rule, each).length === 0));
  } catch {
    return false;
  }
}

function survivorsOf(pack: string, name: string): { readonly made: number; readonly alive: readonly string[] } {
  const { file, code, body } = compile(path.join(root, pack, name));
  expect(stands(pack, rulesFrom(file, code)), `${pack}/${name} as it is`).to.equal(true);
  const mutants = mutantsOf(code, body);
  const alive = mutants.filter((mutant) => {
    try {
      return stands(pack, rulesFrom(file, mutant.code));
    } catch {
      return false;
    }
  });
  return { made: mutants.length, alive: alive.map(({ what }) => `${pack}/${name}: ${what}`) };
}

describe("mutation of policy rules", () => {
  it("leaves no rule that says the same when its check is taken out", () => {
    const silent = packs.flatMap((pack) =>
      pack.rules.flatMap((rule) => {
        const emptied = { ...rule, check: () => {}, checkStack: () => {} } as Rule;
        const reported = casesOf(pack.name, rule.id)
          .slice(0, 1)
          .flatMap((each) =>
            each.fails.filter(
              (fail) => problemsWith(emptied, { ...each, fails: [fail], passes: [], unknown: [] }).length === 0,
            ),
          );
        return reported.length > 0 ? [rule.id] : [];
      }),
    );
    expect(silent).to.deep.equal([]);
  });

  it("lists no survivor without saying why it can be none else", () => {
    const lines = readFileSync(KNOWN, "utf8").split("\n");
    expect(lines[0]).to.match(/^# \w.*\.$/);
    expect(lines.filter((line) => line.startsWith("#")).length).to.be.greaterThan(1);
  });

  const known = readFileSync(KNOWN, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  for (const { name: pack } of packs) {
    it(`${pack}: a condition changed is a case failed`, function () {
      this.timeout(300_000);
      const files = readdirSync(path.join(root, pack)).filter((name) => /^(?!index|pack)\w+\.ts$/.test(name));
      const found = files.map((name) => survivorsOf(pack, name));
      expect(found.reduce((sum, { made }) => sum + made, 0)).to.be.greaterThan(50);
      const alive = found.flatMap((each) => each.alive).sort();
      expect(alive).to.deep.equal(known.filter((line) => line.startsWith(`${pack}/`)).sort());
    });
  }
});
