import type * as pulumi from "@pulumi/pulumi";
import type { Binding } from "../../../components/binding";
import { mostNodes } from "../../../components/cluster/gke/nodePools";
import type { Context } from "../../../components/context";
import type { Postgres } from "../../../components/data/postgres/gcp";
import type { Endpoints } from "../../../components/gcp/edge/endpoints";
import type { FollowedDatabase } from "../../../components/gcp/postgres/replica";
import type { JoinedNetwork } from "../../../components/networking/gcp";
import type { ResolvedSystem } from "../../../systems/resolve";
import type { PlacementSettings, ProgramSettings } from "../../settings";

/** The founder on Google Cloud: the others join its network, and what belongs to all is in its project. */
export interface Lead {
  readonly placementSettings: PlacementSettings;
  readonly context: Context;
  readonly network: JoinedNetwork;
  /** What its own resources are made under. Undefined: another stack makes them. */
  readonly options?: pulumi.ComponentResourceOptions;
}

/** A database of the primary placement, and what must stand before others may use it. */
export interface SharedDatabase {
  readonly database: FollowedDatabase;
  readonly ready: readonly pulumi.Resource[];
}

/** What the placements of a system on Google Cloud have in common: there, a network and a load balancer span regions. */
export class SharedParts {
  /** Databases the lead tells the others of, by store. */
  readonly databases = new Map<string, SharedDatabase>();
  /** Databases this stack makes and others may follow, by store. */
  readonly ownDatabases = new Map<string, Postgres>();
  readonly buckets = new Map<string, Binding>();
  /** Pods the public reaches, by placement. */
  readonly endpoints = new Map<string, Endpoints>();
  /** Repositories for images that this stack makes, by the placement each is beside. */
  readonly registries = new Map<string, pulumi.Resource>();
  lead: Lead | undefined;
}

/** One run reads its settings once, so they stand for it; nothing outlives them. */
const RUNS = new WeakMap<ProgramSettings, SharedParts>();

export function sharedParts(settings: ProgramSettings): SharedParts {
  const parts = RUNS.get(settings) ?? new SharedParts();
  RUNS.set(settings, parts);
  return parts;
}

/** A bucket of the lead's, as another placement's services use it. */
export function sharedBucket(binding: Binding): Binding {
  return {
    ...binding,
    // Clusters of one project share their identities: what the lead grants a service holds in every placement, and a
    // second grant of the same would be taken away with the placement that made it.
    // https://docs.cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#identity_sameness
    grants: (client, access) => binding.grants(client, access).map((grant) => ({ ...grant, actions: [] })),
  };
}

/** Ranges of a placement's network, from settings and system alone: a stack that owns another placement knows them too. */
export function rangeOf(settings: ProgramSettings, placementSettings: PlacementSettings, system: ResolvedSystem) {
  const { cidrBlock, cidrIndex, name } = placementSettings;
  const range =
    cidrBlock === undefined
      ? { cidrIndex }
      : { cidrIndex: 0, baseCidrBlock: cidrBlock, networkPrefix: Number(cidrBlock.split("/")[1]) };
  const index = settings.placements.findIndex((placement) => placement.name === name);
  return { ...range, nodes: mostNodes(system.nodePools), path: `groundplan:placements[${index}]` };
}

/** Zones a placement's network covers. */
export function zonesOf(context: Context): number {
  return context.redundancy.multiZone ? 3 : 1;
}
