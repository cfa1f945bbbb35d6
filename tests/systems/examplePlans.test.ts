import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Plan } from "../../engine";
import { parseSystem } from "../../systems/load";
import type { Model } from "../../systems/spec";
import { CLOUDS, type Cloud, planCell } from "./cellPlans";

const FOLDER = join(__dirname, "..", "..", "examples");

/** Every example, in the model it is written for and in one more. */
const EXAMPLES: readonly (readonly [file: string, models: readonly Model[]])[] = [
  ["static-site.yaml", ["distributed", "standalone"]],
  ["etl-pipeline.yaml", ["distributed", "single-server"]],
  ["game-backend.yaml", ["distributed", "global"]],
  ["from-compose/system.yaml", ["distributed", "single-server"]],
  ["from-score/system.yaml", ["distributed", "single-server"]],
];

/** Rules an example breaks by what it is, each with the reason its stack must give. */
const EXEMPT: Readonly<Record<string, readonly Exemption[]>> = {};

interface Exemption {
  readonly rules: readonly string[];
  readonly resource: string;
  readonly reason: string;
  readonly expires: string;
}

describe("the examples, planned with every policy", function () {
  this.timeout(300_000);

  for (const [file, models] of EXAMPLES) {
    const system = parseSystem(readFileSync(join(FOLDER, file), "utf8"), file);
    for (const model of models) {
      for (const cloud of CLOUDS) {
        it(`${file}, ${model}, ${cloud}: breaks no mandatory rule`, async () => {
          const plan = await planned(file, model, cloud, system);
          expect(plan.resources.length).to.be.greaterThan(20);
          expect(plan.policies?.passed).to.be.greaterThan(25);
          expect(broken(plan)).to.deep.equal([]);
        });
      }
    }
  }

  async function planned(file: string, model: Model, cloud: Cloud, system: ReturnType<typeof parseSystem>) {
    const settings = { policyExemptions: EXEMPT[file] ?? [] };
    const request = { system, model, cloud, environment: "dev", judged: true, settings } as const;
    return (await planCell(request)).plan;
  }
});

function broken(plan: Plan): readonly string[] {
  return (plan.policies?.results ?? [])
    .filter(({ level, status }) => level === "mandatory" && status === "violation")
    .map(({ rule, urn, message }) => `${rule} ${urn.split("::").at(-1)}: ${message}`);
}
