import type { StoreOf } from "../../../systems/spec";
import { cpuMillicores, gibibytes } from "../../quantities";
import { shapeOfAwsClass } from "../machineTypes";

/** What Cloud SQL sells by the vCPU: https://docs.cloud.google.com/sql/docs/postgres/machine-series-overview */
const MOST_CPU = 96;
const LEAST_MIB = 3_840;
const MIB_STEP = 256;
const MIB_PER_CPU = { least: 0.9 * 1_024, most: 6.5 * 1_024 };

const CUSTOM = /^db-custom-(\d+)-(\d+)$/;
const OPTIMIZED = /^db-perf-optimized-N-(\d+)$/;
/** https://docs.cloud.google.com/sql/docs/postgres/machine-series-overview */
const OPTIMIZED_CPU = [2, 4, 8, 16, 32, 48, 64, 80, 96, 128];

/**
 * The tier the spec names, or the smallest of custom size that holds what its AWS class stands for, or what it requests;
 * undefined when none does. Memory decides the vCPU where a class has more than 6.5 GiB for each.
 */
export function tierFor(store: Pick<StoreOf<"postgres">, "classes" | "resources">): string | undefined {
  if (store.classes.gcp !== undefined) {
    return store.classes.gcp;
  }
  const shape = store.classes.aws === undefined ? undefined : shapeOfAwsClass(store.classes.aws);
  const cpu = shape?.cpu ?? cpuMillicores(store.resources.requests.cpu) / 1000;
  const memoryMiB = 1_024 * (shape?.memoryGiB ?? gibibytes(store.resources.requests.memory));
  return customTier(cpu, memoryMiB);
}

/** One vCPU or an even number, and memory within what so many may have. */
export function customTier(cpu: number, memoryMiB: number): string | undefined {
  const wanted = Math.max(LEAST_MIB, Math.ceil(memoryMiB / MIB_STEP) * MIB_STEP);
  const needed = Math.max(cpu, wanted / MIB_PER_CPU.most);
  const count = needed <= 1 ? 1 : 2 * Math.ceil(needed / 2);
  const least = Math.ceil((count * MIB_PER_CPU.least) / MIB_STEP) * MIB_STEP;
  return count > MOST_CPU ? undefined : `db-custom-${count}-${Math.max(wanted, least)}`;
}

/** Edition a tier belongs to. Left out, newer versions of PostgreSQL take the dearer one, which has no custom tiers. */
export function editionOf(tier: string): "ENTERPRISE" | "ENTERPRISE_PLUS" {
  return OPTIMIZED.test(tier) ? "ENTERPRISE_PLUS" : "ENTERPRISE";
}

/** What can be wrong with a tier, each as what is allowed; none where nothing is. */
export function tierMistakes(
  tier: string,
): Readonly<Partial<Record<"form" | "cpu" | "memory" | "ratio" | "optimized", string>>> {
  const optimized = OPTIMIZED.exec(tier);
  if (optimized) {
    return OPTIMIZED_CPU.includes(Number(optimized[1]))
      ? {}
      : { optimized: `db-perf-optimized-N- and one of ${OPTIMIZED_CPU.join(", ")}` };
  }
  const match = CUSTOM.exec(tier);
  if (!match) {
    return { form: "a tier such as db-custom-2-8192 or db-perf-optimized-N-4; shared-core ones have no SLA" };
  }
  const [cpu, memory] = [Number(match[1]), Number(match[2])];
  if (cpu > MOST_CPU || (cpu !== 1 && cpu % 2 !== 0)) {
    return { cpu: `one vCPU, or an even number up to ${MOST_CPU}` };
  }
  if (memory < LEAST_MIB || memory % MIB_STEP !== 0) {
    return { memory: `memory in steps of ${MIB_STEP} MiB, at least ${LEAST_MIB}` };
  }
  return memory > cpu * MIB_PER_CPU.most || memory < cpu * MIB_PER_CPU.least
    ? { ratio: "0.9 to 6.5 GiB of memory per vCPU" }
    : {};
}

/** What is wrong with a tier, as what is allowed; undefined when nothing is. */
export function tierMistake(tier: string): string | undefined {
  return Object.values(tierMistakes(tier))[0];
}
