import { expect } from "chai";
import { packs } from "../../policies";
import { describeCases, problemsWith } from "./cases";
import { further } from "./further";
import { tables } from "./tables";

for (const pack of packs) describeCases(pack, tables[pack.name] ?? {});

describe("policy rules, value by value", () => {
  const rules = packs.flatMap((pack) => pack.rules);

  for (const [id, cases] of Object.entries(further)) {
    it(`${id} holds each bound and value of its own`, () => {
      const rule = rules.find((candidate) => candidate.id === id);
      if (!rule) throw new Error(`no rule ${id}`);
      expect(cases.flatMap((each) => problemsWith(rule, each))).to.deep.equal([]);
    });
  }
});
