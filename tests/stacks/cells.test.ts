import { join } from "node:path";
import { expect } from "chai";
import { planStack } from "../../automation/plan";
import { type Plan, serializePlan } from "../../engine";

const ROOT = join(__dirname, "..", "..");
const TODAY = "2026-11-01";

/** A cell of the matrix, planned from the stack whose exemptions and images suit it. */
interface Cell {
  readonly stack: "dev" | "staging";
  readonly system: string;
  readonly model: string;
  readonly cloud: string;
}

const CELLS: readonly Cell[] = [
  ...["standalone", "single-server", "distributed", "global"].flatMap((model) => [
    { stack: "dev" as const, system: "vibebox", model, cloud: "kubernetes" },
    { stack: "dev" as const, system: "doc-scraper", model, cloud: "kubernetes" },
  ]),
  { stack: "staging", system: "doc-scraper", model: "distributed", cloud: "aws" },
];

function plan(
  cell: Cell,
  mode: Plan["mode"],
  transport: "direct" | "grpc" = "direct",
  packs?: readonly string[],
): Promise<Plan> {
  const { stack, ...selection } = cell;
  return planStack({ directory: ROOT, stack, selection, mode, transport, packs, today: TODAY });
}

describe("cells", function () {
  this.timeout(60_000);

  for (const cell of CELLS) {
    describe(`${cell.system}, ${cell.model}, ${cell.cloud}`, () => {
      for (const mode of ["preview", "simulate"] as const) {
        it(`plans in ${mode} mode without a mandatory violation`, async () => {
          const { policies, resources } = await plan(cell, mode);
          const violations = policies.results.filter(
            ({ level, status }) => level === "mandatory" && status === "violation",
          );
          expect(violations).to.deep.equal([]);
          expect(policies.passed).to.be.greaterThan(50);
          expect(resources.length).to.be.greaterThan(20);
        });

        it(`gives the same plan over both transports in ${mode} mode`, async () => {
          const direct = await plan(cell, mode, "direct", []);
          const served = await plan(cell, mode, "grpc", []);
          expect(serializePlan(served)).to.equal(serializePlan(direct));
        });
      }

      it("names every child after its parent component and leaves no resource without a placement and layer", async () => {
        const { resources } = await plan(cell, "preview", "direct", []);
        const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
        for (const resource of resources) {
          const parent = byUrn.get(resource.parent ?? "");
          if (parent?.type.startsWith("groundplan:")) {
            expect(resource.name.startsWith(`${parent.name}-`), `${resource.name} below ${parent.name}`).to.equal(true);
          }
          if (resource.type !== "pulumi:pulumi:Stack") {
            expect(resource.placement, resource.urn).to.be.a("string");
            expect(resource.layer, resource.urn).to.be.a("string");
          }
        }
      });

      it("uses no provider but its own explicit ones", async () => {
        const { resources } = await plan(cell, "preview", "direct", []);
        const providers = new Set(
          resources.filter(({ type }) => type.startsWith("pulumi:providers:")).map(({ urn }) => urn),
        );
        const ambient = resources.filter(
          ({ custom, type, provider }) => custom && !type.startsWith("pulumi:") && !providers.has(provider ?? ""),
        );
        expect(ambient.map(({ urn }) => urn)).to.deep.equal([]);
        expect(resources.filter(({ name }) => name.startsWith("default_"))).to.deep.equal([]);
      });
    });
  }
});
