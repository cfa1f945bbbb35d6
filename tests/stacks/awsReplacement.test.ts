import { expect } from "chai";
import { diffPlans } from "../../automation/diff";
import type { Plan, PlanResource } from "../../engine";
import type { SystemInput } from "../../systems/spec";
import { planCell } from "../systems/cellPlans";
import { shop, small } from "../systems/fixture";
import { named } from "./awsPlan";

/** The shop, and whatever else a service of AWS holds for a system. */
const system: SystemInput = {
  ...shop,
  domain: "shop.example.com",
  services: {
    ...shop.services,
    reader: { kind: "deployment", image: "reader:1", resources: small, uses: ["index", "pages"] },
  },
  stores: {
    ...shop.stores,
    index: {
      kind: "search",
      version: "2.19",
      resources: { requests: { cpu: "1", memory: "4Gi" }, limits: { cpu: "2", memory: "4Gi" } },
      storage: { size: "20Gi" },
      instances: 3,
    },
    pages: { kind: "memcached", resources: small, instances: 2 },
  },
};

type Change = Readonly<Record<string, unknown>>;

/** What holds data, with a change that no service makes in place, and whether the engine refuses to delete it. */
const STATEFUL: readonly (readonly [what: string, name: string, change: Change, protect: boolean])[] = [
  ["database", "us-east-1-main-db-primary", { kmsKeyId: "another-key" }, true],
  ["database", "us-east-1-main-db-primary", { dbName: "another_name" }, true],
  ["database's replica", "us-east-1-main-db-replica-1", { kmsKeyId: "another-key" }, true],
  ["cache", "us-east-1-queue-group", { atRestEncryptionEnabled: false }, true],
  ["cache", "us-east-1-queue-group", { subnetGroupName: "another-group" }, true],
  ["cache that keeps nothing on disk", "us-east-1-pages-cluster", { nodeType: "cache.r7g.large" }, false],
  ["bucket", "us-east-1-files-bucket", { objectLockEnabled: true }, true],
  ["bucket", "us-east-1-files-bucket", { bucket: "another-name" }, true],
  ["file system", "us-east-1-shared-file-system", { kmsKeyId: "another-key" }, true],
  ["search domain", "us-east-1-index-domain", { domainName: "another-name" }, true],
  ["secret", "us-east-1-secrets-session", { namePrefix: "another-name-" }, false],
];

function changesOf(plan: Plan, name: string, change: Change) {
  const changed: readonly PlanResource[] = plan.resources.map((resource) =>
    resource.name === name ? ({ ...resource, inputs: { ...resource.inputs, ...change } } as PlanResource) : resource,
  );
  return diffPlans(plan, { resources: changed }).map(({ name, effect, losesData }) => ({ name, effect, losesData }));
}

describe("what a change on AWS would replace", function () {
  this.timeout(120_000);
  let cluster: Plan;
  let host: Plan;
  before(async () => {
    const compute = { managedStores: ["index", "pages"] };
    cluster = (await planCell({ system, cloud: "aws", model: "distributed", settings: { compute } })).plan;
    host = (await planCell({ system, cloud: "aws", model: "single-server" })).plan;
  });

  for (const [what, name, change, protect] of STATEFUL) {
    it(`is named for the ${what} by ${Object.keys(change).join()}`, () => {
      expect(changesOf(cluster, name, change)).to.deep.equal([{ name, effect: "replaces", losesData: true }]);
      expect(named(cluster, name).options.protect ?? false).to.equal(protect);
    });
  }

  it("is named for the host's volume", () => {
    const name = "us-east-1-host-data";
    for (const change of [{ availabilityZone: "us-east-1b" }, { kmsKeyId: "another-key" }, { encrypted: false }]) {
      expect(changesOf(host, name, change)).to.deep.equal([{ name, effect: "replaces", losesData: true }]);
    }
    expect(named(host, name).options.protect).to.equal(true);
  });

  it("is named for the cluster, which holds no data of its own", () => {
    const name = "us-east-1-cluster-cluster";
    const changes = changesOf(cluster, name, { roleArn: "arn:aws:iam::123456789012:role/another" });
    expect(changes).to.deep.equal([{ name, effect: "replaces", losesData: false }]);
  });

  it("is nothing where they grow", () => {
    const grown: readonly (readonly [Plan, string, Change])[] = [
      [cluster, "us-east-1-main-db-primary", { allocatedStorage: 4_096 }],
      [cluster, "us-east-1-queue-group", { nodeType: "cache.r7g.large" }],
      [cluster, "us-east-1-pages-cluster", { numCacheNodes: 5 }],
      [host, "us-east-1-host-data", { size: 4_096 }],
    ];
    for (const [plan, name, change] of grown) {
      expect(changesOf(plan, name, change), name).to.deep.equal([{ name, effect: "update", losesData: false }]);
    }
  });
});
