import { setTimeout as wait } from "node:timers/promises";
import { BackendUnreachableError, CommandFailedError, ConcurrentUpdateError } from "./errors";

export interface RetryOptions {
  /** How often at most, the first try included. @default 3 */
  readonly attempts?: number;
  /** Milliseconds to wait before the second try; doubled each time. @default 1 000 */
  readonly delayMs?: number;
  /** Milliseconds to wait for another update of the stack to end; none when absent. */
  readonly lockMs?: number;
}

/**
 * Whether an operation may be tried again: only where the engine had begun nothing. A failed or killed update is never
 * repeated by itself: what it had begun is for its caller to look at.
 */
export function isSafeToRetry(error: unknown): boolean {
  return error instanceof BackendUnreachableError || error instanceof ConcurrentUpdateError;
}

/** Told of each try that is followed by another. */
export type RetryListener = (retry: {
  readonly attempt: number;
  readonly reason: string;
  readonly delayMs: number;
}) => void;

/** Tries, and tries again where that is safe. */
export async function withRetries<T>(
  run: () => Promise<T>,
  { attempts = 3, delayMs = 1_000, lockMs = 0 }: RetryOptions,
  told: RetryListener,
  signal?: AbortSignal,
): Promise<T> {
  const lockedUntil = Date.now() + lockMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      const again =
        error instanceof ConcurrentUpdateError ? Date.now() < lockedUntil : isSafeToRetry(error) && attempt < attempts;
      if (!again || signal?.aborted) {
        throw error;
      }
      const pause = delayMs * 2 ** Math.min(attempt - 1, 5);
      told({ attempt, reason: (error as Error).message.split("\n")[0] ?? "", delayMs: pause });
      await wait(pause, undefined, { signal }).catch(() => undefined);
      if (signal?.aborted) {
        throw error;
      }
    }
  }
}

/**
 * What is left to do once the engine has done its work. It is tried again by itself; where it fails for good, nothing
 * takes that for leave to do the engine's work once more, and nobody reads that nothing has been done.
 */
export async function afterEngine<T>(
  what: string,
  run: () => Promise<T>,
  options: RetryOptions,
  told: RetryListener,
  signal?: AbortSignal,
): Promise<T> {
  try {
    return await withRetries(run, options, told, signal);
  } catch (error) {
    throw isSafeToRetry(error) && !signal?.aborted
      ? new CommandFailedError(`the engine has done its work; ${what}`, (error as Error).message)
      : error;
  }
}
