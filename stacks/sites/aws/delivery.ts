import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../../components/aws/account";
import type { Degraded } from "../../../components/component";
import { isDistributed } from "../../../components/context";
import type { Deliverer } from "../../../components/edge/cdn/origin";
import type { DeliveredBucket } from "../../../components/edge/cdn/plan";
import type { ResolvedSystem } from "../../../systems/resolve";
import type { StoreOf } from "../../../systems/spec";
import { deliveryPath } from "../../../systems/spec/delivery";
import { handoversOf } from "../../handover";
import { hostedZoneOf } from "../../mixed";
import { leadOf, owns } from "../../parts";
import type { PlacementSettings, ProgramSettings } from "../../settings";
import { EDGE } from "../../settings/placements";
import { sharedParts } from "./shared";

type Undelivered = Pick<Degraded, "reason" | "remedy">;
type Described = Pick<ResolvedSystem, "stores" | "edge" | "routes">;

/** Buckets of a placement that the CDN delivers; none where there is no CDN, or another placement's are. */
export function deliveredBuckets(
  settings: ProgramSettings,
  system: Described,
  placement: PlacementSettings,
): readonly DeliveredBucket[] {
  return Object.entries(system.stores).flatMap(([store, spec]) =>
    spec.kind === "bucket" && spec.cdn && deliveryOf(settings, system, placement, store, spec) === true
      ? [{ store, path: deliveryPath(store, spec) }]
      : [],
  );
}

/** Whether the CDN delivers a bucket, or why not; undefined where there is no CDN at all. */
export function deliveryOf(
  settings: ProgramSettings,
  { edge, routes }: Described,
  { name, existing }: PlacementSettings,
  store: string,
  spec: StoreOf<"bucket">,
): true | Undelivered | undefined {
  const { model, domain } = settings;
  const behindCdn = edge.cdn && hostedZoneOf(settings) !== undefined && domain !== undefined && routes.length > 0;
  const lead = leadOf(settings, "aws");
  if (!spec.cdn || !behindCdn || !isDistributed(model) || lead === undefined) {
    return undefined;
  }
  if (lead.name !== name) {
    return {
      reason: `one address leads to one bucket, and that is the one of ${lead.name}`,
      remedy: `write what is to be delivered in ${lead.name}, or hand it out by a service`,
    };
  }
  if (existing?.buckets[store] !== undefined) {
    return {
      reason: "the bucket is somebody else's, and so is its policy",
      remedy: `let its owner admit CloudFront, or remove groundplan:existing.${name}.buckets.${store}`,
    };
  }
  if (existing?.kmsKey !== undefined) {
    return {
      reason: "the key is somebody else's, and CloudFront may decrypt only what the key's own policy lets it",
      remedy: `remove groundplan:existing.${name}.kmsKey, or hand the objects out by a service`,
    };
  }
  return true;
}

/** Whether the distribution is of this stack, and so made after the buckets. */
export function isDeliveredLater(settings: ProgramSettings): boolean {
  return owns(settings, EDGE) && settings.layers.includes("infrastructure");
}

/**
 * ARN of the distribution that delivers; undefined where only another stack knows it. In one stack with its buckets it is made after them and their key, and their policies
 * are made whole then. In another stack it cannot be known: that one reads the buckets' names from this one, so this one
 * can read nothing of it, and CloudFront makes up its id. A setting tells it once it is there.
 */
export function delivererOf(settings: ProgramSettings, account: Account): Deliverer {
  const { distribution } = settings;
  if (isDeliveredLater(settings)) {
    return sharedParts(settings).distribution.value;
  }
  return distribution === undefined
    ? undefined
    : pulumi.interpolate`arn:${account.partition}:cloudfront::${account.id}:distribution/${distribution}`;
}

/** What is to be said of a bucket that any distribution of the account may read. */
export function openTo(settings: ProgramSettings, store: string): Degraded | undefined {
  return !isDeliveredLater(settings) && settings.distribution === undefined
    ? {
        feature: `objects of ${store} to one distribution alone`,
        reason:
          "the distribution is another stack's, which reads this one's outputs: until a setting names it, any of the account may read the bucket",
        remedy: "set groundplan:existing.edge.distribution to its id, which the edge's stack tells when it is deployed",
      }
    : undefined;
}

/** The same buckets with where CloudFront finds them, made by this stack or told of by another. */
export function originBuckets(
  settings: ProgramSettings,
  system: Described,
  lead: PlacementSettings,
): readonly (DeliveredBucket & { readonly domainName: pulumi.Output<string> })[] {
  const made = sharedParts(settings).delivered.get(lead.name);
  return deliveredBuckets(settings, system, lead).map((bucket) => ({
    ...bucket,
    domainName: made?.get(bucket.store) ?? handoversOf(settings).of(lead.name).fact("buckets", bucket.store),
  }));
}
