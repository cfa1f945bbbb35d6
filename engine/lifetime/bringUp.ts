import type { RecordedResource } from "../goal";
import { needsOf } from "./graph";

/**
 * The state an update leaves in which some resources could not be made: everything that rests on none of them. Resources
 * are in the order they were registered, which puts each after all it needs.
 *
 * @param fails whether making a resource fails
 */
export function bringUp(
  resources: readonly RecordedResource[],
  fails: (resource: RecordedResource) => boolean,
): readonly RecordedResource[] {
  const missing = new Set<string>();
  for (const resource of resources) {
    if (fails(resource) || [...needsOf(resource)].some((urn) => missing.has(urn))) {
      missing.add(resource.urn);
    }
  }
  return resources.filter(({ urn }) => !missing.has(urn));
}
