import type { Context } from "../../../components/context";
import { Cdn } from "../../../components/edge/cdn/aws";
import { type Answer, Dns } from "../../../components/edge/dns/aws";
import type { LoadBalancer } from "../../../components/edge/loadBalancer/aws";
import { Placement } from "../../../components/placement";
import type { EdgeSpec } from "../../../systems/spec";
import type { ProgramSettings } from "../../settings";
import { makeCloudProvider } from "./providers";
import { isSpread, type Lead } from "./shared";

/** The global part, whose name no placement may take. */
const EDGE = "edge";
/** Where AWS keeps what belongs to no region. https://docs.aws.amazon.com/general/latest/gr/r53.html */
const HOME_OF_GLOBAL_SERVICES = "us-east-1";

/** Label below the domain that all load balancers answer under, to the CDN alone. */
const ORIGIN_LABEL = "cdn-origin";

/** How a placement's load balancer comes by its certificate and records. */
export function dnsOf(settings: ProgramSettings, isLead: boolean, edge: EdgeSpec, first: LoadBalancer | undefined) {
  const zoneId = zoneOf(settings);
  if (zoneId === undefined) {
    return {};
  }
  const token = first?.originToken;
  const cdn = edge.cdn ? { cdn: token === undefined ? {} : { token } } : {};
  // ACM asks one account for one record per name, whatever the region: two placements would take it from each other.
  // https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
  return { ...(isLead ? { zoneId } : {}), recordsElsewhere: hasEdge(settings, edge), ...cdn };
}

/** Whether something answers before the placements' load balancers. */
export function hasEdge(settings: ProgramSettings, edge: EdgeSpec): boolean {
  return zoneOf(settings) !== undefined && (isSpread(settings) || edge.cdn);
}

/** Hosted zone of a system in several regions: whichever placement names it, it is one. */
export function zoneOf({ placements }: Pick<ProgramSettings, "placements">): string | undefined {
  return placements.flatMap(({ existing }) => existing?.zone ?? [])[0];
}

export interface EdgeArgs {
  readonly settings: ProgramSettings;
  readonly lead: Lead;
  readonly edge: EdgeSpec;
  readonly hosts: readonly string[];
  /** Longest a route lets an answer take. */
  readonly timeoutSeconds: number;
  readonly balancers: readonly {
    readonly placement: string;
    readonly region: string;
    readonly balancer: LoadBalancer;
  }[];
}

/** What answers for all placements. It has a provider of its own: the loss of any placement's region leaves it alone. */
export function makeEdge({ settings, lead, edge, hosts, timeoutSeconds, balancers }: EdgeArgs): void {
  const zoneId = zoneOf(settings);
  if (zoneId === undefined) {
    return;
  }
  const context: Context = { ...lead.context, placement: EDGE, region: HOME_OF_GLOBAL_SERVICES };
  const parent = new Placement(EDGE, { context, edges: [] });
  const cloud = makeCloudProvider({ context, settings, account: lead.placementSettings.account, parent });
  const answers = balancers.map(
    ({ placement, region, balancer }): Answer => ({
      placement,
      region,
      dnsName: balancer.dnsName,
      zoneId: balancer.hostedZoneId,
    }),
  );
  const options = { parent, providers: [cloud] };
  const originToken = balancers[0]?.balancer.originToken;
  if (originToken === undefined) {
    new Dns(`${EDGE}-dns`, { context, hosts, zoneId, answers }, options);
    return;
  }
  const originHost = `${ORIGIN_LABEL}.${settings.domain}`;
  new Dns(`${EDGE}-dns`, { context, hosts: [originHost], zoneId, answers }, options);
  new Cdn(`${EDGE}-cdn`, { context, hosts, originHost, originToken, edge, timeoutSeconds, zoneId }, options);
}
