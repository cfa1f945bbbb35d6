import type { PolicyResource } from "@pulumi/policy";
import { defer } from "./kubernetes";

/** Packages whose resources always have properties. */
const PACKAGES = /^(aws|gcp|kubernetes):/;

const seen = new WeakMap<PolicyResource, PolicyResource>();

/**
 * Resources as a stack rule may read them. In a preview the engine cannot ask a provider whose own configuration is
 * still to come, such as that of a cluster the same stack makes, and shows its resources without any property: to read
 * one of them is to read an unknown, and no proof that it is unset.
 */
export function awaitedAsUnknown(resources: readonly PolicyResource[]): readonly PolicyResource[] {
  return resources.map((resource) => {
    if (!PACKAGES.test(resource.type)) return resource;
    const known = seen.get(resource) ?? lazily(resource);
    seen.set(resource, known);
    return known;
  });
}

function lazily(resource: PolicyResource): PolicyResource {
  let props: PolicyResource["props"] | undefined;
  return Object.create(resource, {
    props: {
      get() {
        props ??= Object.keys(resource.props).length > 0 ? resource.props : unknownProps(resource);
        return props;
      },
    },
  }) as PolicyResource;
}

/** Without keys, as the engine shows them; asked for one, unknown. */
function unknownProps({ name }: PolicyResource): PolicyResource["props"] {
  const refuse = (property: string | symbol) => defer(`${name}.${String(property)}`);
  return new Proxy({}, { get: (_, property) => refuse(property), has: (_, property) => refuse(property) });
}
