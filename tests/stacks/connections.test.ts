import { expect } from "chai";
import { crowdedDatabases } from "../../stacks/connections";
import { resolveSystem } from "../../systems/resolve";
import type { SystemInput } from "../../systems/spec";
import { shop, small } from "../systems/fixture";

type Uses = NonNullable<SystemInput["services"][string]["uses"]>;

/** What is said of a database whose clients hold `connections` in each of up to six replicas. */
function said(
  connections: number,
  { maxConnections = 100 as number | null, pooled = false, existing = false, ownServer = false } = {},
) {
  const uses: Uses = [
    { to: "main-db", connections },
    { to: "main-db", endpoint: "replica", access: "read", connections: 900 },
  ];
  const { web, ...others } = shop.services;
  const system: SystemInput = {
    ...shop,
    services: {
      ...others,
      web: { ...web, uses, scaling: { min: 2, max: 6, cpuPercent: 70 } },
    } as SystemInput["services"],
    stores: {
      ...shop.stores,
      "main-db": {
        kind: "postgres",
        version: "16",
        resources: small,
        storage: { size: "10Gi" },
        readReplicas: 1,
        ...(maxConnections === null ? {} : { maxConnections }),
      },
    },
  };
  const resolved = resolveSystem(system, { model: "distributed", environment: "staging", placement: "main" });
  return crowdedDatabases(
    resolved,
    { compute: { pooledDatabases: pooled ? ["main-db"] : [] } } as unknown as Parameters<typeof crowdedDatabases>[1],
    (existing ? { existing: { databases: { "main-db": {} } } } : {}) as Parameters<typeof crowdedDatabases>[2],
    ownServer,
  ).map(({ feature, reason }) => ({ feature, reason }));
}

const crowded = {
  feature: "102 connections to main-db (services.web.uses[0].connections)",
  reason: "it accepts 100, and nothing before it lets clients share them",
};

describe("connections clients may hold", () => {
  it("are said to be too many where all replicas together hold more than the database accepts", () => {
    expect(said(17)).to.deep.equal([crowded]);
    expect(said(16)).to.deep.equal([]);
  });

  it("are counted against PostgreSQL's own limit only where nobody else sets one", () => {
    expect(said(17, { maxConnections: null, ownServer: true })).to.deep.equal([crowded]);
    expect(said(17, { maxConnections: null })).to.deep.equal([]);
  });

  it("are nobody's business where a proxy shares them, or somebody else runs the database", () => {
    expect(said(17, { pooled: true })).to.deep.equal([]);
    expect(said(17, { existing: true })).to.deep.equal([]);
  });
});
