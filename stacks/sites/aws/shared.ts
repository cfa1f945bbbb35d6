import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../../components/context";
import type { Postgres } from "../../../components/data/postgres/aws";
import type { FollowedDatabase } from "../../../components/data/postgres/follower";
import type { Redis } from "../../../components/data/redis/aws";
import type { LoadBalancer } from "../../../components/edge/loadBalancer/aws";
import { InputError, show } from "../../../components/errors";
import type { PeerNetwork } from "../../../components/networking/peering";
import { usualZones } from "../../../components/networking/zones";
import { replicaRegionOf } from "../../../components/storage/bucket/replicaRegion";
import type { StoreOf } from "../../../systems/spec";
import { systemIn } from "../../context";
import type { PlacementSettings, ProgramSettings } from "../../settings";

/** The primary placement on AWS: what the others follow. */
export interface Lead {
  readonly placementSettings: PlacementSettings;
  readonly context: Context;
  readonly network: PeerNetwork;
}

/** A database of the primary placement, and what must stand before others may use it. */
export interface SharedDatabase {
  readonly database: FollowedDatabase;
  readonly ready: readonly pulumi.Resource[];
}

/** A cache all placements have in common. Its founder may be opened after those that join. */
export class SharedCache {
  readonly id = new Later<string>();
  readonly token = new Later<string>();
  /** The group that takes what is written: the primary placement's. */
  lead: Pick<Redis, "host" | "groupId"> | undefined;
}

/** A value somebody of this run will give. */
class Later<T> {
  give: (value: pulumi.Output<T>) => void = () => undefined;
  readonly value = pulumi.output(
    new Promise<pulumi.Output<T>>((resolve) => {
      this.give = resolve;
    }),
  ) as pulumi.Output<T>;
}

/** What answers for a placement, as the edge needs it. */
export type Origin = Pick<LoadBalancer, "dnsName" | "hostedZoneId">;

/** What the placements of a system on AWS know of each other; each still has a network, keys and a cluster of its own. */
export class SharedParts {
  /** Databases the lead tells the others of, by store. */
  readonly databases = new Map<string, SharedDatabase>();
  /** Databases this stack makes and others may follow, by store. */
  readonly ownDatabases = new Map<string, Postgres>();
  /** Caches all placements have in common, by store. */
  readonly caches = new Map<string, SharedCache>();
  /** By placement. */
  readonly balancers = new Map<string, LoadBalancer>();
  /** Domain names of the buckets the CDN delivers, by placement and store. */
  readonly delivered = new Map<string, Map<string, pulumi.Output<string>>>();
  lead: Lead | undefined;
  /** ARN of the distribution, where this stack makes one. */
  readonly distribution = new Later<string>();
  /** Ids of the zones that were compared with the domain. */
  readonly zonesCompared = new Set<string>();
}

/** Zones of a placement's network. */
export function zonesCovered({ zones, region }: PlacementSettings): number {
  return zones ?? usualZones(region);
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

/** Whether the system runs in several regions. */
export function isSpread({ placements }: Pick<ProgramSettings, "placements">): boolean {
  return placements.filter(({ cloud }) => cloud === "aws").length > 1;
}

/** Whether what a placement keeps is copied to another region: with others beside it, on AWS or on another cloud. */
export function isCopied({ placements }: Pick<ProgramSettings, "placements">): boolean {
  return placements.length > 1;
}

/** A bucket as several regions need it: what one holds must survive its loss, whether the spec asks for a copy or not. */
export function bucketIn(settings: Pick<ProgramSettings, "placements">, spec: StoreOf<"bucket">) {
  const replication = spec.replication ?? { storageClass: "infrequent-access" as const };
  const onePerPlacement = isSpread(settings);
  return { spec: isCopied(settings) ? { ...spec, versioning: true, replication } : spec, onePerPlacement };
}

/**
 * Region a placement's buckets are copied to: that of the next placement in a ring, so that each region holds one copy
 * however many there are; one from a table where the system runs in a single region.
 */
export function copyRegionOf(
  { name, region }: PlacementSettings,
  { placements }: Pick<ProgramSettings, "placements">,
): string | undefined {
  const own = placements.filter(({ cloud }) => cloud === "aws");
  const index = own.findIndex((placement) => placement.name === name);
  const next = own[(index + 1) % own.length];
  return next === undefined || next.region === region ? replicaRegionOf(region) : next.region;
}

/** Arguments of a placement's network, from its settings alone: a stack that owns another placement knows its ranges too. */
export function networkRange({ cidrBlock, cidrIndex }: PlacementSettings) {
  return cidrBlock === undefined
    ? { cidrIndex }
    : { cidrIndex: 0, baseCidrBlock: cidrBlock, networkPrefix: Number(cidrBlock.split("/")[1]) };
}

/** Whoever joins waits for the founder: it must have the cache, whatever it leaves out of the system. */
export function requireFounder(settings: ProgramSettings, store: string, founder: string): void {
  const placement = settings.placements.find(({ name }) => name === founder);
  if (placement && systemIn(settings, placement).stores[store]?.kind !== "redis") {
    throw new InputError([
      {
        path: `groundplan:compute.globalCaches.${store}`,
        found: show(founder),
        allowed: `a placement that has ${store}`,
        fix: "name one of the placements that keep it",
      },
    ]);
  }
}
