import { isDistributed } from "../../../components/context";
import type { Problem } from "../../../components/errors";
import { bucketProblems } from "../../../components/gcp/bucket/constraints";
import { ADMISSION_CONSTRAINTS } from "../../../components/gcp/constraints/admission";
import { problemsOf } from "../../../components/gcp/constraints/constraint";
import { CLUSTER_CONSTRAINTS, POOL_CONSTRAINTS } from "../../../components/gcp/constraints/nodePools";
import { PLACE_CONSTRAINTS, STACK_CONSTRAINTS } from "../../../components/gcp/constraints/place";
import { SECRET_CONSTRAINTS } from "../../../components/gcp/constraints/secrets";
import { EDGE_CONSTRAINTS } from "../../../components/gcp/edge/constraints";
import { memcachedProblems } from "../../../components/gcp/memcached/constraints";
import { postgresProblems } from "../../../components/gcp/postgres/constraints";
import { redisProblems } from "../../../components/gcp/redis/constraints";
import { systemName } from "../../../components/naming";
import { fileShareProblems } from "../../../components/storage/fileShare/gcp";
import { repositoryId } from "../../../components/storage/registry/gcp";
import { servicePort } from "../../../systems/edges";
import type { ResolvedSystem } from "../../../systems/resolve";
import type { StoreSpec } from "../../../systems/spec";
import { imageOf, type PlacementSettings, type Settings } from "../../settings";
import { passphraseProblems } from "../secretInputs";
import { routeOf } from "./edge";

type Checked = Pick<
  Settings,
  | "access"
  | "compute"
  | "domain"
  | "environment"
  | "images"
  | "instance"
  | "model"
  | "placements"
  | "retention"
  | "system"
  | "tags"
>;

/**
 * Everything of a placement that Google would refuse, in one list and before anything is made. What depends on the cut
 * of the network is refused where it is cut.
 */
export function constraintProblems(
  system: ResolvedSystem,
  placement: PlacementSettings,
  settings: Checked,
): readonly Problem[] {
  const distributed = isDistributed(settings.model);
  return [
    ...placeProblems(placement, settings),
    ...stackProblems(settings),
    ...passphraseProblems(system),
    ...Object.entries(system.secrets).flatMap(([name, spec]) =>
      problemsOf(SECRET_CONSTRAINTS, spec, `secrets.${name}`),
    ),
    ...Object.entries(system.stores).flatMap(([name, spec]) =>
      storeProblems(name, spec, placement, distributed, settings.compute.managedStores),
    ),
    ...(distributed
      ? [
          ...poolProblems(system, placement),
          ...edgeProblems(system, settings),
          ...admissionProblems(system, placement, settings),
        ]
      : []),
  ];
}

function placeProblems(placement: PlacementSettings, { placements }: Checked): readonly Problem[] {
  const { name, region, existing } = placement;
  const subject = {
    name,
    region,
    ...(existing?.kmsKey === undefined ? {} : { kmsKey: existing.kmsKey }),
    ...(existing?.zone === undefined ? {} : { zone: existing.zone }),
  };
  return problemsOf(PLACE_CONSTRAINTS, subject, "").map((problem) => ({
    ...problem,
    path:
      problem.path === "name"
        ? `groundplan:placements[${placements.indexOf(placement)}].name`
        : `groundplan:existing.${name}.${problem.path}`,
  }));
}

function stackProblems({ access, compute, placements, retention, tags }: Checked): readonly Problem[] {
  const { billingAccount } = access.gcp;
  const { from, cidrBlocks } = access.deployer;
  const mixed = placements.some(({ cloud }) => cloud === "aws");
  const stack = {
    tags,
    fargateNamespaces: mixed ? [] : compute.fargateNamespaces,
    ...(retention.logsDays === undefined ? {} : { logsDays: retention.logsDays }),
    ...(billingAccount === undefined ? {} : { billingAccount }),
  };
  return [
    ...problemsOf(STACK_CONSTRAINTS, stack, ""),
    ...problemsOf(CLUSTER_CONSTRAINTS, { cidrBlocks: from === "cidrs" ? cidrBlocks : [] }, ""),
  ].map((problem) => ({ ...problem, path: `groundplan:${problem.path}` }));
}

function storeProblems(
  name: string,
  spec: StoreSpec,
  { region, existing }: PlacementSettings,
  distributed: boolean,
  managed: readonly string[],
): readonly Problem[] {
  switch (spec.kind) {
    case "bucket":
      return distributed || spec.local === undefined ? bucketProblems(name, spec, region) : [];
    case "postgres":
      return distributed && existing?.databases[name] === undefined ? postgresProblems(name, spec) : [];
    case "redis":
      return distributed ? redisProblems(name, spec) : [];
    case "file-share":
      return distributed ? fileShareProblems(name, spec) : [];
    case "memcached":
      return distributed && managed.includes(name) ? memcachedProblems(name, spec) : [];
    case "search":
    case "vector":
      // In the cluster, or on the host.
      return [];
    default:
      return spec satisfies never;
  }
}

/** Images the policy of the project would not start. Those of add-ons are their charts' own, and not known here. */
function admissionProblems(
  { services, stores }: ResolvedSystem,
  placement: PlacementSettings,
  { compute, environment, images, instance, system }: Checked,
): readonly Problem[] {
  const { admission } = compute;
  if (admission === undefined) {
    return [];
  }
  const inCluster = Object.entries(stores).flatMap(([name, store]) =>
    (store.kind === "vector" || store.kind === "search" || store.kind === "memcached") && store.image !== undefined
      ? [["stores", name, store.image] as const]
      : [],
  );
  const started = [
    ...Object.entries(services).map(([name, { image }]) => ["services", name, image] as const),
    ...inCluster,
  ];
  const attested = admission.attestors.length > 0;
  const named = { system: system.name, identity: systemName(system.name, instance) };
  const made = repositoryId({ ...named, environment, placement: placement.name });
  const own = images.repository
    ? [`${placement.region}-docker.pkg.dev/${placement.account ?? "the-project"}/${made}/**`]
    : [];
  const allow = [...admission.allow, ...(attested ? [] : own)];
  return started.flatMap(([group, name, described]) => {
    const set = images[group][name];
    const image = imageOf(images, group, name, described);
    return problemsOf(ADMISSION_CONSTRAINTS, { image, allow, attested }, `${group}.${name}`).map((problem) =>
      set === undefined ? problem : { ...problem, path: `groundplan:images.${group}.${name}` },
    );
  });
}

function poolProblems({ nodePools }: ResolvedSystem, { region }: PlacementSettings): readonly Problem[] {
  return Object.entries(nodePools).flatMap(([name, pool]) =>
    problemsOf(POOL_CONSTRAINTS, { pool, region }, `nodePools.${name}`),
  );
}

function edgeProblems(system: ResolvedSystem, { domain, placements }: Checked): readonly Problem[] {
  const routes = system.routes.flatMap((route) => {
    const service = system.services[route.to];
    const port = service && servicePort(service, route.port);
    return domain !== undefined && port
      ? [
          routeOf(
            {
              route,
              namespace: "",
              serviceName: route.to,
              servicePort: port.servicePort ?? port.port,
              targetPort: port.port,
              healthPath: "/",
              ready: [],
            },
            domain,
          ),
        ]
      : [];
  });
  const zones = 3 * placements.filter(({ cloud }) => cloud === "gcp").length;
  return problemsOf(EDGE_CONSTRAINTS, { routes, headers: system.edge.headers, zones }, "");
}
