import { expect } from "chai";
import fc from "fast-check";
import {
  childUrn,
  formatUrn,
  packageOfType,
  parseProviderReference,
  parseUrn,
  urnName,
  urnType,
} from "../../engine/urn";

describe("engine: URNs", () => {
  it("parses whatever it writes", () => {
    const part = fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/);
    const type = fc.stringMatching(/^[a-z]{1,6}:[a-z/]{1,8}:[A-Za-z]{1,8}$/);
    fc.assert(
      fc.property(
        part,
        part,
        fc.array(type, { minLength: 1, maxLength: 4 }),
        fc.string({ minLength: 1 }),
        (stack, project, types, name) => {
          const urn = { stack, project, qualifiedType: types.join("$"), name };
          expect(parseUrn(formatUrn(urn))).to.deep.equal(urn);
          expect(urnType(formatUrn(urn))).to.equal(types.at(-1));
        },
      ),
    );
  });

  it("puts every parent's type into a child's chain, but not the stack's", () => {
    const top = childUrn("s", "p", childUrn("s", "p", undefined, "pulumi:pulumi:Stack", "p-s"), "a:b:C", "c");
    expect(top).to.equal("urn:pulumi:s::p::a:b:C::c");
    expect(childUrn("s", "p", childUrn("s", "p", top, "a:b:D", "d"), "a:b:E", "e")).to.equal(
      "urn:pulumi:s::p::a:b:C$a:b:D$a:b:E::e",
    );
  });

  it("leaves :: in a name alone", () => {
    expect(urnName("urn:pulumi:s::p::a:b:C::one::two")).to.equal("one::two");
  });

  it("rejects what is not a URN", () => {
    for (const text of ["", "urn:pulumi:s", "urn:pulumi:s::p::t", "arn:aws:s3:::b"]) {
      expect(() => parseUrn(text)).to.throw("not a URN");
    }
  });

  it("knows the package of a type and the parts of a provider reference", () => {
    expect(packageOfType("aws:s3/bucket:Bucket")).to.equal("aws");
    expect(packageOfType("pulumi:providers:aws")).to.equal("aws");
    expect(parseProviderReference("urn:pulumi:s::p::pulumi:providers:aws::x::id")).to.deep.equal({
      urn: "urn:pulumi:s::p::pulumi:providers:aws::x",
      id: "id",
    });
  });
});
