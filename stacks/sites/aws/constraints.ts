import { breaches } from "../../../components/aws/constraint";
import { clusterProblems } from "../../../components/cluster/eks/constraints";
import { memcachedProblems } from "../../../components/data/memcached/constraints";
import { postgresProblems } from "../../../components/data/postgres/constraints";
import { redisProblems } from "../../../components/data/redis/constraints";
import { searchProblems } from "../../../components/data/search/constraints";
import type { Problem } from "../../../components/errors";
import { bucketProblems } from "../../../components/storage/bucket/constraints";
import type { StoreSpec } from "../../../systems/spec";
import { passphraseProblems } from "../secretInputs";
import type { SiteRequest } from "../site";
import { outwardPorts } from "../vault";
import { EXISTING_CONSTRAINTS } from "./existingConstraints";
import { FARGATE_CONSTRAINTS } from "./fargateConstraints";
import { PLACEMENT_CONSTRAINTS } from "./placementConstraints";
import { bucketIn, copyRegionOf, isSpread } from "./shared";

export type ConstraintRequest = Pick<SiteRequest, "settings" | "system" | "placementSettings" | "context">;

/** All that services of AWS would refuse of a placement in a cluster, at once and before anything is made. */
export function constraintProblems(request: ConstraintRequest): readonly Problem[] {
  const { settings, system, placementSettings } = request;
  const { architecture, fargateNamespaces } = settings.compute;
  return [
    ...placementProblems(request),
    ...breaches(EXISTING_CONSTRAINTS, { settings, placement: placementSettings }),
    ...passphraseProblems(system),
    ...intervalProblems(request),
    ...(placementSettings.existing?.cluster === undefined ? ownCluster(request) : []),
    ...breaches(FARGATE_CONSTRAINTS, {
      system,
      namespaces: fargateNamespaces,
      meshed: settings.mesh.kind === "istio",
      ...(architecture === undefined ? {} : { architecture }),
    }),
    ...Object.entries(system.stores).flatMap(([name, store]) => storeProblems(request, name, store)),
  ];
}

function ownCluster({ settings, system, placementSettings }: ConstraintRequest): readonly Problem[] {
  const { architecture, fargateNamespaces, kubernetesVersion, nodeRelease } = settings.compute;
  const { cidrBlock } = placementSettings;
  return [
    ...clusterProblems({
      nodePools: Object.fromEntries(
        Object.entries(system.nodePools).map(([name, pool]) => [name, architecture ? { ...pool, architecture } : pool]),
      ),
      publicAccessCidrBlocks: settings.access.deployer.cidrBlocks,
      fargateNamespaces,
      ...(kubernetesVersion === undefined ? {} : { version: kubernetesVersion }),
      ...(nodeRelease === undefined ? {} : { nodeRelease }),
      ...(architecture === undefined ? {} : { architecture }),
      ...(cidrBlock === undefined ? {} : { cidrBlock }),
    }),
  ];
}

/** What services refuse of a placement's settings, whatever the model makes there. */
export function placementProblems({ settings, system, placementSettings }: ConstraintRequest): readonly Problem[] {
  return breaches(PLACEMENT_CONSTRAINTS, {
    settings,
    placement: placementSettings,
    edge: system.edge,
    externalPorts: outwardPorts({ settings, system, placementSettings }),
  });
}

/** Days between rotations, at least, of a database that others follow: what turned may take two to be copied, and the next turn takes it back. */
const LEAST_DAYS_FOLLOWED = 4;

function intervalProblems({ settings, system, placementSettings }: ConstraintRequest): readonly Problem[] {
  const { days } = settings.secretRotation ?? {};
  const followed = Object.entries(system.stores).flatMap(([name, { kind }]) =>
    kind === "postgres" && placementSettings.existing?.databases[name] === undefined ? [name] : [],
  );
  return days !== undefined && days < LEAST_DAYS_FOLLOWED && isSpread(settings) && followed.length > 0
    ? [
        {
          path: "groundplan:secretRotation.days",
          found: String(days),
          allowed: `at least ${LEAST_DAYS_FOLLOWED} where databases in other regions follow (${followed.join(", ")}): their clients' passwords are copied there once a day, and are good until the second rotation`,
          fix: `set it to ${LEAST_DAYS_FOLLOWED} or more`,
        },
      ]
    : [];
}

/** Regions of the Global Datastore a cache is in, where a setting names one. */
function regionsOf({ compute, placements }: ConstraintRequest["settings"], store: string) {
  return compute.globalCaches[store] === undefined
    ? {}
    : { regions: placements.filter(({ cloud }) => cloud === "aws").length };
}

function storeProblems(request: ConstraintRequest, name: string, store: StoreSpec): readonly Problem[] {
  const { settings, system, placementSettings, context } = request;
  switch (store.kind) {
    case "postgres":
      return placementSettings.existing?.databases[name]
        ? []
        : postgresProblems(name, store, { followed: isSpread(settings) });
    case "redis":
      return redisProblems(name, store, context.redundancy.multiZone, regionsOf(settings, name));
    case "bucket": {
      if (placementSettings.existing?.buckets[name] !== undefined) {
        return [];
      }
      const place = { region: context.region, replicaRegion: copyRegionOf(placementSettings, settings) };
      return bucketProblems(name, bucketIn(settings, store).spec, place);
    }
    case "memcached":
      return settings.compute.managedStores.includes(name) ? memcachedProblems(name, store) : [];
    case "search":
      return settings.compute.managedStores.includes(name)
        ? searchProblems({
            name,
            store,
            multiZone: context.redundancy.multiZone,
            logs: system.observability.logs === "elastic" && system.observability.logStore === name,
          })
        : [];
    case "vector":
    case "file-share":
      return [];
    default:
      return store satisfies never;
  }
}
