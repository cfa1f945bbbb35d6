import type { CallbackReference, Goal } from "./goal";
import type { Call } from "./monitor";

/** Runs the program's transforms: functions its SDK serves for the engine to call. */
export class TransformRunner {
  readonly #stack: CallbackReference[] = [];
  readonly #invoke: CallbackReference[] = [];
  readonly #targets = new Set<string>();

  /** Whether no transform holds for the whole stack. */
  get isEmpty(): boolean {
    return this.#stack.length === 0;
  }

  addStackTransform(callback: CallbackReference): void {
    this.#stack.push(callback);
  }

  addInvokeTransform(callback: CallbackReference): void {
    this.#invoke.push(callback);
  }

  /** The goal after the given transforms and then the stack's. */
  async transformResource(goal: Goal, callbacks: readonly CallbackReference[]): Promise<Goal> {
    const { callResourceTransform } = require("./callbacks") as typeof import("./callbacks");
    let current = goal;
    for (const callback of [...callbacks, ...this.#stack]) {
      this.#targets.add(callback.target);
      current = await callResourceTransform(callback, current);
    }
    return current;
  }

  /** The call after the stack's invoke transforms. */
  async transformInvoke(call: Call): Promise<Call> {
    if (this.#invoke.length === 0) {
      return call;
    }
    const { callInvokeTransform } = require("./callbacks") as typeof import("./callbacks");
    let current = call;
    for (const callback of this.#invoke) {
      this.#targets.add(callback.target);
      current = await callInvokeTransform(callback, current);
    }
    return current;
  }

  /** The ports of the callback servers this run has called: their sockets are the engine's own traffic. */
  get ports(): readonly number[] {
    return [...this.#targets].map((target) => Number(target.slice(target.lastIndexOf(":") + 1)));
  }

  /** Closes the connections to the program's callback server. */
  async close(): Promise<void> {
    if (this.#targets.size > 0) {
      const { closeCallbacks } = require("./callbacks") as typeof import("./callbacks");
      closeCallbacks();
    }
  }
}
