import { expect } from "chai";
import type { PlacementSettings } from "../../stacks/settings";
import { unsupportedProblems } from "../../stacks/sites/aws/supported";
import { docScraper } from "../../systems/docScraper";
import { resolveSystem } from "../../systems/resolve";
import { named, ofType, planAws } from "./awsPlan";

const placement = { name: "main", cloud: "aws", region: "us-east-1", role: "primary", cidrIndex: 0 } as const;
const system = resolveSystem(docScraper, { model: "distributed", environment: "staging", placement: "main" });

describe("site on aws", function () {
  this.timeout(60_000);

  it("refuses what it cannot give, by the field that asks for it", () => {
    const existing = {
      cluster: "mine",
      databases: {},
      buckets: { exports: { bucket: "mine", endpoint: "https://minio.example.com" } },
    };
    const compute = {
      fargateNamespaces: ["scraper"],
      karpenter: true,
      managedStores: [],
      pooledDatabases: [],
      upgradedDatabases: [],
      globalCaches: {},
      extendedSupport: false,
    };
    const pathsOf = (given: PlacementSettings["existing"], domain?: string) =>
      unsupportedProblems(
        system,
        { ...placement, ...(given ? { existing: given } : {}) },
        { domain, placements: [placement], compute },
      ).map((problem) => problem.path);
    expect(pathsOf(existing)).to.deep.equal([
      "groundplan:existing.main.vpc",
      "groundplan:compute.fargateNamespaces",
      "groundplan:existing.main.buckets.exports",
      "groundplan:domain",
    ]);
    const vpc = { id: "vpc-1", publicSubnetIds: [], privateSubnetIds: ["subnet-1", "subnet-1"], dataSubnetIds: ["a"] };
    expect(pathsOf({ vpc, databases: {}, buckets: {} }, "example.com")).to.deep.equal([
      "groundplan:existing.main.vpc.privateSubnetIds",
      "groundplan:existing.main.vpc.publicSubnetIds",
      "groundplan:existing.main.vpc.dataSubnetIds",
    ]);
  });

  it("makes its provider from the settings, and no key where one is given", async () => {
    const kmsKey = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000000";
    const { plan } = await planAws("preview", { "groundplan:existing": { main: { kmsKey } } });
    expect(named(plan, "main-aws").inputs).to.deep.include({
      region: "us-east-1",
      allowedAccountIds: '["111122223333"]',
    });
    // The key given is its own region's: copies in another have theirs.
    expect(ofType(plan, "aws:kms/key:Key").map((each) => each.name)).to.have.members([
      "main-exports-replica-key",
      "main-secrets-replica-key",
    ]);
  });

  it("binds a database somebody else runs, and makes none", async () => {
    const database = { host: "db.example.com", user: "scraper", password: { secure: "v1:encrypted" } };
    const { plan } = await planAws("preview", { "groundplan:existing": { main: { databases: { database } } } });
    expect(ofType(plan, "aws:rds/instance:Instance")).to.deep.equal([]);
    expect(ofType(plan, "kubernetes:batch/v1:Job")).to.deep.equal([]);
    expect(JSON.stringify(plan)).to.not.contain("v1:encrypted");
  });

  it("reads only the placement's own secrets", async () => {
    const { plan } = await planAws("simulate");
    const policy = named(plan, "main-cluster-identity-external-secrets-external-secrets-policy").inputs.policy;
    const [first] = (JSON.parse(String(policy)) as { Statement: { Resource: readonly string[] }[] }).Statement;
    expect(first?.Resource).to.deep.equal([
      "arn:aws:secretsmanager:us-east-1:111122223333:secret:doc-scraper/staging/main/*",
    ]);
    for (const secret of ofType(plan, "aws:secretsmanager/secret:Secret")) {
      expect(secret.inputs.namePrefix).to.match(/^doc-scraper\/staging\/main\//);
      expect(secret.inputs.recoveryWindowInDays).to.equal(7);
    }
    expect(ofType(plan, "kubernetes:external-secrets.io/v1:ClusterSecretStore")[0]?.inputs).to.have.nested.property(
      "spec.conditions[0].namespaces[0]",
      "doc-scraper",
    );
  });
});
