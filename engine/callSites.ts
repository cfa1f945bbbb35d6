import { FRAMES, userFrame } from "./construction";

/** Where the program calls functions. The SDK sends a call later, when nothing leads back to the program any more. */
export class CallSites {
  readonly #sites = new Map<string, { readonly stack?: string }[]>();

  /** Call where the program's call enters the SDK; `entered` is the function that it called. */
  add(token: string, entered: (...args: never[]) => unknown): void {
    const limit = Error.stackTraceLimit;
    const site: { stack?: string } = {};
    Error.stackTraceLimit = FRAMES;
    Error.captureStackTrace(site, entered);
    Error.stackTraceLimit = limit;
    const known = this.#sites.get(token);
    if (known === undefined) {
      this.#sites.set(token, [site]);
    } else {
      known.push(site);
    }
  }

  /** Where a function is called first: right for a failure that every call of it shares. */
  first(token: string): string | undefined {
    return userFrame(this.#sites.get(token)?.[0]?.stack);
  }

  /** Where a function is called, if that is one place only. */
  only(token: string): string | undefined {
    const places = new Set(this.#sites.get(token)?.map((site) => userFrame(site.stack)));
    return places.size === 1 ? [...places][0] : undefined;
  }
}
