import type * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../../components/aws/account";
import { originDecrypts } from "../../../components/edge/cdn/origin";
import { Network } from "../../../components/networking/aws";
import { type AwsNetwork, ExistingNetwork } from "../../../components/networking/existing";
import { Keys } from "../../../components/secrets/keys/aws";
import { CONCERNS } from "../../../components/secrets/keys/contract";
import type { BucketArgs } from "../../../components/storage/bucket/aws";
import { LogBucket } from "../../../components/storage/bucket/logBucket";
import { Registry } from "../../../components/storage/registry/aws";
import { ownImages } from "../../settings/images";
import { childOf, type SiteRequest } from "../site";
import { deliveredBuckets, delivererOf, isDeliveredLater } from "./delivery";
import { rotates } from "./rotation";
import { copyRegionOf, isCopied, networkRange, zonesCovered } from "./shared";

/** Keys of a placement's own, or the one it is told to use for everything. */
export function makeKeys(request: SiteRequest, options: pulumi.ComponentResourceOptions): Keys {
  const { context, placementSettings, settings, system } = request;
  const key = placementSettings.existing?.kmsKey;
  const existing = key === undefined ? {} : { existing: Object.fromEntries(CONCERNS.map((concern) => [concern, key])) };
  const searches = settings.compute.managedStores.some((store) => system.stores[store]?.kind === "search");
  const alsoThrough = {
    ...(searches ? { data: ["es"] } : {}),
    // Which encrypts the settings of the functions that rotate.
    ...(rotates(request) ? { secrets: ["lambda"] } : {}),
  };
  const delivers = deliveredBuckets(settings, system, placementSettings).length > 0;
  const storage = (account: Account) => [originDecrypts(account, delivererOf(settings, account))];
  const statements = delivers ? { [isDeliveredLater(settings) ? "later" : "statements"]: { storage } } : {};
  return new Keys(childOf(request, "keys"), { context, ...existing, alsoThrough, ...statements }, options);
}

export function makeNetwork(
  request: SiteRequest,
  { clusterName, keys }: { readonly clusterName: string; readonly keys: Keys },
  options: pulumi.ComponentResourceOptions,
): AwsNetwork {
  const { context, placementSettings, settings } = request;
  const vpc = placementSettings.existing?.vpc;
  if (vpc) {
    const { id: vpcId, ...subnets } = vpc;
    return new ExistingNetwork(
      childOf(request, "network"),
      { context, vpcId, ...subnets, poolsConnections: settings.compute.pooledDatabases.length > 0 },
      options,
    );
  }
  return new Network(
    childOf(request, "network"),
    {
      context,
      ...networkRange(placementSettings),
      zones: zonesCovered(placementSettings),
      clusterName,
      logsKeyArn: keys.arn("logs"),
    },
    options,
  );
}

/** Repositories for the system's images, where the settings ask for them. */
export function makeRegistry(
  request: SiteRequest,
  keys: Keys,
  options: pulumi.ComponentResourceOptions,
): Registry | undefined {
  const { context, settings, system } = request;
  const images = ownImages(settings.images, system.services);
  const pulledAtOnce =
    /\.dkr\.ecr\./.test(settings.images.registry ?? "") &&
    settings.layers.includes("infrastructure") &&
    settings.layers.includes("workloads");
  return settings.images.repository
    ? new Registry(childOf(request, "registry"), { context, keys, images, pulledAtOnce }, options)
    : undefined;
}

/** One log bucket in the region that copies go to serves them all. */
export function makeReplicaPlace(
  request: SiteRequest,
  options: pulumi.ComponentResourceOptions,
): BucketArgs["replica"] {
  const { context, settings, system } = request;
  const region = copyRegionOf(request.placementSettings, settings);
  const theirs = request.placementSettings.existing?.buckets;
  const wanted =
    isCopied(settings) ||
    Object.entries(system.stores).some(
      ([name, store]) => store.kind === "bucket" && store.replication && theirs?.[name] === undefined,
    );
  return wanted && region !== undefined
    ? { region, logs: new LogBucket(childOf(request, "replica-logs"), { context, region }, options) }
    : undefined;
}

/** Where the others write their logs; copied with them where the system is spread. */
export function makeLogBucket(
  request: SiteRequest,
  replica: BucketArgs["replica"],
  options: pulumi.ComponentResourceOptions,
): LogBucket {
  const { context, settings, system } = request;
  const copy = isCopied(settings) && replica ? { copy: replica } : {};
  // A store that the system calls logs keeps its name.
  const role = system.stores.logs ? "access-logs" : "logs";
  return new LogBucket(childOf(request, role), { context, ...copy }, options);
}
