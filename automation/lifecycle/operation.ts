import type { StackEvent } from "./events";

/**
 * An operation on a stack that is going on: a promise of its result, and an async iterable of what happens until then.
 * `await stack.up()` waits; `for await (const event of stack.up())` follows, and throws where the operation fails.
 */
export class Operation<T> implements PromiseLike<T>, AsyncIterable<StackEvent> {
  /** Settles when the operation ends. */
  readonly result: Promise<T>;
  private readonly events: StackEvent[] = [];
  private readonly listeners = new Set<() => void>();
  private ended = false;

  constructor(run: (emit: (event: StackEvent) => void) => Promise<T>) {
    // Starts after the caller has this object, so that no event comes before it can be listened to.
    this.result = Promise.resolve()
      .then(() => run((event) => this.emit(event)))
      .finally(() => {
        this.ended = true;
        this.wake();
      });
  }

  // biome-ignore lint/suspicious/noThenProperty: an operation is awaited as the promise of its result
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.result.then(onFulfilled, onRejected);
  }

  /** Every event from the first one on, however late the iteration begins. */
  async *[Symbol.asyncIterator](): AsyncIterator<StackEvent> {
    // Whoever iterates hears of a failure here; nobody has to await the result as well.
    this.result.catch(() => undefined);
    for (let index = 0; ; index += 1) {
      while (index >= this.events.length && !this.ended) {
        await new Promise<void>((resolve) => this.listeners.add(resolve));
      }
      const event = this.events[index];
      if (event === undefined) {
        await this.result;
        return;
      }
      yield event;
    }
  }

  private emit(event: StackEvent): void {
    this.events.push(event);
    this.wake();
  }

  private wake(): void {
    for (const listener of this.listeners) {
      listener();
    }
    this.listeners.clear();
  }
}

/** Passes an operation's events on and gives its result. */
export async function follow<T>(operation: Operation<T>, emit: (event: StackEvent) => void): Promise<T> {
  for await (const event of operation) {
    emit(event);
  }
  return operation.result;
}
