import { AsyncLocalStorage } from "node:async_hooks";
import { InputError, show } from "../../components/errors";
import { CommandFailure } from "./command";
import { LONGEST_TIMER_MS } from "./duration";
import { CancelledError, TimeoutError } from "./errors";

/** What may end an operation early. */
export interface LimitOptions {
  /** Cancels: the engine finishes what it began, writes its state and ends. */
  readonly signal?: AbortSignal;
  /** Milliseconds the operation may take, at most 24 days; no limit when absent. */
  readonly timeLimitMs?: number;
}

/** The signal of the operation that the code running now is part of. */
const current = new AsyncLocalStorage<AbortSignal>();

/** Signal that ends whatever the running operation asks of the CLI; none outside an operation. */
export function currentSignal(): AbortSignal | undefined {
  return current.getStore();
}

/**
 * Runs something under a caller's signal and a time limit, and names the end they put to it. Every run of the CLI within
 * it, the engine's and each question to a backend, ends with it; so does a limit set within a limit.
 */
export async function withLimits<T>(
  stack: string,
  { signal, timeLimitMs }: LimitOptions,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  checkLimit(timeLimitMs);
  const outer = [signal, currentSignal()].filter((one) => one !== undefined);
  if (outer.some(({ aborted }) => aborted)) {
    throw new CancelledError(stack, true);
  }
  const inner = new AbortController();
  let timedOut = false;
  const cancel = () => inner.abort();
  for (const one of outer) {
    one.addEventListener("abort", cancel, { once: true });
  }
  const timer =
    timeLimitMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          inner.abort();
        }, timeLimitMs);
  try {
    return await current.run(inner.signal, () => run(inner.signal));
  } catch (error) {
    if (!inner.signal.aborted) {
      throw error;
    }
    const clean = endedClean(error);
    throw timedOut && timeLimitMs !== undefined
      ? new TimeoutError(stack, timeLimitMs, clean)
      : new CancelledError(stack, clean);
  } finally {
    clearTimeout(timer);
    for (const one of outer) {
      one.removeEventListener("abort", cancel);
    }
  }
}

function endedClean(error: unknown): boolean {
  if (error instanceof CancelledError || error instanceof TimeoutError) {
    return error.clean;
  }
  return !(error instanceof CommandFailure && error.forced);
}

function checkLimit(timeLimitMs: number | undefined): void {
  if (timeLimitMs !== undefined && !(timeLimitMs > 0 && timeLimitMs <= LONGEST_TIMER_MS)) {
    throw new InputError([
      {
        path: "timeLimitMs",
        found: show(timeLimitMs),
        allowed: `milliseconds, more than 0 and at most ${LONGEST_TIMER_MS}`,
        fix: "leave it out for no limit",
      },
    ]);
  }
}
