import type { PolicyResource } from "@pulumi/policy";
import { at, list, text } from "./read";
import { shareNames } from "./scope";

/** All resources of the given types, in order. */
export function ofTypes(resources: readonly PolicyResource[], types: readonly string[]): readonly PolicyResource[] {
  return resources.filter((resource) => types.includes(resource.type));
}

/**
 * Whether `resource`'s property, or what is at a path in it, names `target`. The dependency recorded for the property decides where there is one:
 * it is there in a preview too, when the value itself is unknown. Only otherwise are values compared, and a plain name
 * only within its region and account.
 */
export function refersTo(
  resource: PolicyResource,
  property: string | readonly [string, ...string[]],
  target: PolicyResource,
  identities: readonly string[] = ["id"],
): boolean {
  const [outer, ...inner] = typeof property === "string" ? ([property] as const) : property;
  const dependencies = resource.propertyDependencies[outer];
  if (dependencies && dependencies.length > 0) {
    if (dependencies.some((dependency) => dependency.urn === target.urn)) return true;
    // A value made from another resource of the same type names that one. Without this, three buckets in a preview
    // would each be compared with two unknown names.
    if (dependencies.some((dependency) => dependency.type === target.type)) return false;
  }
  const value = at(resource.props[outer], ...inner);
  const values = Array.isArray(value) ? list(value) : [value];
  return values.some((entry) => {
    const name = text(entry);
    if (name === undefined || !identities.some((identity) => target.props[identity] === name)) return false;
    return /[:/]/.test(name) || shareNames(resource, target);
  });
}
