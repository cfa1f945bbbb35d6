import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../../components/context";
import type { Postgres } from "../../../components/data/postgres/aws";
import type { LoadBalancer } from "../../../components/edge/loadBalancer/aws";
import type { Network } from "../../../components/networking/aws";
import { replicaRegionOf } from "../../../components/storage/bucket/replicaRegion";
import type { StoreOf } from "../../../systems/spec";
import type { PlacementSettings, ProgramSettings } from "../../settings";

/** The primary placement on AWS: what the others follow. */
export interface Lead {
  readonly placementSettings: PlacementSettings;
  readonly context: Context;
  readonly network: Network;
}

/** A database of the primary placement, and what must stand before others may use it. */
export interface SharedDatabase {
  readonly database: Postgres;
  readonly ready: readonly pulumi.Resource[];
}

/** What the placements of one stack on AWS know of each other; each still has a network, keys and a cluster of its own. */
export class SharedParts {
  readonly databases = new Map<string, SharedDatabase>();
  readonly balancers: { readonly placement: string; readonly region: string; readonly balancer: LoadBalancer }[] = [];
  private first: Lead | undefined;

  /** Takes a placement for the lead, where there is none yet: the primary is opened first. */
  join(placement: Lead): Lead {
    this.first ??= placement;
    return this.first;
  }
}

/** The lead's network, as a peering of another placement names it. */
export function peerOf({ context, network }: Lead) {
  return { network, region: context.region, placement: context.placement };
}

/** One run reads its settings once, so they stand for it; nothing outlives them. */
const RUNS = new WeakMap<ProgramSettings, SharedParts>();

export function sharedParts(settings: ProgramSettings): SharedParts {
  const parts = RUNS.get(settings) ?? new SharedParts();
  RUNS.set(settings, parts);
  return parts;
}

/** Whether every other placement has been opened before this one. */
export function isLast({ name }: PlacementSettings, { placements }: Pick<ProgramSettings, "placements">): boolean {
  return placements.at(-1)?.name === name;
}

/** Whether the system runs in several regions. */
export function isSpread({ placements }: Pick<ProgramSettings, "placements">): boolean {
  return placements.length > 1;
}

/** A bucket as several regions need it: what one holds must survive its loss, whether the spec asks for a copy or not. */
export function bucketIn(settings: Pick<ProgramSettings, "placements">, spec: StoreOf<"bucket">) {
  const replication = spec.replication ?? { storageClass: "infrequent-access" as const };
  return isSpread(settings)
    ? { spec: { ...spec, versioning: true, replication }, onePerPlacement: true }
    : { spec, onePerPlacement: false };
}

/**
 * Region a placement's buckets are copied to: that of the next placement in a ring, so that each region holds one copy
 * however many there are; one from a table where the system runs in a single region.
 */
export function copyRegionOf(
  { name, region }: PlacementSettings,
  { placements }: Pick<ProgramSettings, "placements">,
): string | undefined {
  const index = placements.findIndex((placement) => placement.name === name);
  const next = placements[(index + 1) % placements.length];
  return next === undefined || next.region === region ? replicaRegionOf(region) : next.region;
}
