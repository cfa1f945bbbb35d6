import type * as pulumi from "@pulumi/pulumi";

/** A component's way of making a child, handed to the functions that make the parts of a large component. */
export type Make = <A, R extends pulumi.Resource>(
  // biome-ignore lint/suspicious/noExplicitAny: provider SDKs declare options of their own, all wider than these.
  resource: new (name: string, args: A, opts?: any) => R,
  role: string,
  args: NoInfer<A>,
  opts?: Omit<pulumi.CustomResourceOptions, "parent">,
) => R;
