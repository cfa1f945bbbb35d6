import type { SystemInput } from "./spec";

/** The built-in systems, each loaded only when it is asked for. */
const BUILT_IN: Readonly<Record<string, () => Promise<SystemInput>>> = {
  vibebox: async () => (await import("./vibebox")).vibebox,
  "doc-scraper": async () => (await import("./docScraper")).docScraper,
};

/** Names of the built-in systems. */
export const systemNames: readonly string[] = Object.keys(BUILT_IN);

/** A built-in system; undefined for any other name. */
export async function builtInSystem(name: string): Promise<SystemInput | undefined> {
  return Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name]?.() : undefined;
}
