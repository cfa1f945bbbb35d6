import { expect } from "chai";
import { named, ofType, planAws } from "./awsPlan";

const GROUP = "aws:cloudwatch/logGroup:LogGroup";
const POOLED = { "groundplan:compute": { pooledDatabases: ["database"] } };

describe("log groups on aws that services name", function () {
  this.timeout(60_000);

  it("have a suffix no other stack has, but for the cluster's own, of which doctor and docs tell", async () => {
    const { plan } = await planAws("preview", POOLED);
    const groups = ofType(plan, GROUP);
    const plain = groups.flatMap(({ inputs: { name } }) => (typeof name === "string" ? [name] : []));
    // The second one is written by what goes before it, and may not make it.
    const cluster = String(named(plan, "main-cluster-cluster").inputs.name);
    expect(plain).to.have.members([`/aws/eks/${cluster}/cluster`, `/aws/eks/${cluster}/containers`]);
    const suffixed = groups.filter(({ inputs: { name } }) => name !== undefined && typeof name !== "string");
    const simulated = ofType((await planAws("simulate", POOLED)).plan, GROUP);
    const names = suffixed.map((group) => simulated.find(({ urn }) => urn === group.urn)?.inputs.name);
    expect(names).to.have.length.above(3);
    for (const name of names) {
      expect(name).to.match(/^\/aws\/(lambda|rds\/(instance|proxy))\/[\w-]*-[0-9a-f]{6,}(-r\d+|-proxy)?(\/\w+)?$/);
    }
  });
});
