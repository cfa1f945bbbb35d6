import { expect } from "chai";
import { capabilities } from "../../docs/generate/capabilities";
import { classesMade, classesNamed, isCurrent } from "../../docs/generate/parity";

describe("docs/reference/parity.md", () => {
  it("is what the capabilities say; `npm run docs` makes it again", () => {
    expect(isCurrent(), "docs/reference/parity.md is stale").to.equal(true);
  });

  it("names nothing that no component makes", () => {
    const made = classesMade();
    expect(made.size).to.be.greaterThan(120);
    expect(classesNamed().filter((name) => !made.has(name))).to.deep.equal([]);
  });

  it("has a place for everything components make", () => {
    const named = new Set(classesNamed());
    expect([...classesMade()].filter((name) => !named.has(name))).to.deep.equal([]);
  });

  it("gives each capability on both clouds, or says why one has none", () => {
    for (const { what, aws, gcp } of capabilities) {
      for (const means of [aws, gcp]) {
        const said = "none" in means ? means.none.length : means.length;
        expect(said, what).to.be.greaterThan("none" in means ? 20 : 0);
      }
    }
  });
});
