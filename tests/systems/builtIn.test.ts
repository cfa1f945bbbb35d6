import { expect } from "chai";
import { stringify } from "yaml";
import { builtInSystem, systemNames } from "../../systems";
import { parseSystem } from "../../systems/load";
import { resolveSystem } from "../../systems/resolve";
import { ENVIRONMENTS, MODELS, type SystemInput } from "../../systems/spec";

/** What the exporters of the monitoring itself bring, apart from the services' own metrics. */
const EXPORTED = /^(up|pg|redis|node|kube|container|probe)(_|$)/;
const FUNCTIONS =
  /^(sum|max|min|avg|count|by|without|on|rate|increase|delta|absent|absent_over_time|histogram_quantile|time|and|or|unless)$/;

async function input(name: string): Promise<SystemInput> {
  const system = await builtInSystem(name);
  if (!system) {
    throw new Error(`no system ${name}`);
  }
  return system;
}

/** Metrics an expression reads: its words, without labels, groupings and functions. */
function metricsOf(expr: string): readonly string[] {
  const bare = expr
    .replace(/\{[^}]*\}/g, "")
    .replace(/\[[^\]]*\]/g, "")
    .replace(/\b(by|without|on)\s*\([^)]*\)/g, "");
  return [...bare.matchAll(/[a-zA-Z_:][\w:]*/g)].map(([word]) => word).filter((word) => !FUNCTIONS.test(word));
}

describe("the built-in systems", () => {
  it("are the six", () => {
    expect([...systemNames].sort()).to.deep.equal([
      "charterflow",
      "doc-scraper",
      "scraping-platform",
      "vibebox",
      "webclone-pro",
      "webharvest",
    ]);
  });

  for (const name of systemNames) {
    for (const model of MODELS) {
      it(`${name} resolves as ${model} in every environment`, async () => {
        const system = await input(name);
        for (const environment of ENVIRONMENTS) {
          const resolved = resolveSystem(system, { model, environment, placement: "main" });
          expect(resolved).to.include({ name, model, environment });
          expect(resolved.edges.length).to.be.greaterThan(0);
        }
      });

      it(`${name}, ${model}: every alert reads metrics that are there, and says what to do`, async () => {
        const { alerts, observability } = resolveSystem(await input(name), {
          model,
          environment: "production",
          placement: "main",
        });
        const declared = Object.keys(observability.metrics);
        for (const [alert, { expr, action }] of Object.entries(alerts)) {
          const read = metricsOf(expr).map((metric) => metric.replace(/_(bucket|sum|count)$/, ""));
          const strangers = read.filter((metric) => !declared.includes(metric) && !EXPORTED.test(metric));
          expect([alert, read.length > 0, strangers, action !== undefined]).to.deep.equal([alert, true, [], true]);
        }
      });
    }

    it(`${name} can be written as YAML and read back unchanged`, async () => {
      const system = await input(name);
      const read = parseSystem(stringify(system, { aliasDuplicateObjects: false }), `${name}.yaml`);
      for (const model of MODELS) {
        for (const placement of ["main", ...Object.keys(system.placements ?? {})]) {
          const target = { model, environment: "production", placement } as const;
          expect(resolveSystem(read, target)).to.deep.equal(resolveSystem(system, target));
        }
      }
    });

    it(`${name} names every image with a tag other than latest`, async () => {
      const system = await input(name);
      for (const { image } of [...Object.values(system.services), ...Object.values(system.stores ?? {})] as {
        image?: string;
      }[]) {
        expect(image ?? "store:default").to.match(/:(?!latest$)[\w.-]+$/);
      }
    });
  }
});
