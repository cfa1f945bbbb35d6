/**
 * How plan time grows with regions: one system, global, in 2, 4 and 8 regions of AWS, in turn and in one process. A
 * region more costs what the last one did where time per resource stays the same; the last column is the time per region
 * against that of two regions, of the same run.
 * Run by `npx tsx bench/regions.ts`; a number sets the rounds.
 */
import { join } from "node:path";
import { toPulumiConfig } from "../automation/stackFile";
import { runProgram } from "../engine";
import groundplan from "../index";
import { median } from "./measure";

const ROUNDS = Number(process.argv[2] ?? 5);
const ROOT = join(__dirname, "..");
const REGIONS = [
  "us-east-1",
  "eu-west-1",
  "us-west-2",
  "eu-central-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-northeast-1",
  "us-east-2",
];
const COUNTS = [2, 4, 8] as const;

/** CPU time of one plan in so many regions, in milliseconds, and the resources it has. */
async function plan(count: number): Promise<{ readonly cpu: number; readonly resources: number }> {
  const config = toPulumiConfig({
    "groundplan:system": "doc-scraper",
    "groundplan:environment": "staging",
    "groundplan:model": "global",
    "groundplan:cloud": "aws",
    "groundplan:regions": REGIONS.slice(0, count),
    "groundplan:domain": "scraper.example.com",
    "groundplan:access": { aws: { allowedAccountIds: ["111122223333"] } },
  });
  const started = process.cpuUsage();
  const { resources } = await runProgram({
    program: groundplan,
    project: "groundplan",
    stack: "bench",
    config,
    secretKeys: [],
    mode: "preview",
  });
  const { user, system } = process.cpuUsage(started);
  return { cpu: (user + system) / 1_000, resources: resources.length };
}

async function main(): Promise<void> {
  process.chdir(ROOT);
  const samples = new Map(COUNTS.map((count) => [count, [] as number[]]));
  const sizes = new Map<number, number>();
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const count of COUNTS) {
      const { cpu, resources } = await plan(count);
      sizes.set(count, resources);
      if (round > 0) {
        samples.get(count)?.push(cpu);
      }
    }
  }
  const perRegion = (count: (typeof COUNTS)[number]) => median(samples.get(count) ?? []) / count;
  const base = perRegion(COUNTS[0]);
  console.log(
    `${"regions".padEnd(9)}${"resources".padStart(10)}${"cpu ms".padStart(9)}${"us each".padStart(9)}${"per region".padStart(12)}`,
  );
  for (const count of COUNTS) {
    const cpu = median(samples.get(count) ?? []);
    const size = sizes.get(count) ?? Number.NaN;
    const cells = [
      String(size).padStart(10),
      cpu.toFixed(0).padStart(9),
      ((cpu * 1_000) / size).toFixed(0).padStart(9),
      `${(perRegion(count) / base).toFixed(2)}x`.padStart(12),
    ];
    console.log(`${String(count).padEnd(9)}${cells.join("")}`);
  }
}

void main();
