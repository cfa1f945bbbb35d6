import type { Owned } from "./quotas/need";

/** What a stack's state has, as far as checks ask. */
export interface Known {
  readonly ids: ReadonlySet<string>;
  readonly inputs: Owned;
}

/** Of a stack that was never deployed. */
export const NOTHING_KNOWN: Known = { ids: new Set(), inputs: new Map() };

/** What an exported state has. Its secrets are no part of what anybody asks. */
export function knownIn(state: unknown): Known {
  const list = (state as { deployment?: { resources?: unknown } } | null)?.deployment?.resources;
  const resources = Array.isArray(list) ? (list as readonly Kept[]) : [];
  return {
    ids: new Set(resources.flatMap(({ id }) => (typeof id === "string" ? [id] : []))),
    inputs: new Map(
      resources.flatMap(({ urn, inputs }) => (typeof urn === "string" && inputs !== undefined ? [[urn, inputs]] : [])),
    ),
  };
}

interface Kept {
  readonly urn?: unknown;
  readonly id?: unknown;
  readonly inputs?: Owned extends ReadonlyMap<string, infer Inputs> ? Inputs : never;
}
