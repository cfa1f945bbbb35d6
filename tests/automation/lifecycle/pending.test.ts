import { rmSync } from "node:fs";
import { expect } from "chai";
import { ConcurrentUpdateError, PendingCreatesError } from "../../../automation";
import { guardPendingCreates, mayDouble, pendingCreates } from "../../../automation/lifecycle/pending";
import { refuseWhileUpdated } from "../../../automation/lifecycle/projectStacks";
import { FakeCli } from "./fakeCli";
import { makeProject } from "./project";

const urnOf = (type: string, name: string) => `urn:pulumi:dev::shop::groundplan:data:Store$${type}::${name}`;

function pending(type: string, inputs: Record<string, unknown>, kind = "creating") {
  const operation = { type: kind, resource: { urn: urnOf(type, "it"), type, custom: true, inputs } };
  return pendingCreates({ deployment: { resources: [], pending_operations: [operation] } });
}

describe("creations a killed run had begun", () => {
  it("are those of clouds alone, and no other operation", () => {
    expect(pending("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" })).to.deep.equal([
      {
        urn: urnOf("aws:ec2/vpc:Vpc", "it"),
        type: "aws:ec2/vpc:Vpc",
        name: "it",
        inputs: { cidrBlock: "10.0.0.0/16" },
      },
    ]);
    expect(pending("aws:ec2/vpc:Vpc", {}, "updating")).to.deep.equal([]);
    expect(pending("random:index/randomPassword:RandomPassword", { length: 20 })).to.deep.equal([]);
    expect(pending("pulumi:providers:aws", {})).to.deep.equal([]);
    expect([pendingCreates({ deployment: {} }), pendingCreates(null)]).to.deep.equal([[], []]);
  });

  const cases: readonly [string, string, Record<string, unknown>, boolean][] = [
    ["a network, whose id AWS chooses", "aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" }, true],
    ["a bucket under a name of its own", "aws:s3/bucket:Bucket", { bucket: "shop-files" }, false],
    ["a bucket without a name", "aws:s3/bucket:Bucket", {}, true],
    [
      "a bucket whose name the provider made up",
      "aws:s3/bucket:Bucket",
      { bucket: "files-1a2b3c4", __defaults: ["bucket"] },
      true,
    ],
    ["a named network of Google Cloud", "gcp:compute/network:Network", { name: "shop" }, false],
    [
      "a named object of a cluster",
      "kubernetes:core/v1:Service",
      { metadata: { name: "api", namespace: "shop" } },
      false,
    ],
    [
      "an object of a cluster whose name the provider made up",
      "kubernetes:core/v1:Service",
      { metadata: { name: "api-1a2b3c4", annotations: { "pulumi.com/autonamed": "true" } } },
      true,
    ],
    [
      "an object of a cluster that is named by a prefix",
      "kubernetes:batch/v1:Job",
      { metadata: { generateName: "x-" } },
      true,
    ],
    ["a type nobody simulates", "nosuch:index:Thing", { size: 1 }, true],
  ];
  for (const [what, type, inputs, twice] of cases) {
    it(`${twice ? "may become two" : "cannot become two"}: ${what}`, () => {
      expect(pending(type, inputs).map(mayDouble)).to.deep.equal([twice]);
    });
  }

  it("are refused by their URNs, with the way out", () => {
    const found = pending("aws:ec2/vpc:Vpc", {});
    guardPendingCreates("dev", []);
    expect(() => guardPendingCreates("dev", found))
      .to.throw(PendingCreatesError)
      .that.satisfies(({ message, kind, resources }: PendingCreatesError) => {
        expect(message).to.include(
          `1 creation that a killed run began and nobody saw the end of:\n  ${urnOf("aws:ec2/vpc:Vpc", "it")}\n`,
        );
        expect(message).to.include("pulumi import").and.to.include("refresh --stack dev --clear-pending-creates");
        expect(kind).to.equal("pending-creates");
        expect(resources).to.deep.equal([{ urn: found[0]?.urn, type: "aws:ec2/vpc:Vpc", name: "it" }]);
        return true;
      });
  });

  it("are a running update's own where Pulumi Cloud says that one goes on", async () => {
    const directory = makeProject({ dev: {} });
    const cli = new FakeCli(directory);
    const ask = (stack: string) =>
      refuseWhileUpdated({ directory, stack, backend: { kind: "pulumi-cloud", url: "https://state.example" } });
    try {
      cli.answer({
        "stack ls": {
          out: [
            { name: "team/dev", updateInProgress: true },
            { name: "other", updateInProgress: false },
          ],
        },
      });
      await ask("team/trial/other");
      expect(await ask("team/trial/dev").catch((error: unknown) => error)).to.be.instanceOf(ConcurrentUpdateError);
      expect(cli.calls()).to.not.include("stack init dev");
    } finally {
      cli.remove();
      rmSync(directory, { recursive: true });
    }
  });
});
