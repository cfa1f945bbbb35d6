import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../../components/context";
import { Accelerator } from "../../../components/edge/accelerator/aws";
import { Cdn } from "../../../components/edge/cdn/aws";
import { type Answer, Dns, type ForeignAnswer } from "../../../components/edge/dns/aws";
import type { Redirect } from "../../../components/edge/loadBalancer/listenerRules";
import type { EdgeSpec } from "../../../systems/spec";
import { contextOf, systemIn } from "../../context";
import { edgePlacement } from "../../edgePlacement";
import { hostOf, longestTimeout, planExposures } from "../../exposures";
import { handoversOf } from "../../handover";
import { googleZoneOf, hostedZoneOf, isMixed } from "../../mixed";
import { leadOf } from "../../parts";
import type { ProgramSettings } from "../../settings";
import { EDGE } from "../../settings/placements";
import { originBuckets } from "./delivery";
import { remoteOrigin, remoteToken } from "./handover";
import { makeCloudProvider } from "./providers";
import { type Origin, sharedParts } from "./shared";
import { compareZone } from "./zone";

/** Where AWS keeps what belongs to no region. https://docs.aws.amazon.com/general/latest/gr/r53.html */
const HOME_OF_GLOBAL_SERVICES = "us-east-1";

/** Label below the domain that all load balancers answer under, to the CDN alone. */
const ORIGIN_LABEL = "cdn-origin";

/** How a placement's load balancer comes by its certificate and records. */
export function dnsOf(settings: ProgramSettings, isLead: boolean, edge: EdgeSpec) {
  const zoneId = hostedZoneOf(settings);
  if (zoneId === undefined) {
    return isMixed(settings) && googleZoneOf(settings) !== undefined ? { recordsElsewhere: true } : {};
  }
  const token = isLead || !edge.cdn ? undefined : originToken(settings);
  const cdn = edge.cdn ? { cdn: token === undefined ? {} : { token } } : {};
  // ACM asks one account for one record per name, whatever the region: two placements would take it from each other.
  // https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
  return { ...(isLead ? { zoneId } : {}), recordsElsewhere: hasEdge(settings, edge), ...cdn };
}

/** Whether something answers before the placements' load balancers. */
export function hasEdge(settings: ProgramSettings, edge: EdgeSpec): boolean {
  return hostedZoneOf(settings) !== undefined && (settings.placements.length > 1 || edge.cdn);
}

/**
 * What answers for all placements. It has a provider of its own: the loss of any placement's region leaves it alone, and
 * a stack of its own can be updated then. Returns whether there is anything to make.
 */
export function makeAwsEdge(settings: ProgramSettings, foreign?: ForeignAnswer): boolean {
  const first = leadOf(settings, "aws");
  const zoneId = hostedZoneOf(settings);
  const { domain } = settings;
  if (!first || zoneId === undefined || domain === undefined) {
    return false;
  }
  const system = systemIn(settings, first);
  const exposures = planExposures(system);
  if (exposures.length === 0 || !hasEdge(settings, system.edge)) {
    return false;
  }
  const context: Context = { ...contextOf(settings, first, system), placement: EDGE, region: HOME_OF_GLOBAL_SERVICES };
  const parent = edgePlacement(settings, context);
  const provider = makeCloudProvider({ context, settings, account: first.account, parent });
  const options = { parent, providers: [provider] };
  // A stack of the edge alone opens no placement.
  for (const placement of settings.placements.filter(
    ({ cloud, existing }) => cloud === "aws" && existing?.zone === zoneId,
  )) {
    compareZone(settings, placement, provider);
  }
  const answers = settings.placements
    .filter(({ cloud }) => cloud === "aws")
    .map(({ name, region }): Answer => {
      const { dnsName, hostedZoneId } = originOf(settings, name);
      return { placement: name, region, dnsName, zoneId: hostedZoneId };
    });
  const leading = redirectsOf(system.edge, domain).map(({ host }) => host);
  const hosts = [...new Set([...exposures.map(({ route }) => hostOf(route.host, domain)), ...leading])];
  const token = system.edge.cdn ? originToken(settings) : undefined;
  if (token === undefined) {
    new Dns(`${EDGE}-dns`, { context, hosts, zoneId, answers, ...(foreign ? { foreign } : {}) }, options);
    return true;
  }
  const originHost = `${ORIGIN_LABEL}.${domain}`;
  const timeoutSeconds = longestTimeout(exposures);
  new Dns(`${EDGE}-dns`, { context, hosts: [originHost], zoneId, answers }, options);
  const cdn = new Cdn(
    `${EDGE}-cdn`,
    {
      ...{ context, hosts, originHost, originToken: token, edge: system.edge, timeoutSeconds, zoneId },
      buckets: originBuckets(settings, system, first),
    },
    options,
  );
  sharedParts(settings).distribution.give(cdn.distribution.arn);
  // For whoever writes it into the settings of the placements' stacks, which can read nothing of this one.
  handoversOf(settings).tell(EDGE, { facts: { distribution: cdn.distribution.id } });
  return true;
}

/**
 * Addresses before the placements' load balancers, for a zone of another cloud, and the records their certificate waits
 * for. Undefined where nothing is open to the public.
 */
export function makeAccelerator(settings: ProgramSettings) {
  const first = leadOf(settings, "aws");
  const { balancers } = sharedParts(settings);
  const lead = first && balancers.get(first.name);
  if (!first || !lead) {
    return undefined;
  }
  const system = systemIn(settings, first);
  const context: Context = { ...contextOf(settings, first, system), placement: EDGE, region: HOME_OF_GLOBAL_SERVICES };
  const parent = edgePlacement(settings, context);
  const options = { parent, providers: [makeCloudProvider({ context, settings, account: first.account, parent })] };
  const regions = settings.placements.flatMap(({ name, region }) => {
    const balancer = balancers.get(name);
    return balancer ? [{ placement: name, region, arn: balancer.arn }] : [];
  });
  const { addresses } = new Accelerator(`${EDGE}-accelerator`, { context, balancers: regions }, options);
  // ACM asks one account for one record per name, whatever the region.
  return { region: first.region, addresses, validations: lead.validations };
}

/** The load balancer of a placement, of this stack or another. */
function originOf(settings: ProgramSettings, placement: string): Origin {
  return sharedParts(settings).balancers.get(placement) ?? remoteOrigin(handoversOf(settings).of(placement));
}

/** What the lead's load balancer wants to see, which all the others then want too. */
function originToken(settings: ProgramSettings): pulumi.Output<string> | undefined {
  const lead = leadOf(settings, "aws");
  if (lead === undefined) {
    return undefined;
  }
  const balancer = sharedParts(settings).balancers.get(lead.name);
  return balancer ? balancer.originToken : remoteToken(handoversOf(settings).of(lead.name));
}

/** Hosts that only lead to others, by their full names. */
export function redirectsOf({ redirects = [] }: EdgeSpec, domain: string): readonly Redirect[] {
  return redirects.map(({ host, to, permanent }) => ({
    host: hostOf(host, domain),
    to: hostOf(to, domain),
    permanent,
  }));
}
