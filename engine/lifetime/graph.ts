import type { RecordedResource } from "../goal";
import { parseProviderReference, ROOT_STACK_TYPE } from "../urn";

/** What a resource rests on, by URN: it is made after all of it, and goes before any of it. */
export function needsOf(resource: RecordedResource): ReadonlySet<string> {
  const { dependencies, propertyDependencies, parent, provider, options } = resource;
  return new Set([
    ...dependencies,
    ...Object.values(propertyDependencies).flat(),
    ...(parent === undefined ? [] : [parent]),
    ...(provider === undefined ? [] : [parseProviderReference(provider).urn]),
    ...(options.deletedWith === undefined ? [] : [options.deletedWith]),
  ]);
}

/** Whether a resource is one that somebody made and can take away: no component, and nothing that is only read. */
export function isMade(resource: RecordedResource): boolean {
  return resource.custom && resource.options.readId === undefined && resource.type !== ROOT_STACK_TYPE;
}

/** Everything among these that a resource rests on, however indirectly. */
export function restsOn(
  resource: RecordedResource,
  resources: readonly RecordedResource[],
): readonly RecordedResource[] {
  const found = new Set<string>(needsOf(resource));
  // Each comes after what it needs, so one pass from the end finds all.
  for (const other of [...resources].reverse()) {
    if (found.has(other.urn)) {
      for (const urn of needsOf(other)) {
        found.add(urn);
      }
    }
  }
  return resources.filter(({ urn }) => found.has(urn));
}
