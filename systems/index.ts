import type { SystemInput } from "./spec";

/**
 * The built-in systems, each loaded only when it is asked for. `require`, as the loader that runs the sources
 * (`tsx/cjs`) leaves a dynamic `import()` to Node, which knows no TypeScript.
 */
const BUILT_IN: Readonly<Record<string, () => SystemInput>> = {
  vibebox: () => (require("./vibebox") as typeof import("./vibebox")).vibebox,
  "doc-scraper": () => (require("./docScraper") as typeof import("./docScraper")).docScraper,
  webharvest: () => (require("./webharvest") as typeof import("./webharvest")).webharvest,
  "webclone-pro": () => (require("./webclonePro") as typeof import("./webclonePro")).webclonePro,
  "scraping-platform": () => (require("./scrapingPlatform") as typeof import("./scrapingPlatform")).scrapingPlatform,
  charterflow: () => (require("./charterflow") as typeof import("./charterflow")).charterflow,
};

/** Names of the built-in systems. */
export const systemNames: readonly string[] = Object.keys(BUILT_IN);

/** A built-in system; undefined for any other name. */
export async function builtInSystem(name: string): Promise<SystemInput | undefined> {
  return Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name]?.() : undefined;
}
