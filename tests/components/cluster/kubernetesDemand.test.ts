import { expect } from "chai";
import fc from "fast-check";
import { limitsOf, type PodDemand, quotaOf } from "../../../components/cluster/namespace/demand";
import { bytes, cpuMillicores, formatBytes } from "../../../components/quantities";

const amounts = fc
  .record({
    cpu: fc.integer({ min: 1, max: 16_000 }),
    memory: fc.integer({ min: 1, max: 65_536 }),
    disk: fc.integer({ min: 1, max: 10_000 }),
  })
  .map(({ cpu, memory, disk }) => ({ cpu: `${cpu}m`, memory: `${memory}Mi`, ephemeralStorage: `${disk}Mi` }));
const demand: fc.Arbitrary<PodDemand> = fc.record({
  pods: fc.integer({ min: 0, max: 40 }),
  resources: fc.record({ requests: amounts, limits: amounts }),
  claims: fc.array(
    fc.integer({ min: 1, max: 1000 }).map((size) => `${size}Gi`),
    { maxLength: 5 },
  ),
});

describe("quota of a namespace", () => {
  it("admits everything that runs there at full scale", () => {
    fc.assert(
      fc.property(fc.array(demand, { minLength: 1, maxLength: 6 }), (demands) => {
        const quota = quotaOf(demands);
        const total = (amount: (entry: PodDemand) => number) =>
          demands.reduce((sum, entry) => sum + entry.pods * amount(entry), 0);
        for (const side of ["requests", "limits"] as const) {
          expect(cpuMillicores(quota[`${side}.cpu`] ?? "")).to.be.at.least(
            total((entry) => cpuMillicores(entry.resources[side].cpu)),
          );
          expect(bytes(quota[`${side}.memory`] ?? "")).to.be.at.least(
            total((entry) => bytes(entry.resources[side].memory)),
          );
          expect(bytes(quota[`${side}.ephemeral-storage`] ?? "")).to.be.at.least(
            total((entry) => bytes(entry.resources[side].ephemeralStorage)),
          );
        }
        expect(Number(quota.pods)).to.be.greaterThan(total(() => 1));
        const claimed = demands.flatMap((entry) => entry.claims).reduce((sum, claim) => sum + bytes(claim), 0);
        expect(bytes(quota["requests.storage"] ?? "")).to.be.greaterThan(claimed);
      }),
    );
  });

  it("lets the largest container in, and none of a load balancer's own", () => {
    const large: PodDemand = {
      pods: 1,
      resources: {
        requests: { cpu: "2", memory: "4Gi", ephemeralStorage: "1Gi" },
        limits: { cpu: "8", memory: "16Gi", ephemeralStorage: "120Gi" },
      },
      claims: [],
    };
    expect(limitsOf([large])[0]?.max).to.deep.equal({ cpu: "8", memory: "16Gi", "ephemeral-storage": "120Gi" });
    expect(quotaOf([large])["services.loadbalancers"]).to.equal("0");
    expect(formatBytes(2 ** 30)).to.equal("1Gi");
  });
});
