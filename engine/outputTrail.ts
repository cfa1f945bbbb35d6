import { Output } from "@pulumi/pulumi/output";

/** Remembers which outputs were made from which, so that a wait can be followed to the resource it is for. */
export class OutputTrail {
  readonly #from = new WeakMap<object, object>();
  readonly #inner = new WeakMap<object, object>();

  /** Starts to watch every `apply`; call the result to stop. */
  watch(): () => void {
    const prototype = (Output as unknown as { readonly prototype: { apply: Apply } }).prototype;
    const original = prototype.apply;
    const trail = this;
    prototype.apply = function apply(this: object, func, runWithUnknowns) {
      const made = original.call(
        this,
        (value) => {
          const result = func(value);
          trail.#note(made, result);
          return result;
        },
        runWithUnknowns,
      );
      trail.#from.set(made, this);
      return made;
    };
    return () => {
      prototype.apply = original;
    };
  }

  /** The outputs another one waits for: what it was made from, and what its callback gave back. */
  behind(output: object): readonly object[] {
    return [this.#from.get(output), this.#inner.get(output)].filter((item) => item !== undefined);
  }

  #note(made: object, result: unknown): void {
    if (Output.isInstance(result)) {
      this.#inner.set(made, result);
    } else if (result instanceof Promise) {
      const note = (value: unknown) => this.#note(made, value);
      result.then(note, () => undefined);
    }
  }
}

type Apply = (this: object, func: (value: unknown) => unknown, runWithUnknowns?: boolean) => object;
