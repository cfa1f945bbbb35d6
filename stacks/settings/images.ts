import type { Settings } from "./parse";

/**
 * Names of the images a system's services run, without registry, tag or digest: what repositories of one's own hold. One
 * set to an image of another registry is not among them.
 */
export function ownImages(images: Settings["images"], services: Readonly<Record<string, { image: string }>>) {
  const names = Object.entries(services).flatMap(([name, { image }]) => {
    const set = images.services[name];
    const own = set === undefined ? image : inside(set, images.registry);
    return own === undefined ? [] : [own.replace(/(:[^/]*)?(@.*)?$/, "")];
  });
  return [...new Set(names)].sort();
}

function inside(reference: string, registry: string | undefined): string | undefined {
  return registry !== undefined && reference.startsWith(`${registry}/`)
    ? reference.slice(registry.length + 1)
    : undefined;
}

/**
 * The image a part of the system runs: the one set for it, else, for what the system builds itself, the source's name
 * under the registry, else the source's name as it is. Stores run what others publish: a registry of one's own holds no
 * copy of it unless somebody put one there, and says so by naming it.
 */
export function imageOf(images: Settings["images"], group: "services" | "stores", name: string, image: string): string {
  const set = images[group][name];
  return set ?? (images.registry === undefined || group === "stores" ? image : `${images.registry}/${image}`);
}
