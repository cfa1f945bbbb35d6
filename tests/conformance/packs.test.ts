import { join, resolve } from "node:path";
import { expect } from "chai";
import { readStack } from "../../automation/plan";
import {
  type AnalyzerPack,
  evaluatePacks,
  type PolicyRequest,
  type RecordedResource,
  runProgram,
  startPack,
} from "../../engine";
import { packConfig, packs } from "../../policies";

const ROOT = resolve(__dirname, "../..");
const STACKS = ["dev", "staging"];
const MODES = ["preview", "simulate"] as const;

async function plan(stack: string, mode: "preview" | "simulate"): Promise<readonly RecordedResource[]> {
  const { project, config, secretKeys } = await readStack({ directory: ROOT, stack });
  const program = require("../../index") as typeof import("../../index");
  const { resources } = await runProgram({ program, project, stack, config, secretKeys, mode });
  return resources;
}

// A server has no word for "deferred" and ends a call in which a rule throws. What it says instead is put into our form
// in one place, `Analysis` in engine/analyzerClient.ts; nothing is left to be evened out here.
describe("conformance: packs", () => {
  const servers = new Map<string, AnalyzerPack>();
  const compared = new Set<string>();
  const plans = new Map<string, readonly RecordedResource[]>();

  before(async function () {
    this.timeout(180_000);
    await Promise.all(packs.map(async ({ name }) => servers.set(name, await startPack(join(ROOT, "policies", name)))));
    // The SDK keeps one program's state per process, so these run one after the other.
    for (const mode of MODES) {
      for (const stack of STACKS) {
        plans.set(`${stack} ${mode}`, await plan(stack, mode));
      }
    }
  });

  after(() => Promise.all([...servers.values()].map((server) => server.close())));

  for (const pack of packs) {
    for (const mode of MODES) {
      it(`${pack.name} says the same through its own server (${mode})`, async function () {
        this.timeout(120_000);
        for (const stack of STACKS) {
          const resources = plans.get(`${stack} ${mode}`);
          const server = servers.get(pack.name);
          if (resources === undefined || server === undefined) {
            throw new Error(`${stack} was not planned, or ${pack.name} not started`);
          }
          // Production's terms are the strictest, and so find the most.
          const config = { [pack.name]: packConfig(pack, { environment: "production" }) };
          const request: PolicyRequest = { mode, config };
          const here = await evaluatePacks([pack], resources, request);
          expect(await server.analyze(resources, request), stack).to.deep.equal(here);
          for (const { status } of here.results) {
            compared.add(status);
          }
        }
      });
    }
  }

  it("compared violations and deferred verdicts, not only passes", () => {
    expect([...compared].sort()).to.deep.equal(["deferred", "violation"]);
  });
});
