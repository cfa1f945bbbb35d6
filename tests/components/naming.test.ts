import { expect } from "chai";
import fc from "fast-check";
import { AUTO_NAME_SUFFIX, NAME_RULES, type NameRule, physicalName, uniqueName } from "../../components/naming";

const part = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 100 }),
  fc.stringMatching(/^[A-Za-z0-9-]{1,100}$/),
  fc.constantFrom("doc-scraper", "Staging", "ünïcode", "ÄÖÜ", "-", "--", "9lives", "a".repeat(100)),
);
const parts = fc.array(
  part.filter((text) => !text.includes("\0")),
  { minLength: 2, maxLength: 3 },
);
const rule = fc.constantFrom<NameRule>(...Object.values(NAME_RULES));

describe("physical names", () => {
  it("keep every service's limits, whatever the parts hold", () => {
    fc.assert(
      fc.property(rule, parts, fc.constantFrom(0, AUTO_NAME_SUFFIX), (limits: NameRule, names, room) => {
        for (const name of [physicalName(limits, names, room), uniqueName(limits, names, room)]) {
          expect(name.length).to.be.at.most(limits.maxLength - room);
          expect(name.length).to.be.at.least(limits.minLength ?? 1);
          expect([...name].every((character) => limits.allowed.test(character))).to.equal(true);
          expect(name).to.match(/[^-]$/);
          if (limits.letterFirst) expect(name).to.match(/^[a-z]/i);
          if (!limits.keepCase) expect(name).to.equal(name.toLowerCase());
        }
      }),
    );
  });

  it("are the same for the same parts", () => {
    fc.assert(
      fc.property(rule, parts, (limits, names) => {
        expect(uniqueName(limits, names)).to.equal(uniqueName(limits, [...names]));
      }),
    );
  });

  it("differ wherever a part differs", () => {
    fc.assert(
      fc.property(rule, parts, parts, (limits, left, right) => {
        fc.pre(JSON.stringify(left) !== JSON.stringify(right));
        expect(uniqueName(limits, left)).to.not.equal(uniqueName(limits, right));
      }),
    );
  });

  it("differ where only the place of a hyphen differs", () => {
    const limits = NAME_RULES.awsCluster;
    expect(uniqueName(limits, ["doc", "scraper-dev"])).to.not.equal(uniqueName(limits, ["doc-scraper", "dev"]));
  });

  it("stay as written where nothing has to change", () => {
    expect(physicalName(NAME_RULES.awsBucket, ["scraper-exports"])).to.equal("scraper-exports");
  });
});
