import { CommandFailure } from "./command";
import { CancelledError, TimeoutError } from "./errors";

/** What may end an operation early. */
export interface LimitOptions {
  /** Cancels: the engine finishes what it began, writes its state and ends. */
  readonly signal?: AbortSignal;
  /** Milliseconds the operation may take; no limit when absent. */
  readonly timeLimitMs?: number;
}

/** Runs something under a caller's signal and a time limit, and names the end they put to it. */
export async function withLimits<T>(
  stack: string,
  { signal, timeLimitMs }: LimitOptions,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal?.aborted) {
    throw new CancelledError(stack, true);
  }
  const inner = new AbortController();
  let timedOut = false;
  const cancel = () => inner.abort();
  signal?.addEventListener("abort", cancel, { once: true });
  const timer =
    timeLimitMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          inner.abort();
        }, timeLimitMs);
  try {
    return await run(inner.signal);
  } catch (error) {
    if (!inner.signal.aborted) {
      throw error;
    }
    const clean = !(error instanceof CommandFailure && error.forced);
    throw timedOut && timeLimitMs !== undefined
      ? new TimeoutError(stack, timeLimitMs, clean)
      : new CancelledError(stack, clean);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", cancel);
  }
}
