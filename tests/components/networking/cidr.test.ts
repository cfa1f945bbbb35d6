import { expect } from "chai";
import fc from "fast-check";
import { InputError } from "../../../components/errors";
import { overlaps, planNetwork } from "../../../components/networking/cidr";

const zones = fc.integer({ min: 1, max: 6 });

function subnets(plan: ReturnType<typeof planNetwork>): readonly string[] {
  return [...plan.privateCidrBlocks, ...plan.publicCidrBlocks, ...plan.dataCidrBlocks];
}

function problemOf(args: Parameters<typeof planNetwork>[0]) {
  try {
    planNetwork(args);
  } catch (error) {
    if (InputError.is(error)) return error.problems;
    throw error;
  }
  throw new Error("expected an InputError");
}

describe("CIDR planner", () => {
  it("never lets two subnets of a network overlap, and keeps them inside it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 255 }),
        zones,
        fc.integer({ min: 16, max: 20 }),
        (cidrIndex, count, networkPrefix) => {
          const plan = planNetwork({ cidrIndex, zones: count, networkPrefix });
          const blocks = subnets(plan);
          expect(blocks).to.have.length(3 * count);
          for (const [index, block] of blocks.entries()) {
            expect(overlaps(block, plan.cidrBlock)).to.equal(true);
            expect(Number(block.split("/")[1])).to.be.within(networkPrefix + 1, 28);
            for (const other of blocks.slice(index + 1)) expect(overlaps(block, other)).to.equal(false);
          }
        },
      ),
    );
  });

  it("never lets the networks of two placements overlap", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 0, max: 255 }),
        zones,
        zones,
        (left, right, a, b) => {
          fc.pre(left !== right);
          const one = planNetwork({ cidrIndex: left, zones: a });
          const two = planNetwork({ cidrIndex: right, zones: b });
          expect(overlaps(one.cidrBlock, two.cidrBlock)).to.equal(false);
        },
      ),
    );
  });

  it("gives a placement the same network whatever the others are", () => {
    expect(planNetwork({ cidrIndex: 3, zones: 3 })).to.deep.equal({
      cidrBlock: "10.3.0.0/16",
      privateCidrBlocks: ["10.3.0.0/18", "10.3.64.0/18", "10.3.128.0/18"],
      publicCidrBlocks: ["10.3.192.0/21", "10.3.200.0/21", "10.3.208.0/21"],
      dataCidrBlocks: ["10.3.216.0/21", "10.3.224.0/21", "10.3.232.0/21"],
    });
  });

  it("refuses an index beyond the range, naming the field and the allowed numbers", () => {
    expect(problemOf({ cidrIndex: 16, zones: 3, baseCidrBlock: "10.0.0.0/12", path: "placements[1]" })).to.deep.equal([
      {
        path: "placements[1].cidrIndex",
        found: "16",
        allowed: "a whole number from 0 to 15",
        fix: "give the placement a free cidrIndex in this range, or widen the base range",
      },
    ]);
  });

  it("refuses a network too small for its subnets", () => {
    const [problem] = problemOf({ cidrIndex: 0, zones: 3, networkPrefix: 26 });
    expect(problem).to.include({ path: "placements.networkPrefix", found: "/26 for 3 zones" });
  });

  it("refuses a range that does not start at its own address", () => {
    const [problem] = problemOf({ cidrIndex: 0, zones: 3, baseCidrBlock: "10.1.2.3/8" });
    expect(problem).to.include({ path: "placements.baseCidrBlock", found: '"10.1.2.3/8"' });
  });
});
