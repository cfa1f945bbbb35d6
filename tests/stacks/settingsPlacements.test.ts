import { expect } from "chai";
import * as fc from "fast-check";
import { isPrivate, overlap, parseRange } from "../../stacks/settings/networks";
import { cidrIndexOf, REGIONS, regionMistake } from "../../stacks/settings/regions";
import { eu, problemsWith, settingsWith, us } from "./settingsFixture";

const global = { model: "global" };

const MISTAKES: readonly (readonly [string, Record<string, unknown>, string, RegExp])[] = [
  ["nowhere", { placements: undefined }, "groundplan:placements", /where the system runs/],
  ["both forms", { cloud: "aws" }, "groundplan:cloud", /remove one/],
  ["a cloud without regions", { placements: undefined, cloud: "aws" }, "groundplan:regions", /primary one first/],
  [
    "an unknown cloud",
    { placements: [{ name: "main", cloud: "azure", region: "x" }] },
    "groundplan:placements[0].cloud",
    /choose one/,
  ],
  ["no region", { placements: [{ name: "main", cloud: "aws" }] }, "groundplan:placements[0].region", /add the region/],
  [
    "a misspelled region",
    { placements: [{ name: "main", cloud: "aws", region: "us-esat-1" }] },
    "groundplan:placements[0].region",
    /^did you mean us-east-1\?$/,
  ],
  [
    "a zone of AWS",
    { placements: [{ name: "main", cloud: "aws", region: "us-east-1a" }] },
    "groundplan:placements[0].region",
    /^write us-east-1:/,
  ],
  [
    "a zone of Google Cloud",
    { placements: [{ name: "main", cloud: "gcp", region: "europe-west1-b" }] },
    "groundplan:placements[0].region",
    /^write europe-west1:/,
  ],
  [
    "the other cloud's region",
    { placements: [{ name: "main", cloud: "gcp", region: "us-east-1" }] },
    "groundplan:placements[0].region",
    /^set cloud to aws/,
  ],
  [
    "regions of two clouds in the short form",
    { ...global, placements: undefined, cloud: "aws", regions: ["us-east-1", "europe-west1"] },
    "groundplan:regions[1]",
    /for both clouds write placements, each with its own cloud$/,
  ],
  [
    "a context on AWS",
    { placements: [{ name: "main", cloud: "aws", region: "us-east-1", context: "kind" }] },
    "groundplan:placements[0].context",
    /remove it/,
  ],
  [
    "an account that is none",
    { placements: [{ name: "main", cloud: "aws", region: "us-east-1", account: "prod" }] },
    "groundplan:placements[0].account",
    /123456789012/,
  ],
  [
    "a project that is none",
    { placements: [{ name: "main", cloud: "gcp", region: "us-central1", account: "My Project" }] },
    "groundplan:placements[0].account",
    /project's id/,
  ],
  [
    "an account on a cluster",
    { placements: [{ name: "main", cloud: "kubernetes", account: "123456789012" }] },
    "groundplan:placements[0].account",
    /remove it/,
  ],
  [
    "an account that is not allowed",
    { placements: [{ ...us, account: "210987654321" }], access: { aws: { allowedAccountIds: ["123456789012"] } } },
    "groundplan:placements[0].account",
    /add it there/,
  ],
  ["a name in capitals", { placements: [{ ...us, name: "US" }] }, "groundplan:placements[0].name", /kebab-case/],
  [
    "the name of the global part",
    { placements: [{ ...us, name: "edge" }] },
    "groundplan:placements[0].name",
    /rename it/,
  ],
  [
    "two of one name",
    { ...global, placements: [us, { ...eu, name: "us" }] },
    "groundplan:placements[1].name",
    /rename it/,
  ],
  [
    "two in one region",
    { ...global, placements: [us, { ...eu, region: "us-east-1" }] },
    "groundplan:placements[1].region",
    /another region/,
  ],
  ["two outside the global model", { placements: [us, eu] }, "groundplan:placements", /set model to global/],
  ["one in the global model", { ...global, placements: [us] }, "groundplan:placements", /add a second one/],
  [
    "two primaries",
    { ...global, placements: [us, { ...eu, role: "primary" }] },
    "groundplan:placements",
    /all but one/,
  ],
  ["no primary", { ...global, placements: [{ ...us, role: "secondary" }, eu] }, "groundplan:placements", /give one/],
  [
    "one network twice",
    { ...global, placements: [us, { ...eu, cidrIndex: 0 }] },
    "groundplan:placements[1].cidrIndex",
    /another number/,
  ],
  [
    "a network number out of range",
    { placements: [{ ...us, cidrIndex: 256 }] },
    "groundplan:placements[0].cidrIndex",
    /255 or less/,
  ],
  [
    "a network number that is not pinned",
    { ...global, placements: [us, { ...eu, cidrIndex: undefined, region: "eu-west-2" }], overrides: undefined },
    "groundplan:placements[1].cidrIndex",
    /./,
  ],
  [
    "a network over another's",
    { ...global, placements: [us, { ...eu, cidrBlock: "10.0.128.0/17" }] },
    "groundplan:placements[1].cidrBlock",
    /another number or range/,
  ],
  [
    "a network that starts in the middle",
    { placements: [{ ...us, cidrBlock: "10.4.1.0/16" }] },
    "groundplan:placements[0].cidrBlock",
    /first address/,
  ],
  [
    "a network of public addresses",
    { placements: [{ ...us, cidrBlock: "172.99.0.0/16" }] },
    "groundplan:placements[0].cidrBlock",
    /such as 10\.4\.0\.0/,
  ],
  [
    "an unknown field",
    { placements: [{ ...us, regoin: "x" }] },
    "groundplan:placements[0].regoin",
    /^did you mean region\?$/,
  ],
];

describe("placements", () => {
  for (const [what, change, path, fix] of MISTAKES) {
    it(`reject ${what}`, async () => {
      const problems = await problemsWith(change);
      expect([...new Set(problems.map((problem) => problem.path))]).to.deep.equal([path]);
      expect(problems[0]?.fix).to.match(fix);
    });
  }

  it("put the primary one first, whatever their order", async () => {
    const { placements } = await settingsWith({ ...global, placements: [eu, us] });
    expect(placements.map(({ name, role, cidrIndex }) => [name, role, cidrIndex])).to.deep.equal([
      ["us", "primary", 0],
      ["eu", "secondary", 1],
    ]);
  });

  it("accept networks beside each other, by number and by range", async () => {
    expect(
      await problemsWith({ ...global, placements: [us, { ...eu, cidrIndex: undefined, cidrBlock: "10.1.0.0/16" }] }),
    ).to.deep.equal([]);
  });

  it("may mix clouds", async () => {
    const cluster = { name: "lab", cloud: "kubernetes", context: "lab", role: "secondary" };
    const { placements } = await settingsWith({ ...global, placements: [us, cluster] });
    expect(placements.map(({ cloud, region, context }) => [cloud, region, context])).to.deep.equal([
      ["aws", "us-east-1", undefined],
      ["kubernetes", "lab", "lab"],
    ]);
  });

  it("take project and context from access where they name none", async () => {
    const access = { gcp: { project: "my-project" }, kubernetes: { context: "kind" } };
    const gcp = await settingsWith({ access, placements: [{ name: "main", cloud: "gcp", region: "us-central1" }] });
    const cluster = await settingsWith({ access, placements: [{ name: "main", cloud: "kubernetes" }] });
    expect([gcp.placements[0]?.account, cluster.placements[0]?.context, cluster.placements[0]?.region]).to.deep.equal([
      "my-project",
      "kind",
      "kind",
    ]);
  });

  it("carry what they use instead of making it", async () => {
    const { placements } = await settingsWith({ existing: { main: { cluster: "shared", zone: "Z123" } } });
    expect(placements[0]?.existing).to.deep.include({ cluster: "shared", zone: "Z123" });
  });
});

describe("the short form of placements", () => {
  const short = (change: Record<string, unknown>) => settingsWith({ placements: undefined, ...change });

  it("is a placement per region, the first one primary", async () => {
    const { placements } = await short({ ...global, cloud: "aws", regions: ["eu-west-1", "us-east-1"] });
    expect(placements.map(({ name, role }) => [name, role])).to.deep.equal([
      ["eu-west-1", "primary"],
      ["us-east-1", "secondary"],
    ]);
  });

  it("numbers networks by region: reordering and adding renumber nothing", async () => {
    const indices = async (regions: readonly string[]) => {
      const { placements } = await short({ ...global, cloud: "gcp", regions });
      return Object.fromEntries(placements.map(({ name, cidrIndex }) => [name, cidrIndex]));
    };
    const two = await indices(["us-central1", "europe-west1"]);
    expect(await indices(["europe-west1", "us-central1"])).to.deep.equal(two);
    expect(await indices(["asia-east1", "europe-west1", "us-central1"])).to.include(two);
  });

  it("lists contexts on Kubernetes, or none for the current one", async () => {
    const contexts = await short({
      ...global,
      cloud: "kubernetes",
      regions: ["arn:aws:eks:eu-west-1:123456789012:cluster/a", "lab"],
    });
    expect(contexts.placements.map(({ name, context }) => [name, context])).to.deep.equal([
      ["aws-eks-eu-west-1-123456789012-cluster-a", "arn:aws:eks:eu-west-1:123456789012:cluster/a"],
      ["lab", "lab"],
    ]);
    expect((await short({ cloud: "kubernetes" })).placements.map(({ name, context }) => [name, context])).to.deep.equal(
      [["main", undefined]],
    );
  });
});

describe("regions and networks", () => {
  it("number every region of every cloud differently, within what a number may be", () => {
    const all = (["aws", "gcp"] as const).flatMap((cloud) =>
      REGIONS[cloud].map((region) => cidrIndexOf(cloud, region)),
    );
    expect(new Set(all).size).to.equal(all.length);
    expect(Math.max(...all)).to.be.below(256);
  });

  it("keep the numbers regions have: networks hang on them", () => {
    expect([
      cidrIndexOf("aws", "us-east-1"),
      cidrIndexOf("aws", "eu-west-1"),
      cidrIndexOf("gcp", "us-central1"),
      cidrIndexOf("gcp", "europe-west1"),
    ]).to.deep.equal([0, 21, 128, 152]);
  });

  it("overlap exactly when they share an address", () => {
    const range = fc
      .record({ first: fc.nat(1000), size: fc.integer({ min: 1, max: 50 }) })
      .map(({ first, size }) => ({ first, last: first + size - 1 }));
    fc.assert(
      fc.property(range, range, (one, other) => {
        const shared = Array.from({ length: one.last - one.first + 1 }, (_, index) => one.first + index).some(
          (address) => address >= other.first && address <= other.last,
        );
        expect(overlap(one, other)).to.equal(shared);
      }),
    );
  });

  it("read ranges that start at their first address", () => {
    expect(
      ["10.0.0.0/8", "10.1.0.0/16", "10.0.1.0/16", "300.0.0.0/8", "10.0.0.0/33", "10.0.0.0"].map(
        (text) => parseRange(text) !== undefined,
      ),
    ).to.deep.equal([true, true, false, false, false, false]);
    expect(
      ["10.9.0.0/16", "172.16.0.0/16", "192.168.0.0/16", "172.32.0.0/16", "8.0.0.0/16"].map((text) =>
        isPrivate(parseRange(text) ?? expect.fail()),
      ),
    ).to.deep.equal([true, true, true, false, false]);
  });
});

describe("a region nobody knows", () => {
  it("is answered with all that are known, those most like it first", () => {
    for (const [cloud, region, nearest] of [
      ["aws", "eu-west-9", "eu-west-1, eu-west-2, eu-west-3, "],
      ["gcp", "europe-west77", "europe-west1, "],
    ] as const) {
      const allowed = regionMistake(cloud, region)?.allowed ?? "";
      const [start, list = ""] = allowed.split(": ");
      expect(start).to.equal(`a region of ${cloud}, those most like it first`);
      expect(list.startsWith(nearest), list).to.equal(true);
      expect(list.split(", ")).to.have.members([...REGIONS[cloud]]);
    }
    expect(regionMistake("aws", "eu-wset-1")?.allowed).to.match(/: eu-west-1, /);
  });
});
