import type * as pulumi from "@pulumi/pulumi";
import type { Binding, BindingValue, Client } from "../../components/binding";
import type { ClusterContract } from "../../components/cluster/contract";
import type { PodDemand } from "../../components/cluster/namespace/demand";
import type { Context } from "../../components/context";
import type { DnsRecords } from "../../components/edge/loadBalancer/contract";
import type { PlannedBackup } from "../../components/operations/backup/contract";
import type { Placement } from "../../components/placement";
import type { ResolvedSystem } from "../../systems/resolve";
import type { RouteSpec, SecretSpec, StoreSpec } from "../../systems/spec";
import type { Handover } from "../handover";
import type { PlacementSettings, ProgramSettings } from "../settings";

/** What a site is opened for. */
export interface SiteRequest {
  readonly context: Context;
  readonly settings: ProgramSettings;
  readonly placementSettings: PlacementSettings;
  readonly system: ResolvedSystem;
  readonly placement: Placement;
}

/** Logical name of a component of a placement. */
export function childOf({ placementSettings }: Pick<SiteRequest, "placementSettings">, role: string): string {
  return `${placementSettings.name}-${role}`;
}

/** A service as the public reaches it. */
export interface Exposure {
  readonly route: RouteSpec;
  readonly namespace: string;
  /** Name of the Kubernetes Service and its port. */
  readonly serviceName: string;
  readonly servicePort: number;
  /** Port the pods listen on. */
  readonly targetPort: number;
  /** Path that answers when the service is healthy. */
  readonly healthPath: string;
  readonly ready: readonly pulumi.Resource[];
}

/**
 * What one placement on one cloud offers a deployment model. A model composes sites and never names a cloud; a site
 * makes components and never names a model.
 */
export interface Site {
  readonly cluster: ClusterContract;
  /** Repository for the system's own images. Undefined: the settings ask for none. */
  readonly registry?: pulumi.Output<string> | undefined;
  /** Makes the namespaces the system uses, closed to everything but its edges. */
  namespaces(names: readonly NamespaceRequest[]): ReadonlyMap<string, pulumi.Resource>;
  store(name: string, spec: StoreSpec, clients: readonly Client[]): Binding;
  secret(name: string, spec: SecretSpec): BindingValue;
  /** Backups, alerts and whatever else looks after a system that runs. */
  operate?(ready: readonly pulumi.Resource[], backups: readonly PlannedBackup[]): void;
  /** Opens the routes to the public; returns the URLs by host. */
  expose(exposures: readonly Exposure[]): Readonly<Record<string, pulumi.Output<string>>>;
  /** DNS records that somebody else must add, once the routes are open. Undefined: none. */
  readonly records?: DnsRecords | undefined;
  /** What the stacks of other parts need of this placement. Undefined: nothing. */
  handover?(): Handover;
}

export interface NamespaceRequest {
  readonly name: string;
  readonly podSecurity: "restricted" | "baseline" | "privileged";
  /** What will run there at full scale; its quota is sized from it. */
  readonly demands?: readonly PodDemand[];
}
