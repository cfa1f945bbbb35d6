import { expect } from "chai";
import { joinShards, redisConfiguration } from "../../../components/data/redis/configuration";
import { redisServers } from "../../../components/data/redis/kubernetes";
import { redisPolicies } from "../../../components/data/redis/policies";
import type { StoreOf } from "../../../systems/spec";

const redis = (change: Partial<StoreOf<"redis">>): StoreOf<"redis"> => ({
  kind: "redis",
  version: "7",
  resources: {
    requests: { cpu: "100m", memory: "256Mi", ephemeralStorage: "128Mi" },
    limits: { cpu: "500m", memory: "1Gi", ephemeralStorage: "1Gi" },
  },
  classes: {},
  mode: "single",
  shards: 1,
  replicas: 0,
  eviction: "noeviction",
  purpose: "cache",
  ...change,
});

describe("Redis in the cluster", () => {
  it("counts servers by mode: one, three at least with sentinels, every shard with its replicas", () => {
    expect(redisServers(redis({}))).to.equal(1);
    expect(redisServers(redis({ mode: "sentinel" }))).to.equal(3);
    expect(redisServers(redis({ mode: "sentinel", replicas: 4 }))).to.equal(5);
    expect(redisServers(redis({ mode: "cluster", shards: 3, replicas: 1 }))).to.equal(6);
    expect(redisServers(redis({ mode: "cluster", shards: 1, replicas: 1 }))).to.equal(6);
  });

  it("keeps memory below the limit, and data on disk only where there is one", () => {
    const kept = redisConfiguration(redis({ storage: { size: "10Gi" }, eviction: "volatile-lru" }));
    expect(kept)
      .to.contain("maxmemory 805306368\n")
      .and.contain("maxmemory-policy volatile-lru\n")
      .and.contain("appendonly yes\n");
    expect(redisConfiguration(redis({})))
      .to.contain("appendonly no\n")
      .and.contain('save ""\n');
  });

  it("holds no password in its configuration", () => {
    expect(redisConfiguration(redis({}))).to.not.match(/requirepass|masterauth/);
  });

  it("joins every server by its own name", () => {
    expect(joinShards("cache", "data", 3, 0)).to.contain(
      "--cluster create cache-0.cache-headless.data.svc:6379 cache-1.cache-headless.data.svc:6379 cache-2.cache-headless.data.svc:6379 --cluster-replicas 0",
    );
  });

  it("opens a single server to its clients and lets it reach nothing", () => {
    const client = {
      service: "api",
      namespace: "app",
      labels: { app: "api" },
      access: "write" as const,
      ports: [6379],
    };
    const selectors = { servers: { app: "cache" }, sentinels: {}, joiner: {} };
    expect(
      redisPolicies({ store: "cache", mode: "single", namespace: "data", clients: [client], selectors }),
    ).to.deep.equal([
      {
        role: "policy",
        name: "cache",
        args: {
          selector: { app: "cache" },
          ingress: [{ peers: [{ kind: "pods", namespace: "app", labels: { app: "api" } }], ports: [6379] }],
          egress: [],
          dns: false,
        },
      },
    ]);
  });
});
