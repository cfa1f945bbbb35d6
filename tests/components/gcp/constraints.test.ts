import { expect } from "chai";
import fc from "fast-check";
import { bucketProblems } from "../../../components/gcp/bucket/constraints";
import { dualRegionOf } from "../../../components/gcp/bucket/dualRegion";
import { archiveClass, lifecycleRules } from "../../../components/gcp/bucket/lifecycle";
import { securityRules } from "../../../components/gcp/edge/firewall";
import { planHosts } from "../../../components/gcp/edge/urlMap";
import { labelsOf } from "../../../components/gcp/labels";
import { maintenanceWindowOf, postgresProblems } from "../../../components/gcp/postgres/constraints";
import { redisProblems } from "../../../components/gcp/redis/constraints";
import { fileShareProblems } from "../../../components/storage/fileShare/gcp";
import type { StoreOf } from "../../../systems/spec";
import { store } from "../../../systems/spec/stores";

const resources = { requests: { cpu: "1", memory: "4Gi" }, limits: { cpu: "2", memory: "8Gi" } };
const postgres = (more: object) =>
  store.parse({
    kind: "postgres",
    version: "16",
    resources,
    storage: { size: "50Gi" },
    ...more,
  }) as StoreOf<"postgres">;
const redis = (more: object) => store.parse({ kind: "redis", resources, ...more }) as StoreOf<"redis">;
const bucket = (more: object) => store.parse({ kind: "bucket", ...more }) as StoreOf<"bucket">;

describe("what Cloud SQL refuses", () => {
  it("is nothing of a common database", () => {
    expect(postgresProblems("db", postgres({}))).to.deep.equal([]);
  });

  const cases: readonly (readonly [string, object, string])[] = [
    ["a version it does not offer", { version: "12" }, "version"],
    ["its own database", { database: "postgres" }, "database"],
    ["a tier of AWS", { classes: { gcp: "db.r5.large" } }, "classes.gcp"],
    ["an odd number of vCPU", { classes: { gcp: "db-custom-3-8192" } }, "classes.gcp"],
    ["more than it has", { resources: { ...resources, requests: { cpu: "97", memory: "4Gi" } } }, "resources.requests"],
    ["more replicas than ten", { readReplicas: 11 }, "readReplicas"],
    ["a disk past 64 TiB", { storage: { size: "70000Gi" } }, "storage.size"],
    ["a growth below the size", { storage: { size: "50Gi", maxSize: "20Gi" } }, "storage.maxSize"],
    ["a window that begins past the hour", { maintenanceWindow: "mon:04:30-mon:05:30" }, "maintenanceWindow"],
    ["no point in time to go back to", { pointInTimeRecovery: false }, "pointInTimeRecovery"],
  ];
  for (const [what, more, field] of cases) {
    it(`is ${what}, by its field`, () => {
      expect(postgresProblems("db", postgres(more)).map(({ path }) => path)).to.deep.equal([`stores.db.${field}`]);
    });
  }

  it("counts days from Monday", () => {
    expect(maintenanceWindowOf("mon:04:00-mon:05:00")).to.deep.equal({ day: 1, hour: 4 });
    expect(maintenanceWindowOf("sun:23:00-mon:00:00")).to.deep.equal({ day: 7, hour: 23 });
  });
});

describe("what Memorystore refuses", () => {
  const cases: readonly (readonly [string, object, string])[] = [
    ["a version it does not offer", { version: "5" }, "version"],
    ["a class for what is sold by memory", { classes: { gcp: "M3" } }, "classes.gcp"],
    ["a node type it does not know", { mode: "cluster", classes: { gcp: "M3" } }, "classes.gcp"],
    [
      "more than 300 GiB",
      { resources: { ...resources, requests: { cpu: "1", memory: "301Gi" } } },
      "resources.requests.memory",
    ],
    ["a broker in shards", { mode: "cluster", purpose: "broker" }, "mode"],
  ];
  for (const [what, more, field] of cases) {
    it(`is ${what}, by its field`, () => {
      expect(redisProblems("cache", redis(more)).map(({ path }) => path)).to.deep.equal([`stores.cache.${field}`]);
    });
  }
});

describe("what Cloud Storage and Filestore refuse", () => {
  const cases: readonly (readonly [string, object, string])[] = [
    [
      "an archive right after infrequent access",
      { lifecycle: { infrequentAccessDays: 30, archiveDays: 40 } },
      "lifecycle.archiveDays",
    ],
    ["an end before the archive", { lifecycle: { archiveDays: 90, expireDays: 90 } }, "lifecycle.expireDays"],
    ["no versions", { versioning: false }, "versioning"],
    ["a lock without days", { locked: true }, "retentionDays"],
    ["Google's name", { bucketName: "google-exports" }, "bucketName"],
  ];
  for (const [what, more, field] of cases) {
    it(`is ${what}, by its field`, () => {
      expect(bucketProblems("b", bucket(more), "us-central1").map(({ path }) => path)).to.deep.equal([
        `stores.b.${field}`,
      ]);
    });
  }

  it("is a copy where a region has no partner", () => {
    const problems = bucketProblems("b", bucket({ replication: {} }), "africa-south1");
    expect(problems.map(({ path, found }) => [path, found])).to.deep.equal([
      ["stores.b.replication", '"africa-south1"'],
    ]);
  });

  it("is a share larger than any instance", () => {
    expect(fileShareProblems("files", { size: "101Ti" }).map(({ path }) => path)).to.deep.equal(["stores.files.size"]);
    expect(fileShareProblems("files", { size: "500Gi" })).to.deep.equal([]);
  });
});

describe("buckets", () => {
  it("keep copies within one law, under a key that outlives either region", () => {
    expect(dualRegionOf("us-central1")).to.deep.equal({
      location: "US",
      dataLocations: ["US-CENTRAL1", "US-EAST1"],
      keyLocation: "us",
    });
    expect(dualRegionOf("europe-west1")?.keyLocation).to.equal("europe");
  });

  it("archive only what stays long enough to be worth it", () => {
    expect(archiveClass(90, 365)).to.equal("COLDLINE");
    expect(archiveClass(90, undefined)).to.equal("ARCHIVE");
  });

  it("delete live objects once, and old versions for good", () => {
    expect(lifecycleRules({ infrequentAccessDays: 30, archiveDays: 90, expireDays: 365 })).to.deep.equal([
      { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
      { action: { type: "SetStorageClass", storageClass: "NEARLINE" }, condition: { age: 30, withState: "LIVE" } },
      { action: { type: "SetStorageClass", storageClass: "COLDLINE" }, condition: { age: 90, withState: "LIVE" } },
      { action: { type: "Delete" }, condition: { age: 365, withState: "LIVE" } },
      { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 90, withState: "ARCHIVED" } },
    ]);
  });
});

describe("labels", () => {
  it("are ones Google takes, whatever the tags", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 80 }), fc.string({ maxLength: 300 })), (tags) => {
        for (const [key, value] of Object.entries(labelsOf(tags))) {
          expect(key).to.match(/^[a-z][a-z0-9_-]{0,62}$/);
          expect(value).to.match(/^[a-z0-9_-]{0,63}$/);
        }
      }),
    );
  });

  it("keep what Google takes as it is", () => {
    const tags = { "managed-by": "groundplan", environment: "staging" };
    expect(labelsOf(tags)).to.deep.equal(tags);
  });
});

describe("the edge", () => {
  it("refuses attacks before it counts, since the count lets through whoever keeps to it", () => {
    const rules = [...securityRules({ rateLimit: 30_000, requestsPerSecond: 100 })].sort(
      (a, b) => Number(a.priority) - Number(b.priority),
    );
    expect(rules.map(({ action }) => action)).to.deep.equal([
      ...Array<string>(10).fill("deny(403)"),
      "rate_based_ban",
      "allow",
    ]);
    expect(rules[0]?.match).to.deep.equal({ expr: { expression: "evaluatePreconfiguredWaf('cve-canary')" } });
    expect(rules[10]?.rateLimitOptions).to.deep.equal({
      conformAction: "allow",
      exceedAction: "deny(429)",
      enforceOnKey: "IP",
      rateLimitThreshold: { count: 1_000, intervalSec: 10 },
      banThreshold: { count: 30_000, intervalSec: 300 },
      banDurationSec: 300,
    });
  });

  it("sends each path of a host to its target, and the rest to the root", () => {
    const route = (path: string, service: string) => ({
      host: "example.com",
      path,
      service,
      namespace: "n",
      servicePort: 80,
      targetPort: 80,
      healthPath: "/",
      timeoutSeconds: 60,
      ready: [],
    });
    expect(planHosts([route("/", "web"), route("/api", "api")])).to.deep.equal([
      {
        name: "example-com",
        host: "example.com",
        root: "web-80",
        paths: [{ paths: ["/api", "/api/*"], target: "api-80" }],
      },
    ]);
  });
});
