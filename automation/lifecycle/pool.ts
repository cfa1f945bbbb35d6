/** How one of many ended. */
export type Settled<I, T> =
  | { readonly item: I; readonly ok: true; readonly value: T }
  | { readonly item: I; readonly ok: false; readonly error: unknown };

export interface PoolOptions {
  /** How many go on at once. @default 4 */
  readonly concurrency?: number;
  /** Begins no more once it aborts; those not begun fail with its reason. */
  readonly signal?: AbortSignal;
}

/** Does something with many stacks, a bounded number at a time. One's failure is its own; results keep the order. */
export async function runMany<I, T>(
  items: readonly I[],
  run: (item: I, index: number) => PromiseLike<T>,
  { concurrency = 4, signal }: PoolOptions = {},
): Promise<readonly Settled<I, T>[]> {
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new RangeError(`concurrency is a whole number from 1 on, not ${concurrency}`);
  }
  const results: Settled<I, T>[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) {
      try {
        signal?.throwIfAborted();
        results[index] = { item, ok: true, value: await run(item, index) };
      } catch (error) {
        results[index] = { item, ok: false, error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  return results;
}

/** Lets one at a time through: what shares the process's global state. */
export class Mutex {
  private last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const mine = this.last.then(task, task);
    this.last = mine.catch(() => undefined);
    return mine;
  }
}
