import { expect } from "chai";
import { frameworks, podSecurity } from "../../docs/generate/frameworks";
import { isCurrent, policiesPage } from "../../docs/generate/policies";
import { packs } from "../../policies";

const rules = packs.flatMap((pack) => pack.rules);

describe("docs/reference/policies.md", () => {
  it("is what the rules say; `npm run docs` makes it again", () => {
    expect(isCurrent(), "docs/reference/policies.md is stale").to.equal(true);
  });

  it("has every rule with an example that violates it", () => {
    const page = policiesPage();
    expect(page.match(/^### [a-z0-9-]+$/gm)?.length).to.equal(rules.length);
    expect(page.match(/^- Violates it: `/gm)?.length).to.equal(rules.length);
  });

  it("maps frameworks to rules there are, and gives a reason where there is none", () => {
    const known = new Set(rules.map(({ id }) => id));
    const controls = frameworks.flatMap((framework) => framework.controls);
    expect(controls.flatMap(({ rules: named = [] }) => named).filter((id) => !known.has(id))).to.deep.equal([]);
    expect(controls.filter(({ rules: named = [], note }) => named.length === 0 && !note)).to.deep.equal([]);
  });

  it("covers the restricted Pod Security Standard whole, by rules that name it", () => {
    const named = podSecurity.controls.flatMap((control) => control.rules ?? []);
    expect(podSecurity.controls.every((control) => (control.rules ?? []).length > 0)).to.equal(true);
    const claiming = rules.filter(({ sources }) => sources.includes("PSS-restricted")).map(({ id }) => id);
    // What a Helm release keeps from view is asked of its values, not of a control.
    expect(claiming.filter((id) => !named.includes(id) && !id.startsWith("helm-"))).to.deep.equal([]);
  });
});
