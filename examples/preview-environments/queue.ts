/**
 * One line per pull request: what comes later waits, and what has become pointless is dropped. Different pull requests
 * do not wait for each other, up to a bound.
 */
export class Queues {
  private readonly waiting = new Map<string, () => Promise<void>>();
  private readonly active = new Set<string>();
  private readonly idle = new Set<() => void>();
  private readonly bound: number;

  constructor(bound: number) {
    this.bound = bound;
  }

  /** Puts a task behind the one that runs for `key`, in place of those that wait: only the last wish counts. */
  put(key: string, task: () => Promise<void>): void {
    this.waiting.delete(key);
    this.waiting.set(key, task);
    this.start();
  }

  /** Puts a task behind the one that runs for `key`, unless something waits there already: nobody's wish gives way to it. */
  add(key: string, task: () => Promise<void>): void {
    if (!this.waiting.has(key)) {
      this.put(key, task);
    }
  }

  /** Resolves when nothing waits or runs. */
  drained(): Promise<void> {
    return this.active.size === 0 && this.waiting.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => this.idle.add(resolve));
  }

  private start(): void {
    for (const [key, task] of this.waiting) {
      if (this.active.size >= this.bound) {
        return;
      }
      if (!this.active.has(key)) {
        this.waiting.delete(key);
        this.active.add(key);
        void task().finally(() => this.ended(key));
      }
    }
  }

  private ended(key: string): void {
    this.active.delete(key);
    this.start();
    if (this.active.size === 0 && this.waiting.size === 0) {
      for (const resolve of this.idle) {
        resolve();
      }
      this.idle.clear();
    }
  }
}
