import type { Settings } from "./parse";

/**
 * The image a part of the system runs: the one set for it, else, for what the system builds itself, the source's name
 * under the registry, else the source's name as it is. Stores run what others publish: a registry of one's own holds no
 * copy of it unless somebody put one there, and says so by naming it.
 */
export function imageOf(images: Settings["images"], group: "services" | "stores", name: string, image: string): string {
  const set = images[group][name];
  return set ?? (images.registry === undefined || group === "stores" ? image : `${images.registry}/${image}`);
}
