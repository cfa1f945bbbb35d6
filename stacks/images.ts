import type { Settings } from "./settings";

/** Image of a service: the one the settings name whole, else the system's own name under the registry of the settings. */
export function serviceImage(settings: Pick<Settings, "images">, service: string, image: string): string {
  const { registry, services } = settings.images;
  return services[service] ?? (registry === undefined ? image : `${registry}/${image}`);
}

/** Image of a store in a cluster: the one the settings name whole, else what the system or its kind asks for. */
export function storeImage(settings: Pick<Settings, "images">, store: string, image: string): string {
  return settings.images.stores[store] ?? image;
}
