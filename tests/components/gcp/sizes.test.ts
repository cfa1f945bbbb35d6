import { expect } from "chai";
import fc from "fast-check";
import { planNodePools } from "../../../components/cluster/gke/nodePools";
import { InputError } from "../../../components/errors";
import { bootDiskTypeFor, isArm, machineTypeFor, shapeOfAwsClass } from "../../../components/gcp/machineTypes";
import { customTier, editionOf, tierFor, tierMistake } from "../../../components/gcp/postgres/tier";
import { memoryGiB, nodeTypeFor, planInstance } from "../../../components/gcp/redis/sizes";
import type { StoreOf } from "../../../systems/spec";
import { nodePool } from "../../../systems/spec/service";
import { store } from "../../../systems/spec/stores";

const resources = (cpu: string, memory: string) => ({
  requests: { cpu, memory, ephemeralStorage: "128Mi" },
  limits: { cpu, memory, ephemeralStorage: "1Gi" },
});

function redis(more: object): StoreOf<"redis"> {
  return store.parse({ kind: "redis", resources: resources("500m", "4Gi"), ...more }) as StoreOf<"redis">;
}

describe("AWS classes in neutral terms", () => {
  const table = [
    ["c5.xlarge", { cpu: 4, memoryGiB: 8, architecture: "amd64" }],
    ["c5.2xlarge", { cpu: 8, memoryGiB: 16, architecture: "amd64" }],
    ["m5.large", { cpu: 2, memoryGiB: 8, architecture: "amd64" }],
    ["t3.medium", { cpu: 2, memoryGiB: 4, architecture: "amd64" }],
    ["t3.large", { cpu: 2, memoryGiB: 8, architecture: "amd64" }],
    ["t4g.xlarge", { cpu: 4, memoryGiB: 16, architecture: "arm64" }],
    ["db.r5.xlarge", { cpu: 4, memoryGiB: 32, architecture: "amd64" }],
    ["cache.r6g.large", { cpu: 2, memoryGiB: 16, architecture: "arm64" }],
    ["m6gd.4xlarge", { cpu: 16, memoryGiB: 64, architecture: "arm64" }],
  ] as const;
  for (const [name, shape] of table) {
    it(`takes ${name} for ${shape.cpu} vCPU and ${shape.memoryGiB} GiB of ${shape.architecture}`, () => {
      expect(shapeOfAwsClass(name)).to.deep.equal(shape);
    });
  }

  it("makes nothing up for what it does not know", () => {
    for (const name of ["p4d.24xlarge", "e2-standard-4", "db.serverless", ""]) {
      expect(shapeOfAwsClass(name), name).to.equal(undefined);
    }
  });
});

describe("machine types", () => {
  it("hold what was asked for", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 256 }),
        fc.constantFrom("amd64" as const, "arm64" as const),
        (cpu, memory, architecture) => {
          const name = machineTypeFor({ cpu: String(cpu), memory: `${memory}Gi`, architecture }) ?? "";
          const [, kind = "", count = "0"] = /^\w+-(\w+)-(\d+)$/.exec(name) ?? [];
          const perCpu = { highcpu: 2, standard: 4, highmem: 8 }[kind] ?? 0;
          expect(Number(count)).to.be.at.least(cpu);
          expect(Number(count) * perCpu).to.be.at.least(memory);
          expect(isArm(name)).to.equal(architecture === "arm64");
        },
      ),
    );
  });

  it("are the smallest that do", () => {
    expect(machineTypeFor({ cpu: "4", memory: "8Gi", architecture: "amd64" })).to.equal("e2-standard-4");
    expect(machineTypeFor({ cpu: "8", memory: "32Gi", architecture: "amd64" })).to.equal("e2-standard-8");
    expect(machineTypeFor({ cpu: "2", memory: "16Gi", architecture: "amd64" })).to.equal("e2-highmem-2");
    expect(machineTypeFor({ cpu: "200", memory: "1Gi", architecture: "amd64" })).to.equal(undefined);
  });

  it("boot from a disk their family takes", () => {
    expect(bootDiskTypeFor("e2-standard-4")).to.equal("pd-balanced");
    expect(bootDiskTypeFor("c4a-standard-4")).to.equal("hyperdisk-balanced");
  });
});

describe("node pools", () => {
  const pool = (more: object) => nodePool.parse({ cpu: "4", memory: "8Gi", min: 1, max: 9, ...more });
  const plan = (pools: Record<string, ReturnType<typeof pool>>, more: object = {}) =>
    planNodePools({ pools, region: "us-central1", zones: 3, environment: "staging", ...more });
  const problemsOf = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      if (InputError.is(error)) return error.problems.map(({ path }) => path);
      throw error;
    }
    throw new Error("expected an InputError");
  };

  it("take the size of the AWS class over the floor beside it", () => {
    const [workers] = plan({ workers: pool({ classes: { aws: "m5.2xlarge" } }) });
    expect(workers?.machineType).to.equal("e2-standard-8");
  });

  it("keep a node of the system pool in every zone, for the load balancer", () => {
    expect(plan({}).map(({ name, min }) => [name, min])).to.deep.equal([["system", 3]]);
  });

  it("stay small in dev, even where the least is more", () => {
    const pools = plan({ a: pool({}), b: pool({ min: 7 }) }, { environment: "dev", zones: 1 });
    expect(pools.map(({ name, max }) => [name, max])).to.deep.equal([
      ["a", 5],
      ["b", 5],
      ["system", 5],
    ]);
  });

  it("refuse a type of the other architecture, and one the region lacks, by their fields", () => {
    expect(problemsOf(() => plan({ a: pool({ classes: { gcp: "c4a-standard-4" } }) }))).to.deep.equal([
      "nodePools.a.classes.gcp",
    ]);
    expect(problemsOf(() => plan({ a: pool({ architecture: "arm64" }) }, { region: "africa-south1" }))).to.deep.equal([
      "nodePools.a.architecture",
    ]);
  });
});

describe("tiers of Cloud SQL", () => {
  it("are ones Cloud SQL sells, and hold what was asked for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 400 }), (cpu, memory) => {
        const tier = customTier(cpu, memory * 1024) ?? "";
        const [, count, mib] = /^db-custom-(\d+)-(\d+)$/.exec(tier) ?? [];
        expect(tierMistake(tier), tier).to.equal(undefined);
        expect(Number(count)).to.be.at.least(cpu);
        expect(Number(mib)).to.be.at.least(memory * 1024);
      }),
    );
  });

  it("take more vCPU where the class's memory asks for them", () => {
    expect(tierFor({ classes: { aws: "db.r5.xlarge" }, resources: resources("1", "1Gi") })).to.equal(
      "db-custom-6-32768",
    );
  });

  it("are refused where Cloud SQL would refuse them", () => {
    for (const tier of ["db-custom-3-8192", "db-custom-4-8000", "db-custom-2-65536", "db-f1-micro", "db.r5.large"]) {
      expect(tierMistake(tier), tier).to.be.a("string");
    }
  });

  it("belong to the edition that has them", () => {
    expect(editionOf("db-custom-4-26624")).to.equal("ENTERPRISE");
    expect(editionOf("db-perf-optimized-N-4")).to.equal("ENTERPRISE_PLUS");
  });
});

describe("sizes of Memorystore", () => {
  it("count the memory a class of ElastiCache leaves usable", () => {
    expect(memoryGiB(redis({ classes: { aws: "cache.r5.large" } }))).to.equal(13);
    expect(memoryGiB(redis({}))).to.equal(4);
  });

  it("have a standby wherever a zone may be lost, and replicas to read from where the spec has any", () => {
    expect(planInstance(redis({}), false)).to.deep.equal({ tier: "BASIC", memoryGiB: 4, replicas: 0, readable: false });
    expect(planInstance(redis({}), true).tier).to.equal("STANDARD_HA");
    const readable = { tier: "STANDARD_HA", memoryGiB: 5, replicas: 2, readable: true };
    expect(planInstance(redis({ mode: "sentinel", replicas: 2 }), true)).to.deep.equal(readable);
  });

  it("choose a node type that holds a shard", () => {
    expect(nodeTypeFor(redis({ mode: "cluster" }))).to.equal("REDIS_STANDARD_SMALL");
    expect(nodeTypeFor(redis({ mode: "cluster", classes: { aws: "cache.r6g.large" } }))).to.equal(
      "REDIS_HIGHMEM_MEDIUM",
    );
  });
});
