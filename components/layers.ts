import * as pulumi from "@pulumi/pulumi";
import type { Layer } from "./tokens";

/** How the layers of a placement are shared between stacks. */
export interface LayerOwners {
  /** Whether this stack makes the resources of a layer, knows them from the stack below it, or leaves them to one above it. */
  roleOf(layer: Layer): "own" | "know" | "leave";
  /** An output of a resource of a layer below. */
  read(type: string, name: string, property: string): pulumi.Output<unknown>;
  /** Told of every output of a resource of this stack that anything asks for: what a layer above may ask for too. */
  asked(type: string, name: string, property: string, value: pulumi.Output<unknown>): void;
}

// biome-ignore lint/suspicious/noExplicitAny: provider SDKs declare arguments and options of their own.
type ResourceClass<R> = new (name: string, args: any, opts?: any) => R;

/** Resources of other stacks: nothing of this one may wait for them, or be deleted with them. */
const STRANGERS = new WeakSet<object>();

export function isStranger(resource: unknown): boolean {
  return typeof resource === "object" && resource !== null && STRANGERS.has(resource);
}

/** A resource that the stack below has made. Its outputs are what that stack says; its cloud is not asked. */
export function known<R extends pulumi.Resource>(owners: LayerOwners, resource: ResourceClass<R>, name: string): R {
  const type = typeOf(resource);
  return stranger(resource, (property) => onFirstUse(() => owners.read(type, name, property)));
}

/** A resource that a stack above will make: it has no outputs yet, and nothing here may need one. */
export function absent<R extends pulumi.Resource>(resource: ResourceClass<R>): R {
  return stranger(resource, () => pulumi.output(pulumi.unknown));
}

/** A resource of this stack, which tells of every output it is asked for. */
export function overheard<R extends pulumi.CustomResource>(owners: LayerOwners, resource: R, name: string): R {
  const type = typeOf(resource.constructor);
  return new Proxy(resource, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof property === "string" && pulumi.Output.isInstance(value) && property !== "urn") {
        owners.asked(type, name, property, value);
      }
      return value;
    },
  });
}

function stranger<R extends pulumi.Resource>(resource: ResourceClass<R>, read: (property: string) => unknown): R {
  const proxy = new Proxy(Object.create(resource.prototype as object) as R, {
    get: (_, property) => (typeof property === "symbol" || isAwaited(property) ? undefined : read(property)),
  });
  STRANGERS.add(proxy);
  return proxy;
}

/** A value that is there once anything of it is asked for: handing it on to another resource of its layer costs nothing. */
function onFirstUse(make: () => object): object {
  let made: object | undefined;
  const value = () => {
    made ??= make();
    return made;
  };
  return new Proxy(Object.create(null) as object, {
    get: (_, property) => (isAwaited(property) ? undefined : Reflect.get(value(), property, value())),
    has: (_, property) => Reflect.has(value(), property),
  });
}

/** A promise is told by its `then`, which no resource and no output has. */
function isAwaited(property: string | symbol): boolean {
  return property === "then";
}

function typeOf(resource: object): string {
  return String(Reflect.get(resource, "__pulumiType"));
}
