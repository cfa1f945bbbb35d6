import type { PolicyResource } from "@pulumi/policy";

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
        props ??= isAwaited(resource) ? unknownProps(resource) : resource.props;
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

/** Whether nothing is known of a resource yet: it is shown without any property. */
export function isAwaited(resource: Pick<PolicyResource, "props">): boolean {
  return Object.keys(resource.props).length === 0;
}

/** Ends a rule as deferred, as reading an unknown does. */
export function defer(path: string): never {
  // Loaded here alone: the SDK's index would bring its whole server along.
  const { UnknownValueError, unknownStringValue } = require("@pulumi/policy/proxy") as {
    readonly UnknownValueError: new (unknown: string, path: readonly string[]) => Error;
    readonly unknownStringValue: string;
  };
  throw new UnknownValueError(unknownStringValue, [path]);
}
