import { expect } from "chai";
import { formatProblems, InputError, type Problem, Problems, show } from "../../components/errors";

const problem: Problem = { path: "a.b", found: '"x"', allowed: "y", fix: "write y" };

describe("input errors", () => {
  it("list every problem with path, found, allowed and fix", () => {
    expect(formatProblems([problem, { ...problem, path: "c", source: "f.yaml:3" }])).to.equal(
      [
        "2 problems in the input:",
        "  a.b",
        '    found    "x"',
        "    allowed  y",
        "    fix      write y",
        "  c (f.yaml:3)",
        '    found    "x"',
        "    allowed  y",
        "    fix      write y",
      ].join("\n"),
    );
    expect(formatProblems([problem])).to.match(/^1 problem in the input:/);
  });

  it("are known across module copies, and nothing else is", () => {
    const copy = Object.assign(new Error("x"), { name: "InputError", problems: [problem] });
    expect(
      [new InputError([problem]), copy, new Error("x"), { name: "InputError", problems: [] }, undefined].map(
        InputError.is,
      ),
    ).to.deep.equal([true, true, false, false, false]);
  });

  it("are thrown once for all problems gathered, and not at all without any", () => {
    const problems = new Problems();
    problems.throwIfAny();
    expect(problems.isEmpty).to.equal(true);
    problems.add(problem);
    problems.addAll([{ ...problem, path: "c" }]);
    expect(() => problems.throwIfAny()).to.throw(InputError, "2 problems");
    expect(problems.all.map(({ path }) => path)).to.deep.equal(["a.b", "c"]);
  });

  it("show values as their author wrote them, long ones cut", () => {
    expect([undefined, "x", 1, null, [1], { a: true }].map(show)).to.deep.equal([
      "nothing",
      '"x"',
      "1",
      "null",
      "[1]",
      '{"a":true}',
    ]);
    expect(show("x".repeat(200)))
      .to.have.length(120)
      .and.match(/\.\.\.$/);
  });
});
