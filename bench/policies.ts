/**
 * What the policy packs cost inside one process: microseconds per rule and resource, and as a share of the time of the
 * plan they judge, both taken in the same round on the same machine.
 */
import { resolve } from "node:path";
import { judgeSettings, readStack } from "../automation/plan";
import { judgeResources } from "../automation/policies";
import { buildPlan, runProgram } from "../engine";
import { packs } from "../policies";
import { median } from "./measure";

interface Round {
  readonly planMs: number;
  readonly policyMs: number;
  /** The same in time of the processor, which other work on the machine lengthens less. */
  readonly planCpu: number;
  readonly policyCpu: number;
  /** How often a rule looked at a resource, whether or not it applied; a stack rule looks at each of them. */
  readonly pairs: number;
  /** How often one had something to say. */
  readonly applied: number;
}

interface Case {
  readonly stack: string;
  readonly mode: "preview" | "simulate";
}

const CASES: readonly Case[] = ["dev", "staging"].flatMap((stack) =>
  (["preview", "simulate"] as const).map((mode) => ({ stack, mode })),
);

/**
 * Prints one row per stack and mode, in time of the processor but for `plan ms` and the first ratio. The first round of the
 * first case is cold and is told apart: nothing is compiled yet.
 */
export async function benchPolicies(rounds: number): Promise<void> {
  const columns = ["pairs", "us/pair", "applied", "us/appl.", "best", "first", "plan ms", "ratio", "first"];
  console.log(`\n${"policies, one process".padEnd(26)}${columns.map((column) => column.padStart(10)).join("")}`);
  for (const { stack, mode } of CASES) {
    const [first, ...warm] = await measureCase({ stack, mode }, rounds + 1);
    if (first === undefined) {
      continue;
    }
    const cost = warm.map(({ policyCpu, applied }) => (policyCpu * 1000) / applied);
    const share = warm.map(({ policyMs, planMs }) => policyMs / planMs);
    const cells = [
      String(first.pairs),
      median(warm.map(({ policyCpu, pairs }) => (policyCpu * 1000) / pairs)).toFixed(2),
      String(first.applied),
      median(cost).toFixed(1),
      Math.min(...cost).toFixed(1),
      ((first.policyCpu * 1000) / first.applied).toFixed(1),
      median(warm.map(({ planMs }) => planMs)).toFixed(0),
      `${(median(share) * 100).toFixed(1)}%`,
      `${((first.policyCpu / first.planCpu) * 100).toFixed(1)}%`,
    ];
    console.log(`${stack} (${mode})`.padEnd(26) + cells.map((cell) => cell.padStart(10)).join(""));
  }
}

async function measureCase({ stack, mode }: Case, rounds: number): Promise<readonly Round[]> {
  const read = await readStack({ directory: resolve(__dirname, ".."), stack });
  const { project, settings, config, secretKeys } = read;
  const program = require("../index") as typeof import("../index");
  const header = {
    system: settings.system.name,
    environment: settings.environment,
    model: settings.model,
    placements: settings.placements,
  };
  const samples: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = now();
    const run = await runProgram({ program, project, stack, config, secretKeys, mode });
    buildPlan(run, header);
    const planned = now();
    const { passed, results } = await judgeResources(run.resources, { ...judgeSettings(settings), mode });
    const judged = now();
    const rules = packs.reduce((total, pack) => total + pack.rules.length, 0);
    samples.push({
      planMs: planned.wall - started.wall,
      policyMs: judged.wall - planned.wall,
      planCpu: planned.cpu - started.cpu,
      policyCpu: judged.cpu - planned.cpu,
      pairs: rules * run.resources.length,
      applied: passed + results.length,
    });
  }
  return samples;
}

function now(): { readonly wall: number; readonly cpu: number } {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now(), cpu: (user + system) / 1000 };
}
