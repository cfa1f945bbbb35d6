import type * as pulumi from "@pulumi/pulumi";
import type { Binding } from "../../../components/binding";
import type { Context } from "../../../components/context";
import type { Postgres } from "../../../components/data/postgres/gcp";
import type { Endpoints } from "../../../components/gcp/edge/endpoints";
import type { Network } from "../../../components/networking/gcp";
import type { PlacementSettings, ProgramSettings } from "../../settings";

/** The first placement on Google Cloud: the others join its network, and what belongs to all hangs on it. */
export interface Lead {
  readonly placementSettings: PlacementSettings;
  readonly context: Context;
  readonly network: Network;
  readonly options: pulumi.ComponentResourceOptions;
}

/** A database of the primary placement, and what must stand before others may use it. */
export interface SharedDatabase {
  readonly database: Postgres;
  readonly ready: readonly pulumi.Resource[];
}

/** What the placements of one stack on Google Cloud have in common: there, a network and a load balancer span regions. */
export class SharedParts {
  readonly databases = new Map<string, SharedDatabase>();
  readonly buckets = new Map<string, Binding>();
  readonly endpoints: Endpoints[] = [];
  private first: Lead | undefined;

  get lead(): Lead | undefined {
    return this.first;
  }

  /** Takes a placement for the lead, where there is none yet. */
  join(placement: Lead): Lead {
    this.first ??= placement;
    return this.first;
  }
}

/** One run reads its settings once, so they stand for it; nothing outlives them. */
const RUNS = new WeakMap<ProgramSettings, SharedParts>();

export function sharedParts(settings: ProgramSettings): SharedParts {
  const parts = RUNS.get(settings) ?? new SharedParts();
  RUNS.set(settings, parts);
  return parts;
}

/** Whether every other placement on Google Cloud has been opened before this one. */
export function isLast(placement: PlacementSettings, settings: ProgramSettings): boolean {
  return settings.placements.filter(({ cloud }) => cloud === "gcp").at(-1)?.name === placement.name;
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
