import type * as pulumi from "@pulumi/pulumi";
import type { Edge } from "../systems/edges";
import { Component, type ComponentArgs, type Degraded } from "./component";

export interface PlacementArgs extends ComponentArgs {
  /** Connectivity of the system in this placement, for planners. */
  readonly edges: readonly Edge[];
  /** What the system asks for and nothing in this place reads. */
  readonly degraded?: readonly Degraded[];
}

/**
 * One full deployment of a system in one place: a cloud and region, or a cluster. Parent of everything there; the
 * providers given to it serve all its children, so nothing falls back to an ambient default.
 */
export class Placement extends Component {
  constructor(name: string, args: PlacementArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:index:Placement", name, args, opts);
    const { context } = args;
    for (const verdict of args.degraded ?? []) {
      this.degrade(verdict);
    }
    this.finish({
      cloud: context.cloud,
      region: context.region,
      role: context.role,
      edges: args.edges.map((edge) => ({
        from: edge.from.name,
        to: edge.to.name,
        port: edge.port,
        access: edge.access,
        placement: context.placement,
      })),
    });
  }
}
