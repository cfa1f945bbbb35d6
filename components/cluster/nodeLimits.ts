import type { Environment, NodePoolSpec } from "../../systems/spec";
import type { Degraded } from "../component";

/** Nodes of one pool, whatever the spec asks for. Production has what it asks for; the cost policies speak there. */
const MOST_NODES: Readonly<Record<Environment, number>> = { dev: 5, staging: 20, production: Number.POSITIVE_INFINITY };

/** Largest size of an AWS class, as a multiple of `xlarge`. */
const LARGEST: Readonly<Record<Environment, number>> = { dev: 1, staging: 2, production: Number.POSITIVE_INFINITY };

/** The environment after, whose pools may be larger. */
const NEXT: Readonly<Record<Environment, string>> = { dev: "staging", staging: "production", production: "production" };

/** A pool with no more nodes than its environment pays for; where the least is more than that, the least gives way. */
export function heldPool<P extends Pick<NodePoolSpec, "min" | "max">>(pool: P, environment: Environment): P {
  const most = MOST_NODES[environment];
  return { ...pool, min: Math.min(pool.min, most), max: Math.min(pool.max, most) };
}

/**
 * An AWS class no larger than its environment pays for, of the same family. Families for general use have every size;
 * the others (GPUs, metal) may not, so they stay as they are for the cost policies to judge.
 */
export function heldClass(type: string, environment: Environment): string {
  const [, family, multiple] = /^([cmrt]\d+[a-z-]*)\.(\d*)xlarge$/.exec(type) ?? [];
  const largest = LARGEST[environment];
  if (family === undefined || Number(multiple || "1") <= largest) {
    return type;
  }
  return `${family}.${largest === 1 ? "" : largest}xlarge`;
}

/** What an environment's pools give only in part; pools that nobody asked for are not among them. */
export function heldVerdict(
  asked: Readonly<Record<string, Pick<NodePoolSpec, "min" | "max">>>,
  planned: readonly { readonly name: string; readonly min: number; readonly max: number }[],
  environment: Environment,
): Degraded | undefined {
  const held = planned.filter(({ name, min, max }) => {
    const pool = asked[name];
    return pool !== undefined && (max < pool.max || min < pool.min);
  });
  return held.length === 0
    ? undefined
    : {
        feature: `the number of nodes of ${held.map(({ name }) => name).join(", ")}`,
        reason: `a pool has at most ${MOST_NODES[environment]} nodes in ${environment}, for what they cost`,
        remedy: `set groundplan:environment to ${NEXT[environment]}`,
      };
}

/** What an environment's machines give only in part: a pod that asks for more than one holds never runs. */
export function classVerdict(
  held: readonly { readonly name: string; readonly from: string; readonly to: string }[],
  environment: Environment,
): Degraded | undefined {
  return held.length === 0
    ? undefined
    : {
        feature: `the machines of ${held.map(({ name, from }) => `${name} (${from})`).join(", ")}`,
        reason: `${environment} pays for ${[...new Set(held.map(({ to }) => to))].join(", ")} at most: pods that ask for more than such a machine has stay pending`,
        remedy: `set groundplan:environment to ${NEXT[environment]}, or lower the requests in groundplan:overrides`,
      };
}
