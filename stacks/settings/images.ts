import type { Settings } from "./parse";

/**
 * The image a part of the system runs: the one set for it, else the source's name under the registry, else the source's
 * name as it is.
 */
export function imageOf(images: Settings["images"], group: "services" | "stores", name: string, image: string): string {
  const set = images[group][name];
  return set ?? (images.registry === undefined ? image : `${images.registry}/${image}`);
}
