import type { Degraded } from "../component";

/** What a system names of a store that whoever runs the store names itself. */
export interface GivenNames {
  readonly image?: string | undefined;
  readonly volume?: string | undefined;
}

/** Says which of a store's names are not taken, by their paths in the system. */
export function namesNotTaken(store: string, names: GivenNames, reason: string): readonly Degraded[] {
  const paths = [
    ...(names.image === undefined ? [] : [`stores.${store}.image`]),
    ...(names.volume === undefined ? [] : [`stores.${store}.storage.volume`]),
  ];
  return paths.length === 0
    ? []
    : [
        {
          feature: `${paths.length > 1 ? "names" : "a name"} given to parts of ${store} (${paths.join(", ")})`,
          reason,
          remedy:
            names.image === undefined
              ? "read the claim's name from the cluster where something else needs it"
              : `name an image that fits in groundplan:images.stores.${store}`,
        },
      ];
}
