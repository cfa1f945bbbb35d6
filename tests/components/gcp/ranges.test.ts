import { expect } from "chai";
import fc from "fast-check";
import { InputError } from "../../../components/errors";
import { addresses, addressesPerNode } from "../../../components/gcp/constraints/network";
import { planRanges, podsPerNode, type Ranges } from "../../../components/gcp/network/ranges";
import { overlaps } from "../../../components/networking/cidr";

const prefix = fc.integer({ min: 16, max: 20 });
const index = fc.integer({ min: 0, max: 255 });

function blocks(ranges: Ranges): readonly string[] {
  return [ranges.nodes, ranges.pods, ranges.services, ranges.privateServices, ranges.controlPlane];
}

function problemsOf(args: Parameters<typeof planRanges>[0]) {
  try {
    planRanges(args);
  } catch (error) {
    if (InputError.is(error)) return error.problems;
    throw error;
  }
  throw new Error("expected an InputError");
}

describe("ranges of a network on Google Cloud", () => {
  it("never let two ranges overlap, and lie within the network", () => {
    fc.assert(
      fc.property(index, prefix, (cidrIndex, networkPrefix) => {
        const ranges = planRanges({ cidrIndex, networkPrefix, nodes: 5 });
        const all = blocks(ranges);
        for (const [at, block] of all.entries()) {
          expect(overlaps(block, ranges.cidrBlock), block).to.equal(true);
          expect(addresses(block)).to.be.below(addresses(ranges.cidrBlock));
          for (const other of all.slice(at + 1)) expect(overlaps(block, other), `${block} ${other}`).to.equal(false);
        }
        expect(ranges.controlPlane).to.match(/\/28$/);
      }),
    );
  });

  it("never let two placements' ranges overlap", () => {
    fc.assert(
      fc.property(index, index, (left, right) => {
        fc.pre(left !== right);
        const [one, two] = [planRanges({ cidrIndex: left, nodes: 5 }), planRanges({ cidrIndex: right, nodes: 5 })];
        for (const a of blocks(one)) for (const b of blocks(two)) expect(overlaps(a, b)).to.equal(false);
      }),
    );
  });

  it("hold the pods of every node they accept", () => {
    fc.assert(
      fc.property(prefix, fc.integer({ min: 1, max: 512 }), (networkPrefix, nodes) => {
        const planned = tryPlan(networkPrefix, nodes);
        fc.pre(planned !== undefined);
        if (planned) {
          expect(nodes * addressesPerNode(planned.maxPodsPerNode)).to.be.at.most(addresses(planned.pods));
          expect(nodes + 4).to.be.at.most(addresses(planned.nodes));
        }
      }),
    );
  });

  it("keep the same ranges whatever the other placements are", () => {
    expect(planRanges({ cidrIndex: 128, nodes: 76 })).to.deep.equal({
      cidrBlock: "10.128.0.0/16",
      nodes: "10.128.128.0/20",
      pods: "10.128.0.0/17",
      services: "10.128.144.0/20",
      privateServices: "10.128.192.0/18",
      controlPlane: "10.128.160.32/28",
      maxPodsPerNode: 110,
    });
  });

  it("give nodes fewer pods where there are many nodes", () => {
    expect(podsPerNode(128, "10.0.0.0/17")).to.equal(110);
    expect(podsPerNode(129, "10.0.0.0/17")).to.equal(64);
    expect(podsPerNode(257, "10.0.0.0/17")).to.equal(32);
    expect(podsPerNode(513, "10.0.0.0/17")).to.equal(undefined);
  });

  it("refuse more nodes than the pods' range holds, naming the range", () => {
    expect(problemsOf({ cidrIndex: 0, networkPrefix: 20, nodes: 60, path: "placements[0]" })).to.deep.equal([
      {
        path: "placements[0].cidrBlock",
        found: '"60 nodes with their pods in 10.0.0.0/21"',
        allowed: "at most 32 nodes in a network of this size",
        fix: "name a larger range, or lower nodePools.NAME.max",
      },
    ]);
  });

  it("refuse a network too small for the services of Google beside it", () => {
    expect(problemsOf({ cidrIndex: 0, networkPrefix: 21, nodes: 1 })[0]?.path).to.equal("placements.cidrBlock");
  });
});

function tryPlan(networkPrefix: number, nodes: number): Ranges | undefined {
  try {
    return planRanges({ cidrIndex: 0, networkPrefix, nodes });
  } catch (error) {
    if (InputError.is(error)) return undefined;
    throw error;
  }
}
