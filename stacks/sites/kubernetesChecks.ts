import { isDistributed } from "../../components/context";
import { InputError, type Problem, show } from "../../components/errors";
import { didYouMean } from "../../components/validation/suggestions";
import { type ResolvedSystem, resolveSystem } from "../../systems/resolve";
import type { StoreSpec } from "../../systems/spec";
import { targetOf } from "../context";
import { ownPlacements } from "../parts";
import type { PlacementSettings, Settings } from "../settings";
import { readKubeconfigs } from "./kubeconfig";
import { routingOf } from "./kubernetesAddOns";

/** What decides whether a cluster can carry a system, before anything is registered. */
export interface ClusterRequest {
  readonly settings: Pick<
    Settings,
    | "kubernetes"
    | "access"
    | "placements"
    | "parts"
    | "model"
    | "environment"
    | "overrides"
    | "system"
    | "clusterInstance"
  >;
  readonly placement: PlacementSettings;
  readonly system: ResolvedSystem;
}

/** Refuses a stack whose clusters lack what their systems need: all problems of all of its clusters at once. */
export function checkClusters(settings: ClusterRequest["settings"]): void {
  const clusters = ownPlacements(settings).filter(({ cloud }) => cloud === "kubernetes");
  const found = new Map<string, Problem>();
  for (const placement of clusters) {
    const system = resolveSystem(settings.system, targetOf(settings, placement));
    for (const problem of clusterProblems({ settings, placement, system })) {
      found.set(`${problem.path} ${problem.allowed}`, problem);
    }
  }
  if (found.size > 0) {
    throw new InputError([...found.values()]);
  }
}

export function clusterProblems(request: ClusterRequest): readonly Problem[] {
  return [
    ...contextProblems(request),
    ...storageProblems(request),
    ...routingProblems(request),
    ...dnsProblems(request),
    ...operatorProblems(request),
    ...quorumProblems(request.system),
  ];
}

/** The current context is one cluster: of several placements each must name its own, and a named one must be there. */
function contextProblems({ settings, placement }: ClusterRequest): readonly Problem[] {
  const { placements, access } = settings;
  const clusters = placements.filter(({ cloud }) => cloud === "kubernetes");
  const path = `groundplan:placements[${placements.indexOf(placement)}].context`;
  if (placement.context === undefined) {
    return clusters.length > 1
      ? [
          {
            path,
            found: "nothing",
            allowed: "a context of the kubeconfig: the current one is one cluster, and there are several placements",
            fix: `name the context of ${placement.name}; \`kubectl config get-contexts\` lists what there is`,
          },
        ]
      : [];
  }
  // A plan asks nothing of the machine it is made on but a file the settings name, and of that only where it is there.
  const { kubeconfig } = access.kubernetes;
  const read = kubeconfig === undefined ? undefined : readKubeconfigs([kubeconfig]);
  const known = read === undefined || "unreadable" in read ? undefined : read.contexts;
  return known === undefined || known.includes(placement.context)
    ? []
    : [
        {
          path,
          found: show(placement.context),
          allowed: `a context of ${access.kubernetes.kubeconfig}: ${known.join(", ") || "it has none"}`,
          fix: didYouMean(placement.context, known) ?? "correct the context, or name another kubeconfig",
        },
      ];
}

function storageProblems({ settings, system }: ClusterRequest): readonly Problem[] {
  const { storageClass, sharedStorageClass, defaultStorageClass } = settings.kubernetes;
  const claims = storageClass === undefined && !defaultStorageClass ? claimants(system) : [];
  const shares = Object.entries(system.stores).flatMap(([name, store]) =>
    store.kind === "file-share" && store.storageClass === undefined && sharedStorageClass === undefined ? [name] : [],
  );
  return [
    ...unnamed(settings.kubernetes),
    ...(claims.length > 0
      ? [
          {
            path: "groundplan:kubernetes.storageClass",
            found: "nothing",
            allowed: `a storage class of the cluster, which has no default one: ${claims.join(", ")} need volumes`,
            fix: "name the class; `kubectl get storageclass` lists what there is",
          },
        ]
      : []),
    ...shares.map((name) => ({
      path: "groundplan:kubernetes.sharedStorageClass",
      found: "nothing",
      allowed: `a storage class of the cluster whose volumes several nodes can mount (ReadWriteMany): file share ${name} needs one`,
      fix: "name the class, such as nfs-client; `kubectl get storageclass` lists what there is",
    })),
  ];
}

/** A class to make needs a name, or nothing would use it. */
function unnamed(kubernetes: ClusterRequest["settings"]["kubernetes"]): readonly Problem[] {
  const pairs = [
    ["makeStorageClass", "storageClass"],
    ["makeSharedStorageClass", "sharedStorageClass"],
    ["makeSnapshotClass", "snapshotClass"],
  ] as const;
  return pairs.flatMap(([make, name]) =>
    kubernetes[make] !== undefined && kubernetes[name] === undefined
      ? [
          {
            path: `groundplan:kubernetes.${name}`,
            found: "nothing",
            allowed: `the name of the class that groundplan:kubernetes.${make} makes`,
            fix: "name it, such as fast-ssd",
          },
        ]
      : [],
  );
}

/** Whoever claims a volume of no class of its own. */
function claimants(system: ResolvedSystem): readonly string[] {
  const stores = Object.entries(system.stores).flatMap(([name, store]) =>
    "storage" in store && store.storage !== undefined && store.storage.class === undefined ? [name] : [],
  );
  const services = Object.entries(system.services).flatMap(([name, { volumes }]) =>
    volumes.some(({ share }) => share === undefined) ? [name] : [],
  );
  return [...stores, ...services];
}

/** Classes of the controllers this program installs; any other is somebody else's. */
const OWN_CLASSES = { ingress: ["traefik", "nginx"], gateway: ["traefik"] } as const;

function routingProblems({ settings, system }: ClusterRequest): readonly Problem[] {
  const { ingressClass, gatewayClass, addOns } = settings.kubernetes;
  if (system.routes.length === 0) {
    return [];
  }
  const routing = routingOf({ context: settings, settings });
  const asked = routing === "ingress" ? ingressClass : gatewayClass;
  const field = routing === "ingress" ? "ingressClass" : "gatewayClass";
  const own: readonly string[] = OWN_CLASSES[routing];
  const installs = (addOns.ingress ?? (isDistributed(settings.model) ? "install" : "existing")) === "install";
  const problems: Problem[] = [];
  if (installs && asked !== undefined && !own.includes(asked)) {
    problems.push({
      path: `groundplan:kubernetes.${field}`,
      found: show(asked),
      allowed: `${own.join(" or ")}, the class of a controller that groundplan:kubernetes.addOns.ingress installs`,
      fix: "remove the class, or set groundplan:kubernetes.addOns.ingress to existing",
    });
  }
  if (addOns.ingress === "none" && asked === undefined) {
    problems.push({
      path: `groundplan:kubernetes.${field}`,
      found: "nothing",
      allowed: `the class of a controller in the cluster: without one nobody answers ${system.routes.length} routes`,
      fix: "name the class, or set groundplan:kubernetes.addOns.ingress to install or existing",
    });
  }
  if (routing === "gateway" && addOns["gateway-api"] === "none") {
    problems.push({
      path: "groundplan:kubernetes.addOns.gateway-api",
      found: '"none"',
      allowed: "install or existing with groundplan:kubernetes.routing gateway",
      fix: "remove the setting, or set routing to ingress",
    });
  }
  return problems;
}

/** Records that external-dns could not write, or could not tell apart. */
function dnsProblems({ settings, placement }: ClusterRequest): readonly Problem[] {
  const { dns, addOns } = settings.kubernetes;
  const problems: Problem[] = [];
  if (addOns["external-dns"] === "install" && dns === undefined) {
    problems.push({
      path: "groundplan:kubernetes.dns",
      found: "nothing",
      allowed: "who serves the zone, for the external-dns that groundplan:kubernetes.addOns.external-dns installs",
      fix: "name the provider, or remove the add-on",
    });
  }
  if (dns?.policy === "latency" && dns.provider === "aws" && !/^[a-z]{2}(-[a-z]+)+-\d$/.test(placement.region)) {
    problems.push({
      path: `groundplan:placements[${settings.placements.indexOf(placement)}].region`,
      found: show(placement.region),
      allowed: "a region of AWS, which records by latency are told apart by",
      fix: "name the region nearest to the cluster, or set groundplan:kubernetes.dns.policy to failover",
    });
  }
  if (dns?.provider === "google" && dns.project === undefined) {
    problems.push({
      path: "groundplan:kubernetes.dns.project",
      found: "nothing",
      allowed: "the Google Cloud project of the zone",
      fix: "name it: outside Google Cloud external-dns cannot find it out",
    });
  }
  return problems;
}

/** Stores that only an operator runs. */
function operatorProblems({ settings, system }: ClusterRequest): readonly Problem[] {
  const searches = Object.entries(system.stores).flatMap(([name, { kind }]) => (kind === "search" ? [name] : []));
  return searches.length > 0 && settings.kubernetes.addOns["eck-operator"] === "none"
    ? [
        {
          path: "groundplan:kubernetes.addOns.eck-operator",
          found: '"none"',
          allowed: `install or existing: only the operator runs ${searches.join(", ")}`,
          fix: "remove the setting",
        },
      ]
    : [];
}

/** Numbers that cannot agree on who is gone, and so stop at the first loss. */
function quorumProblems(system: ResolvedSystem): readonly Problem[] {
  return Object.entries(system.stores).flatMap(([name, store]) => {
    const problem = quorumProblem(store);
    return problem ? [{ ...problem, path: `stores.${name}.${problem.path}` }] : [];
  });
}

function quorumProblem(store: StoreSpec): Problem | undefined {
  switch (store.kind) {
    case "postgres":
      // One becomes three by itself where a zone may be lost; two was somebody's choice, and a standby that is down then
      // stops either writing or failing over.
      return store.instances === 2
        ? outOf("instances", 2, "1, which the environment turns into a cluster of its own size, or at least 3")
        : undefined;
    case "vector":
    case "search":
      return store.instances === 2
        ? outOf("instances", 2, "1, or at least 3: two cannot agree which of them is gone")
        : undefined;
    // What every cloud holds Redis to is checked with the system.
    case "redis":
    case "memcached":
    case "bucket":
    case "file-share":
      return undefined;
    default:
      return store satisfies never;
  }
}

function outOf(path: string, found: number, allowed: string): Problem {
  return { path, found: show(found), allowed, fix: "use 3" };
}
