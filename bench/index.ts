/**
 * What a plan costs, as a ratio against loading the Pulumi SDK alone, both measured in the same run on the same machine.
 * Run by `npm run bench`; `-- 20` sets the number of rounds.
 */
import { join } from "node:path";
import { measure, median, type Subject } from "./measure";

const ROUNDS = Number(process.argv[2] ?? 7);
const BASELINE: Subject = { name: "load the Pulumi SDK", args: ["-e", 'require("@pulumi/pulumi")'] };
const COMMAND = join(__dirname, "..", "cli", "groundplan.cjs");

const subjects: readonly Subject[] = [
  BASELINE,
  { name: "plan dev (preview)", args: [COMMAND, "plan", "--stack", "dev"] },
  { name: "plan dev (simulate)", args: [COMMAND, "plan", "--stack", "dev", "--mode", "simulate"] },
  { name: "plan staging (preview)", args: [COMMAND, "plan", "--stack", "staging"] },
];

const samples = measure(subjects, ROUNDS);
const baseline = samples.get(BASELINE.name) ?? [];
console.log(
  `${"cold process".padEnd(26)}${"wall ms".padStart(9)}${"ratio".padStart(8)}${"cpu ms".padStart(9)}${"peak MiB".padStart(10)}`,
);
for (const subject of subjects) {
  const own = samples.get(subject.name) ?? [];
  // Pair by pair within a round, so that a drifting machine cancels out.
  const ratio = median(own.map((sample, index) => sample.wall / (baseline[index]?.wall ?? Number.NaN)));
  const cells = [
    median(own.map((sample) => sample.wall))
      .toFixed(0)
      .padStart(9),
    `${ratio.toFixed(2)}x`.padStart(8),
    median(own.map((sample) => sample.cpu))
      .toFixed(0)
      .padStart(9),
    Math.max(...own.map((sample) => sample.memory))
      .toFixed(0)
      .padStart(10),
  ];
  console.log(`${subject.name.padEnd(26)}${cells.join("")}`);
}

const { benchPolicies } = require("./policies") as typeof import("./policies");
benchPolicies(ROUNDS).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
