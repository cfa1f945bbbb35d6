import type { PoolOptions } from "./pool";

/** How one of several that follow each other ended. */
export type InOrder<T> =
  | { readonly name: string; readonly outcome: "done"; readonly value: T }
  | { readonly name: string; readonly outcome: "failed"; readonly error: unknown }
  /** `after` names those it waited for in vain: none where the whole was cancelled first. */
  | { readonly name: string; readonly outcome: "not-started"; readonly after: readonly string[] };

/** One of several, and the names of those that come before it. Names of no other one are taken to be there already. */
export interface Follower {
  readonly name: string;
  readonly after: readonly string[];
}

/** Names that follow each other in a ring; undefined where there are none. */
export function ring(items: readonly Follower[]): readonly string[] | undefined {
  let left = items;
  for (;;) {
    const names = new Set(left.map(({ name }) => name));
    const next = left.filter(({ after }) => after.some((name) => names.has(name)));
    if (next.length === left.length) {
      return left.length === 0 ? undefined : left.map(({ name }) => name);
    }
    left = next;
  }
}

/** The same ones the other way round: each comes after those that followed it. */
export function reversed<F extends Follower>(items: readonly F[]): readonly F[] {
  return items
    .map((item) => ({ ...item, after: items.filter(({ after }) => after.includes(item.name)).map(({ name }) => name) }))
    .reverse();
}

/**
 * Does something with each as soon as all before it are done, a bounded number at a time. What follows a failure is not
 * started. Results keep the order of `items`, which must hold no {@link ring}.
 */
export async function runInOrder<F extends Follower, T>(
  items: readonly F[],
  run: (item: F) => PromiseLike<T>,
  { concurrency = 4, signal }: PoolOptions = {},
): Promise<readonly InOrder<T>[]> {
  const ended = new Map<string, InOrder<T>>();
  const running = new Map<string, Promise<void>>();
  const names = new Set(items.map(({ name }) => name));
  const before = ({ after }: Follower) => after.filter((name) => names.has(name));
  const start = async (item: F) => {
    const { name } = item;
    try {
      ended.set(name, { name, outcome: "done", value: await run(item) });
    } catch (error) {
      ended.set(name, { name, outcome: "failed", error });
    }
    running.delete(name);
  };
  while (ended.size < items.length) {
    const known = ended.size + running.size;
    for (const item of items) {
      const { name } = item;
      const inVain = before(item).filter((other) => (ended.get(other)?.outcome ?? "done") !== "done");
      if (ended.has(name) || running.has(name)) {
        continue;
      }
      if (inVain.length > 0 || signal?.aborted) {
        ended.set(name, { name, outcome: "not-started", after: inVain });
      } else if (running.size < concurrency && before(item).every((other) => ended.has(other))) {
        running.set(name, start(item));
      }
    }
    if (running.size > 0) {
      await Promise.race(running.values());
    } else if (ended.size === known) {
      throw new RangeError(`${items.map(({ name }) => name).join(", ")} wait for each other`);
    }
  }
  return items.flatMap(({ name }) => ended.get(name) ?? []);
}
