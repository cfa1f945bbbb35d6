import type * as pulumi from "@pulumi/pulumi";
import type { ForeignAnswer } from "../components/edge/dns/aws";
import type { DnsRecords } from "../components/edge/loadBalancer/contract";
import type { LoadBalancer } from "../components/edge/loadBalancer/gcp";
import { InputError } from "../components/errors";
import { nearestAwsRegion } from "../components/gcp/edge/nearestAwsRegion";
import { systemIn } from "./context";
import { edgeLacks } from "./edgeNeeds";
import { healthPaths, planExposures } from "./exposures";
import { googleZoneOf, isMixed } from "./mixed";
import { founderOf, owns } from "./parts";
import type { ProgramSettings } from "./settings";
import { EDGE } from "./settings/placements";

/** What the edge gives back where it has one address for all placements. Nothing secret. */
export interface DeployedEdge {
  readonly address: pulumi.Output<string>;
  /** DNS records that whoever runs the zone must add. */
  readonly records?: DnsRecords;
}

/** Deploys what answers for all placements of a cloud, where this stack owns it and the cloud has it. */
export function deployEdge(settings: ProgramSettings): DeployedEdge | undefined {
  if (!owns(settings, EDGE) || !settings.layers.includes("infrastructure")) {
    return undefined;
  }
  // A stack that says it owns the edge is told what there is none for; one that owns everything goes without.
  const lacks = settings.parts === undefined ? [] : edgeLacks(settings);
  if (lacks.length > 0) {
    throw new InputError(lacks);
  }
  const clouds = new Set(settings.placements.map(({ cloud }) => cloud));
  const google = clouds.has("gcp")
    ? (require("./sites/gcp/edge") as typeof import("./sites/gcp/edge")).makeGcpEdge(settings, amazonBeside(settings))
    : undefined;
  if (clouds.has("aws")) {
    (require("./sites/aws/edge") as typeof import("./sites/aws/edge")).makeAwsEdge(
      settings,
      foreignAnswer(settings, google),
    );
  }
  return google && toldOf(google);
}

function toldOf({ address, recordsToAdd }: LoadBalancer): DeployedEdge {
  return { address, ...(recordsToAdd === undefined ? {} : { records: recordsToAdd }) };
}

/** What answers on AWS, where a zone of Cloud DNS holds the names of both clouds. */
function amazonBeside(settings: ProgramSettings) {
  return isMixed(settings) && googleZoneOf(settings) !== undefined
    ? (require("./sites/aws/edge") as typeof import("./sites/aws/edge")).makeAccelerator(settings)
    : undefined;
}

/** What answers on Google Cloud, as a zone of AWS that holds the names of both clouds needs it. */
function foreignAnswer(settings: ProgramSettings, balancer: LoadBalancer | undefined): ForeignAnswer | undefined {
  const lead = founderOf(settings);
  const { domain } = settings;
  return balancer && lead && domain !== undefined
    ? {
        placement: lead.name,
        region: nearestAwsRegion(lead.region),
        address: balancer.address,
        healthPaths: healthPaths(planExposures(systemIn(settings, lead)), domain),
        validations: balancer.validations,
      }
    : undefined;
}
