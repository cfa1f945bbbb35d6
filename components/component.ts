import * as pulumi from "@pulumi/pulumi";
import type { Context } from "./context";
import { absent, isStranger, known, type LayerOwners, overheard } from "./layers";
import { LAYER_OF, type Layer, type TypeToken } from "./tokens";

/** Changes a child's arguments just before it is made: the way out where a component has no setting of its own. */
export type Transform<A> = (args: A) => A;

/** Something a component can give only in part. A planner lists it; it is never silent. */
export interface Degraded {
  /** What was asked for. */
  readonly feature: string;
  /** Why it is not given whole. */
  readonly reason: string;
  /** What would give it whole. */
  readonly remedy: string;
}

export interface ComponentArgs {
  readonly context: Context;
}

type ResourceClass<A, R extends pulumi.Resource> = new (
  name: string,
  args: A,
  // biome-ignore lint/suspicious/noExplicitAny: provider SDKs declare options of their own, all wider than these.
  opts?: any,
) => R;

/**
 * What every component shares: a frozen type token, children named after it and parented to it, typed transforms, and
 * the placement, layer and degraded verdicts by which a planner knows it.
 */
export abstract class Component extends pulumi.ComponentResource {
  protected readonly context: Context;
  private readonly logicalName: string;
  private readonly layer: Layer;
  private readonly transforms: Readonly<Record<string, Transform<never> | undefined>>;
  private readonly degradations: Degraded[] = [];
  private readonly before: readonly pulumi.Input<pulumi.Resource>[];

  protected constructor(
    type: TypeToken,
    name: string,
    args: ComponentArgs & { readonly transform?: object },
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    super(
      type,
      name,
      { placement: args.context.placement, layer: LAYER_OF[type] },
      {
        ...withoutStrangers(opts),
        transformations: [...(opts.transformations ?? []), rejectStrangers],
      },
    );
    this.context = args.context;
    this.layer = LAYER_OF[type];
    this.logicalName = name;
    this.before = asList(opts.dependsOn);
    this.transforms = (args.transform ?? {}) as Record<string, Transform<never>>;
  }

  /**
   * Makes the child `${name}-${role}` with this component as its parent, its arguments passed through the transform of
   * that role. Throws when a transform names a role the component never makes (checked by {@link finish}).
   */
  protected make<A, R extends pulumi.Resource>(
    resource: ResourceClass<A, R>,
    role: string,
    args: NoInfer<A>,
    opts: Omit<pulumi.CustomResourceOptions, "parent"> = {},
  ): R {
    const name = this.childName(role);
    const { layers } = this.context;
    // A provider is no part of the system: every stack has its own.
    const owner = isProvider(resource) ? "own" : this.owner;
    if (layers && owner === "know") {
      return known(layers, resource, name);
    }
    if (owner === "leave") {
      return absent(resource);
    }
    const transform = this.transforms[role] as Transform<A> | undefined;
    // What a component waits for its children must wait for themselves: Pulumi does not hand `dependsOn` down.
    const dependsOn = [...this.before, ...asList(opts.dependsOn)];
    const child = new resource(name, transform ? transform(args) : args, {
      ...withoutStrangers(opts),
      parent: this,
      ...(dependsOn.length > 0 ? { dependsOn } : {}),
    });
    return layers && child instanceof pulumi.CustomResource && !isProvider(resource)
      ? overheard(layers, child, name)
      : child;
  }

  private get owner(): ReturnType<LayerOwners["roleOf"]> {
    return this.context.layers?.roleOf(this.layer) ?? "own";
  }

  /** Logical name of a child component; give it `parent: this`. */
  protected childName(role: string): string {
    return `${this.logicalName}-${role}`;
  }

  /** Records what this component gives only in part. */
  protected degrade(verdict: Degraded): void {
    // The stack that owns the layer says it, once.
    if (this.owner === "own") {
      this.degradations.push(verdict);
    }
  }

  /** Registers the outputs, with the degraded verdicts among them. The last call of every constructor. */
  protected finish(outputs: pulumi.Inputs = {}): void {
    this.registerOutputs(this.degradations.length > 0 ? { ...outputs, degraded: this.degradations } : outputs);
  }

  /** The component's own rule for the names of its children. */
  rejectStranger(childName: string): void {
    if (!childName.startsWith(`${this.logicalName}-`)) {
      throw new Error(
        `child "${childName}" of component "${this.logicalName}" must be named "${this.logicalName}-ROLE"`,
      );
    }
  }
}

/** What is waited for in this stack. */
function asList(dependsOn: pulumi.ResourceOptions["dependsOn"]): readonly pulumi.Input<pulumi.Resource>[] {
  if (dependsOn === undefined) {
    return [];
  }
  const list = Array.isArray(dependsOn) ? dependsOn : [dependsOn as pulumi.Input<pulumi.Resource>];
  return list.filter((resource) => !isStranger(resource));
}

/** Options that name no resource of another stack. */
function withoutStrangers<O extends pulumi.ResourceOptions>(opts: O): O {
  const { dependsOn, deletedWith, ...rest } = opts;
  const before = asList(dependsOn);
  return {
    ...rest,
    ...(before.length > 0 ? { dependsOn: [...before] } : {}),
    ...(deletedWith === undefined || isStranger(deletedWith) ? {} : { deletedWith }),
  } as O;
}

function isProvider(resource: object): boolean {
  const { prototype } = resource as { readonly prototype: unknown };
  return prototype instanceof pulumi.ProviderResource;
}

/** URNs hold parent types, not parent names: two components of one type collide unless children carry the name. */
const rejectStrangers: pulumi.ResourceTransformation = (args) => {
  const parent = args.opts.parent;
  if (parent instanceof Component) {
    parent.rejectStranger(args.name);
  }
  return undefined;
};
