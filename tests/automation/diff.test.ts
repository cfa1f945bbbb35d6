import { expect } from "chai";
import { changedPaths, diffPlans } from "../../automation/diff";
import type { PlanResource } from "../../engine";

function resource(
  type: string,
  name: string,
  inputs: PlanResource["inputs"],
  more: Partial<PlanResource> = {},
): PlanResource {
  return {
    urn: `urn:pulumi:dev::groundplan::${type}::${name}`,
    type,
    name,
    custom: true,
    parent: null,
    provider: "urn:pulumi:dev::groundplan::pulumi:providers:aws::main",
    placement: "main",
    layer: "infrastructure",
    inputs,
    dependencies: [],
    propertyDependencies: {},
    options: {},
    ...more,
  };
}

const DATABASE = resource("aws:rds/instance:Instance", "main-database", {
  engine: "postgres",
  storageEncrypted: true,
  allocatedStorage: 20,
});
const plan = (...resources: PlanResource[]) => ({ resources });

describe("diff of plans", () => {
  it("finds nothing between equal plans", () => {
    expect(diffPlans(plan(DATABASE), plan({ ...DATABASE }))).to.deep.equal([]);
  });

  it("calls a change of a property that is known to be updated in place an update", () => {
    const grown = { ...DATABASE, inputs: { ...DATABASE.inputs, allocatedStorage: 40 } };
    expect(diffPlans(plan(DATABASE), plan(grown))).to.deep.equal([
      {
        urn: DATABASE.urn,
        type: DATABASE.type,
        name: "main-database",
        kind: "changed",
        properties: [{ path: "allocatedStorage", before: 20, after: 40 }],
        effect: "update",
        losesData: false,
      },
    ]);
  });

  it("names a replaced database as losing data, and lists it first", () => {
    const other = resource("aws:ec2/vpc:Vpc", "a-first-by-name", { cidrBlock: "10.0.0.0/16" });
    const open = { ...DATABASE, inputs: { ...DATABASE.inputs, storageEncrypted: false } };
    const changes = diffPlans(plan(DATABASE), plan(open, other));
    expect(changes.map(({ name, effect, losesData }) => ({ name, effect, losesData }))).to.deep.equal([
      { name: "main-database", effect: "replaces", losesData: true },
      { name: "a-first-by-name", effect: "create", losesData: false },
    ]);
  });

  it("says may replace where nothing is known of the type", () => {
    const vpc = resource("aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.0.0.0/16" });
    const [change] = diffPlans(plan(vpc), plan({ ...vpc, inputs: { cidrBlock: "10.1.0.0/16" } }));
    expect(change).to.include({ effect: "may-replace", losesData: false });
  });

  it("takes the program's own replaceOnChanges at its word", () => {
    const vpc = resource("aws:ec2/vpc:Vpc", "vpc", { tags: { a: "1" } }, { options: { replaceOnChanges: ["tags"] } });
    const [change] = diffPlans(plan(vpc), plan({ ...vpc, inputs: { tags: { a: "2" } } }));
    expect(change).to.include({ effect: "replaces" });
  });

  it("replaces what moves to another provider", () => {
    const moved = {
      ...DATABASE,
      provider: "urn:pulumi:dev::groundplan::pulumi:providers:aws::other",
      options: { protect: true },
    };
    const [change] = diffPlans(plan(DATABASE), plan(moved));
    expect(change).to.include({ effect: "replaces", losesData: true });
  });

  it("names a removed volume as losing data and a removed role as not", () => {
    const role = resource("aws:iam/role:Role", "role", {});
    const claim = resource("kubernetes:core/v1:PersistentVolumeClaim", "data", {});
    expect(diffPlans(plan(role, claim), plan()).map(({ name, losesData }) => ({ name, losesData }))).to.deep.equal([
      { name: "data", losesData: true },
      { name: "role", losesData: false },
    ]);
  });

  it("pairs members of lists by their names, so that one more is one change", () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => ({ name, value: name }));
    expect(changedPaths({ env: [a, c] }, { env: [a, b, { ...c, value: "d" }] })).to.deep.equal([
      { path: "env[1]", before: undefined, after: b },
      { path: "env[2].value", before: "c", after: "d" },
    ]);
    expect(changedPaths([a, b, c], [a, c])).to.deep.equal([{ path: "[1]", before: b, after: undefined }]);
    expect(changedPaths([a, b], [b, a]).map(({ path }) => path)).to.deep.equal([
      "[0].name",
      "[0].value",
      "[1].name",
      "[1].value",
    ]);
  });

  it("goes down to the smallest part that differs, and compares tags whole", () => {
    expect(
      changedPaths({ a: [{ b: 1 }, 2], c: { $: "unknown" } }, { a: [{ b: 3 }], c: { $: "secret" } }),
    ).to.deep.equal([
      { path: "a[0].b", before: 1, after: 3 },
      { path: "a[1]", before: 2, after: undefined },
      { path: "c", before: { $: "unknown" }, after: { $: "secret" } },
    ]);
  });
});
