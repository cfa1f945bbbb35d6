import { type Problem, show } from "../components/errors";
import { normalizeUse } from "../systems/edges";
import type { ResolvedSystem } from "../systems/resolve";
import type { StoreSpec } from "../systems/spec";
import type { PlacementSettings, Settings } from "./settings";

type Placed = Pick<Settings, "placements">;

/** Whether a system's placements are on AWS and on Google Cloud. */
export function isMixed({ placements }: Placed): boolean {
  return placements.some(({ cloud }) => cloud === "aws") && placements.some(({ cloud }) => cloud === "gcp");
}

/** Managed zone that answers for both clouds: whichever placement on Google Cloud names it, it is one. */
export function googleZoneOf({ placements }: Placed): string | undefined {
  return placements.flatMap(({ cloud, existing }) => (cloud === "gcp" ? (existing?.zone ?? []) : []))[0];
}

/** Hosted zone of Route 53: whichever placement on AWS names it, it is one. */
export function hostedZoneOf({ placements }: Placed): string | undefined {
  return placements.flatMap(({ cloud, existing }) => (cloud === "aws" ? (existing?.zone ?? []) : []))[0];
}

/** What is in one cloud alone: a cache is each placement's own on any cloud, and so is a queue. */
function isData(spec: StoreSpec): boolean {
  return spec.kind !== "redis" && spec.kind !== "memcached";
}

/**
 * What a placement on another cloud than the primary's cannot have: data that no service replicates there. The stateless
 * part of the system runs in both.
 */
export function mixedProblems(
  system: ResolvedSystem,
  placement: PlacementSettings,
  { placements, parts }: Placed & Partial<Pick<Settings, "parts">>,
): readonly Problem[] {
  if (!isMixed({ placements })) {
    return [];
  }
  const primary = placements.find(({ role }) => role === "primary");
  const path = `groundplan:placements[${placements.indexOf(placement)}]`;
  const attached = placements.filter(({ cloud }) => cloud === "kubernetes");
  const problems: Problem[] = attached.map(({ name }) => ({
    path: `${path}.cloud`,
    found: show(placement.cloud),
    allowed: `placements on aws and gcp in one stack; ${name} is on kubernetes`,
    fix: "make a stack of its own for the cluster",
  }));
  if (system.edge.cdn) {
    problems.push({
      path: "edge.cdn",
      found: "true",
      allowed: "false where placements are on aws and gcp: one CDN has its origins in one cloud",
      fix: "set groundplan:overrides.edge.cdn to false, or make a stack per cloud with a host each",
    });
  }
  if (placement.cloud === "gcp" && placement.existing?.zone !== undefined) {
    const other = placements.find(({ cloud, existing }) => cloud === "aws" && existing?.zone !== undefined);
    if (other) {
      problems.push({
        path: `groundplan:existing.${placement.name}.zone`,
        found: show(placement.existing.zone),
        allowed: `nothing beside the zone of ${other.name}: one zone answers for both clouds, and asks how each does`,
        fix: "name the one that holds the domain, in Route 53 or in Cloud DNS; or make a stack per cloud with a host each",
      });
    } else if (parts !== undefined) {
      problems.push({
        path: "groundplan:parts",
        found: show(parts),
        allowed:
          "no parts where Cloud DNS answers for both clouds: the certificate on aws waits for records of the edge's part",
        fix: "own everything in one stack, or host the domain in Route 53",
      });
    }
  }
  if (primary === undefined || primary.cloud === placement.cloud) {
    return problems;
  }
  return [
    ...problems,
    ...Object.entries(system.stores).flatMap(([name, spec]) =>
      isData(spec) && !(spec.kind === "postgres" && placement.existing?.databases[name] !== undefined)
        ? [stranded(name, spec, system, placement, primary)]
        : [],
    ),
  ];
}

function stranded(
  name: string,
  spec: StoreSpec,
  system: ResolvedSystem,
  placement: PlacementSettings,
  primary: PlacementSettings,
): Problem {
  const users = Object.entries(system.services).flatMap(([service, { uses, volumes }]) =>
    uses.some((use) => normalizeUse(use).to === name) || volumes.some(({ share }) => share === name) ? [service] : [],
  );
  const leave = `leave ${[name, ...users].join(", ")} out of ${placement.name} (placements.${placement.name} of the system: null)`;
  const where = `${name} is in ${primary.name} on ${primary.cloud}, and cannot be replicated to ${placement.cloud}`;
  const options = "move the placement to the primary's cloud; or make a stack per cloud";
  return spec.kind === "postgres"
    ? {
        path: `groundplan:existing.${placement.name}.databases.${name}`,
        found: "nothing",
        allowed: `a database to use: ${where}`,
        fix: `name the primary's address here, reached by VPN; or ${leave}; or ${options}`,
      }
    : {
        path: `stores.${name}`,
        found: show(spec.kind),
        allowed: `nothing in ${placement.name}: ${where}`,
        fix: `${leave}; or ${options}`,
      };
}
