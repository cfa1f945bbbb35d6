import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One run of a cold process. */
export interface Sample {
  /** Wall time from start to end, in milliseconds. */
  readonly wall: number;
  /** User and system time, in milliseconds. */
  readonly cpu: number;
  /** Peak memory, in MiB. */
  readonly memory: number;
}

/** A process to measure: arguments to `node`. */
export interface Subject {
  readonly name: string;
  readonly args: readonly string[];
}

/**
 * Measures processes side by side: one warm-up each, then round after round in turn, so that a machine that grows slower
 * or faster on the way does so for all of them.
 */
export function measure(subjects: readonly Subject[], rounds: number): ReadonlyMap<string, readonly Sample[]> {
  const samples = new Map(subjects.map((subject) => [subject.name, [] as Sample[]]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const subject of subjects) {
      const sample = runOnce(subject);
      if (round > 0) {
        samples.get(subject.name)?.push(sample);
      }
    }
  }
  return samples;
}

function runOnce(subject: Subject): Sample {
  const directory = mkdtempSync(join(tmpdir(), "groundplan-bench-"));
  const result = join(directory, "result.json");
  const started = performance.now();
  const child = spawnSync(process.execPath, ["--require", join(__dirname, "probe.cjs"), ...subject.args], {
    env: { ...process.env, GROUNDPLAN_BENCH_RESULT: result },
    encoding: "utf8",
  });
  const wall = performance.now() - started;
  try {
    if (child.status !== 0) {
      throw new Error(`${subject.name} ended with ${child.status}: ${child.stderr}`);
    }
    const { maxRSS, cpu } = JSON.parse(readFileSync(result, "utf8")) as { maxRSS: number; cpu: number };
    return { wall, cpu, memory: maxRSS / 1024 };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The middle of a list of numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
