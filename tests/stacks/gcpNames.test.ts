import { resolve } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { readStackFile, toPulumiConfig } from "../../automation/stackFile";
import { GCP_NAMES } from "../../components/gcp/names";
import { runProgram } from "../../engine";
import groundplan from "../../index";
import { PROJECT } from "./gcpPlan";

const ROOT = resolve(__dirname, "../..");

/** What the service accepts as the name each type is given, by the input that holds it. */
const LIMITS: Readonly<Record<string, readonly [input: string, rule: { readonly maxLength: number }]>> = {
  "gcp:container/cluster:Cluster": ["name", GCP_NAMES.cluster],
  "gcp:container/nodePool:NodePool": ["name", GCP_NAMES.nodePool],
  "gcp:serviceaccount/account:Account": ["accountId", GCP_NAMES.serviceAccount],
  "gcp:sql/databaseInstance:DatabaseInstance": ["name", GCP_NAMES.sqlInstance],
  "gcp:redis/instance:Instance": ["name", GCP_NAMES.redis],
  "gcp:redis/cluster:Cluster": ["name", GCP_NAMES.redis],
  "gcp:storage/bucket:Bucket": ["name", GCP_NAMES.bucket],
  "gcp:artifactregistry/repository:Repository": ["repositoryId", GCP_NAMES.repository],
  "gcp:compute/network:Network": ["name", GCP_NAMES.compute],
  "gcp:compute/firewall:Firewall": ["name", GCP_NAMES.compute],
  "gcp:compute/backendService:BackendService": ["name", GCP_NAMES.compute],
};
const LABEL = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
const SECRET = /^[A-Za-z0-9_-]{1,255}$/;

type Names = ReadonlyMap<string, string>;

/** Names given in a whole plan of a stack, by type and logical name. */
async function namesIn(stack: string): Promise<Names> {
  const file = await readStackFile(ROOT, "staging");
  const config = toPulumiConfig({
    ...file.values,
    "groundplan:placements": [{ name: "main", cloud: "gcp", region: "us-central1", cidrIndex: 128 }],
    "groundplan:access": { gcp: { project: PROJECT } },
    "groundplan:images": { repository: true },
  });
  const run = await runProgram({
    program: groundplan,
    project: file.project,
    stack,
    config,
    secretKeys: [...file.secretKeys],
    mode: "simulate",
  });
  return new Map(
    run.resources.flatMap(({ type, name, inputs }) => {
      const field = LIMITS[type]?.[0] ?? (type === "gcp:secretmanager/secret:Secret" ? "secretId" : undefined);
      const given = field === undefined ? undefined : inputs[field];
      return typeof given === "string" ? [[`${type} ${name}`, given] as const] : [];
    }),
  );
}

function expectAccepted(names: Names): void {
  expect(names.size).to.be.greaterThan(15);
  for (const [of, name] of names) {
    const [type = ""] = of.split(" ");
    const limit = LIMITS[type]?.[1].maxLength;
    if (limit === undefined) expect(name, of).to.match(SECRET);
    else {
      expect(name, of).to.match(LABEL);
      expect(name.length, `${of}: ${name}`).to.be.at.most(limit);
    }
  }
  const pairs = [...names].map(([of, name]) => `${of.split(" ")[0]} ${name}`);
  expect(new Set(pairs).size, "two of a type share a name").to.equal(pairs.length);
}

describe("names in whole plans on Google Cloud", function () {
  this.timeout(240_000);

  const characters = fc.constantFrom(..."abzAZ09._-äß漢");
  const longName = fc.string({ unit: characters, minLength: 1, maxLength: 100 });

  it("are what each service accepts, each its own and the same every time, whatever the stack is called", async () => {
    await fc.assert(
      fc.asyncProperty(longName, async (stack) => {
        const names = await namesIn(stack);
        expectAccepted(names);
        expect([...(await namesIn(stack))]).to.deep.equal([...names]);
      }),
      { numRuns: 2, seed: 6, examples: [["Ä".repeat(100)], [`PROD-${"x".repeat(95)}`]] },
    );
  });

  it("tell clusters of stacks apart that differ in their last letter alone", async () => {
    const cluster = "gcp:container/cluster:Cluster main-cluster-cluster";
    const [one, other] = [await namesIn(`${"s".repeat(99)}a`), await namesIn(`${"s".repeat(99)}b`)];
    expect(one.get(cluster)).to.be.a("string");
    expect(one.get(cluster)).to.not.equal(other.get(cluster));
  });
});
