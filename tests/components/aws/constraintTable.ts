import { expect } from "chai";
import type { Constraint } from "../../../components/aws/constraint";

/** A subject the constraint refuses at a path; what it is changed from, the constraint takes. */
export type Case<Change> = readonly [id: string, change: Change, path: string];

export const many = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Every constraint of a service refuses its own case, at its path, and takes what that was changed from. */
export function table<Subject, Change>(
  what: string,
  constraints: readonly Constraint<Subject>[],
  subjectOf: (change?: Change) => Subject,
  cases: readonly Case<Change>[],
): void {
  describe(`service constraints of ${what}`, () => {
    it("has one case each", () => {
      expect(cases.map(([id]) => id)).to.deep.equal(constraints.map(({ id }) => id));
    });
    for (const { id, limit, source, find } of constraints) {
      it(`${id}: ${limit}`, () => {
        const [, change, path] = cases.find(([each]) => each === id) ?? [];
        expect(find(subjectOf())).to.deep.equal([]);
        const [problem, ...others] = find(subjectOf(change));
        expect([problem?.path, others]).to.deep.equal([path, []]);
        expect(problem?.allowed).to.not.equal("");
        expect(problem?.fix).to.not.equal("");
        expect(source).to.match(/^https:\/\/(docs\.aws\.amazon\.com|kubernetes\.io|github\.com)\//);
      });
    }
  });
}
