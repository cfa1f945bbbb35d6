import { type Problem, Problems, show } from "../../../components/errors";
import type { ResolvedSystem } from "../../../systems/resolve";
import { mixedProblems } from "../../mixed";
import type { PlacementSettings, Settings } from "../../settings";

/** What a placement on AWS cannot do yet, or never: refused by its field rather than left out. */
export function unsupportedProblems(
  system: ResolvedSystem,
  placement: PlacementSettings,
  { domain, placements, compute }: Pick<Settings, "domain" | "placements" | "compute">,
): readonly Problem[] {
  const problems = new Problems();
  problems.addAll(globalProblems(placement, placements));
  problems.addAll(mixedProblems(system, placement, { placements }));
  problems.addAll(existingProblems(system, placement, { placements, compute }));
  if (system.routes.length > 0 && domain === undefined) {
    problems.add({
      path: "groundplan:domain",
      found: "nothing",
      allowed: "the domain the public uses: a certificate is issued to a name",
      fix: "set groundplan:domain",
    });
  }
  return problems.all;
}

/** What several placements need of each other, and cannot have. */
function globalProblems(placement: PlacementSettings, placements: Settings["placements"]): readonly Problem[] {
  const problems: Problem[] = [];
  const zones = placements.flatMap(({ name, cloud, existing }) =>
    cloud === "aws" && existing?.zone ? [{ name, zone: existing.zone }] : [],
  );
  const other = zones.find(({ zone }) => placement.existing?.zone !== undefined && zone !== placement.existing.zone);
  if (other) {
    problems.push({
      path: `groundplan:existing.${placement.name}.zone`,
      found: show(placement.existing?.zone),
      allowed: `the zone of ${other.name}, ${show(other.zone)}: one host name is answered from one zone`,
      fix: "name one hosted zone, with any of the placements",
    });
  }
  return problems;
}

/** What is told of things somebody else runs, and cannot be so. */
function existingProblems(
  system: ResolvedSystem,
  placement: PlacementSettings,
  { placements, compute }: Pick<Settings, "placements" | "compute">,
): readonly Problem[] {
  const { name, existing } = placement;
  if (existing === undefined) {
    return [];
  }
  const path = `groundplan:existing.${name}`;
  return [
    ...networkProblems(existing, path, {
      routes: system.routes.length > 0,
      spread: placements.filter(({ cloud }) => cloud === "aws").length > 1,
    }),
    ...clusterProblems(existing, path, compute.fargateNamespaces),
    ...accountProblems(system, placement, placements, path),
    ...topicProblems(system, placement, compute.managedStores, path),
    ...Object.entries(existing.buckets).flatMap(([store, given]) =>
      typeof given === "object" && (given.endpoint !== undefined || given.secretName !== undefined)
        ? [
            {
              path: `${path}.buckets.${store}`,
              found: show(given),
              allowed: "a bucket of S3 on aws, by name and region: pods reach it by roles of their own",
              fix: "remove endpoint and secretName",
            },
          ]
        : [],
    ),
  ];
}

/** Load balancers, clusters and subnet groups of databases each want two zones. */
const LEAST_SUBNETS = 2;

function networkProblems(
  { vpc }: NonNullable<PlacementSettings["existing"]>,
  path: string,
  { routes, spread }: { readonly routes: boolean; readonly spread: boolean },
): readonly Problem[] {
  if (vpc === undefined) {
    return [];
  }
  const { publicSubnetIds, privateSubnetIds, dataSubnetIds } = vpc;
  const tiers = {
    privateSubnetIds,
    ...(routes ? { publicSubnetIds } : {}),
    ...(dataSubnetIds.length > 0 ? { dataSubnetIds } : {}),
  };
  return [
    ...(spread
      ? [
          {
            path: `${path}.vpc`,
            found: show(vpc.id),
            allowed: "a network of the placement's own where placements on aws follow each other",
            fix: "remove it: the peering between regions needs route tables of the stack's own",
          },
        ]
      : []),
    ...Object.entries(tiers).flatMap(([tier, ids]) =>
      new Set(ids).size < LEAST_SUBNETS || new Set(ids).size < ids.length
        ? [
            {
              path: `${path}.vpc.${tier}`,
              found: show(ids),
              allowed: `at least ${LEAST_SUBNETS} different subnets, in zones of their own`,
              fix: "name one of every zone",
            },
          ]
        : [],
    ),
  ];
}

/** ElastiCache tells a topic of its own region and account; who has no cache of it has nothing told. */
function topicProblems(
  { stores }: ResolvedSystem,
  { region, existing }: PlacementSettings,
  managed: readonly string[],
  path: string,
): readonly Problem[] {
  const topic = existing?.cacheTopic;
  if (topic === undefined) {
    return [];
  }
  const cached = Object.entries(stores).some(
    ([name, { kind }]) => kind === "redis" || (kind === "memcached" && managed.includes(name)),
  );
  const problem = (allowed: string, fix: string) => ({ path: `${path}.cacheTopic`, found: show(topic), allowed, fix });
  return [
    ...(cached ? [] : [problem("nothing where ElastiCache keeps no store of the system", "remove it")]),
    ...(topic.split(":")[3] === region ? [] : [problem(`a topic of ${region}`, "name one of the placement's region")]),
  ];
}

/** What the account has of its own: named for nothing, it would be taken for watched by it. */
function accountProblems(
  { security }: ResolvedSystem,
  { name, existing }: PlacementSettings,
  placements: Settings["placements"],
  path: string,
): readonly Problem[] {
  const { detector, trail } = existing ?? {};
  const lead = placements.find(({ cloud }) => cloud === "aws");
  return [
    ...(detector !== undefined && !security.intrusionDetection
      ? [
          {
            path: `${path}.detector`,
            found: show(detector),
            allowed: "nothing where the system asks for no detection of intruders",
            fix: "set groundplan:overrides.security.intrusionDetection to true, or remove it",
          },
        ]
      : []),
    ...(trail !== undefined && !security.auditLog
      ? [
          {
            path: `${path}.trail`,
            found: show(trail),
            allowed: "nothing where the system asks for no audit log",
            fix: "set groundplan:overrides.security.auditLog to true, or remove it",
          },
        ]
      : []),
    ...(trail !== undefined && lead !== undefined && lead.name !== name
      ? [
          {
            path: `${path}.trail`,
            found: show(trail),
            allowed: `nothing here: one trail is for every region, and made with ${lead.name}`,
            fix: `name it in groundplan:existing.${lead.name}.trail`,
          },
        ]
      : []),
  ];
}

function clusterProblems(
  { cluster, vpc }: NonNullable<PlacementSettings["existing"]>,
  path: string,
  fargateNamespaces: readonly string[],
): readonly Problem[] {
  if (cluster === undefined) {
    return [];
  }
  return [
    ...(vpc === undefined
      ? [
          {
            path: `${path}.vpc`,
            found: "nothing",
            allowed: `the network ${cluster} is in: databases and load balancers go there`,
            fix: `name the VPC of ${cluster} and its subnets`,
          },
        ]
      : []),
    ...(fargateNamespaces.length > 0
      ? [
          {
            path: "groundplan:compute.fargateNamespaces",
            found: show(fargateNamespaces),
            allowed: `none on ${cluster}, which somebody else runs`,
            fix: "remove the setting, and let its owner make the profiles",
          },
        ]
      : []),
  ];
}
