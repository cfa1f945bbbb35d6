import { expect } from "chai";
import { InputError } from "../../components/errors";
import { memcachedNode } from "../../components/gcp/memcached/sizes";
import { EXTRAS } from "./gcpExtras";
import { at, named, ofType, planGcp } from "./gcpPlan";

const INSTANCE = "gcp:memcache/instance:Instance";

describe("Memcached on Google Cloud", function () {
  this.timeout(60_000);

  it("runs as a service where the settings name it: private, sized, over the zones, deletable", async () => {
    const { plan } = await planGcp("simulate", EXTRAS[1]);
    const { inputs } = named(plan, "main-sessions-instance", INSTANCE);
    expect(inputs).to.deep.include({
      displayName: "sessions of doc-scraper",
      memcacheVersion: "MEMCACHE_1_6_15",
      nodeCount: 2,
      nodeConfig: { cpuCount: 1, memorySizeMb: 1_024 },
      region: "us-central1",
      deletionProtection: false,
      maintenancePolicy: {
        weeklyMaintenanceWindows: [
          { day: "MONDAY", duration: "10800s", startTime: { hours: 4, minutes: 0, seconds: 0, nanos: 0 } },
        ],
      },
    });
    expect(inputs.name).to.match(/^doc-scraper-sessions-[0-9a-f]{6}-[0-9a-f]{8}$/);
    expect(inputs.zones).to.have.length(3);
    expect(inputs.authorizedNetwork).to.equal(at(named(plan, "main-redis-instance").inputs, "authorizedNetwork"));
    expect(ofType(plan, "kubernetes:apps/v1:StatefulSet").map(({ name }) => name)).to.not.include(
      "main-sessions-statefulset",
    );
    expect(plan.degraded.map(({ feature }) => feature)).to.include("a password of sessions, and TLS to it");
  });

  it("lets its clients' nodes reach its two nodes, on its port, and their pods by policy", async () => {
    const { plan } = await planGcp("simulate", EXTRAS[1]);
    const rule = named(plan, "main-sessions-clients-to").inputs;
    expect(rule).to.deep.include({ direction: "EGRESS", allows: [{ protocol: "tcp", ports: ["11211"] }] });
    const ranges = rule.destinationRanges as readonly string[];
    expect(new Set(ranges).size).to.equal(2);
    const deployment = named(plan, "main-api-deployment").inputs;
    const url = `memcached://${ranges.map((range) => range.replace("/32", ":11211")).join(",")}`;
    expect(JSON.stringify(deployment)).to.include(`{"name":"MEMCACHED_URL","value":"${url}"}`);
    const policies = ofType(plan, "kubernetes:networking.k8s.io/v1:NetworkPolicy").map(({ inputs }) =>
      JSON.stringify(inputs),
    );
    for (const range of ranges) {
      expect(policies.filter((policy) => policy.includes(range))).to.have.length(1);
    }
  });

  it("runs in the cluster where nothing names it", async () => {
    const { plan } = await planGcp("simulate", { "groundplan:overrides": EXTRAS[1]?.["groundplan:overrides"] });
    expect(ofType(plan, INSTANCE)).to.deep.equal([]);
    expect(ofType(plan, "gcp:projects/service:Service").map(({ name }) => name)).to.not.include(
      "main-sessions-api-memcache",
    );
  });

  it("is refused by the field where Memorystore would refuse it, and search is, which nobody sells there", async () => {
    const problems = async (changes: Readonly<Record<string, unknown>>) => {
      try {
        await planGcp("preview", changes);
      } catch (error) {
        expect(InputError.is(error)).to.equal(true);
        return (error as InputError).problems.map(({ path }) => path);
      }
      return [];
    };
    const overrides = (instances: number, version: string) => ({
      stores: {
        sessions: {
          kind: "memcached",
          instances,
          version,
          resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
        },
      },
    });
    const compute = { managedStores: ["sessions"] };
    expect(
      await problems({ "groundplan:overrides": overrides(21, "1.4"), "groundplan:compute": compute }),
    ).to.deep.equal(["groundplan:overrides.stores.sessions.version", "groundplan:overrides.stores.sessions.instances"]);
    expect(await problems({ "groundplan:compute": { managedStores: ["database"] } })).to.deep.equal([
      "groundplan:compute.managedStores[0]",
    ]);
  });

  const sizes: readonly (readonly [cpu: string, memory: string, cpus: number, mib: number])[] = [
    ["100m", "64Mi", 1, 1_024],
    ["1", "4Gi", 1, 4_096],
    ["1100m", "1Gi", 2, 1_844],
    ["3", "1Gi", 4, 3_688],
  ];
  for (const [cpu, memory, cpuCount, memorySizeMb] of sizes) {
    it(`has ${cpuCount} processors and ${memorySizeMb} MiB for ${cpu} and ${memory}`, () => {
      const ephemeralStorage = "1Gi";
      const amounts = { cpu, memory, ephemeralStorage };
      expect(memcachedNode({ resources: { requests: amounts, limits: amounts } })).to.deep.equal({
        cpuCount,
        memorySizeMb,
      });
    });
  }
});
