import type * as pulumi from "@pulumi/pulumi";
import type { Binding, Client } from "../../components/binding";
import type { ClusterContract } from "../../components/cluster/contract";
import type { PodDemand } from "../../components/cluster/namespace/demand";
import { KubernetesMemcached } from "../../components/data/memcached/kubernetes";
import { KubernetesSearch } from "../../components/data/search/kubernetes";
import { KubernetesVectorStore } from "../../components/data/vectorStore/kubernetes";
import type { ResolvedSystem } from "../../systems/resolve";
import type { StoreOf, StoreSpec } from "../../systems/spec";
import { namespaceOf } from "../demands";
import { archiveDemands, archiveOf } from "./archive";
import { demandOf, storeImage } from "./kubernetesStores";
import type { SiteRequest } from "./site";

/**
 * Stores that run in the cluster on every cloud: a cloud has no service for Qdrant, its search is not Elasticsearch, and
 * a cache that only its clients reach, with nothing on disk, gains little from a service. A setting chooses the services,
 * for systems whose clients speak OpenSearch, or Memcached with TLS on AWS and without it on Google Cloud.
 */
type InClusterStore = StoreOf<"memcached" | "search" | "vector">;

/** A store that runs in the placement's own cluster, on its disks. */
export function makeInCluster(
  logicalName: string,
  args: {
    readonly request: SiteRequest;
    readonly store: string;
    readonly spec: InClusterStore;
    readonly cluster: ClusterContract;
    readonly clients: readonly Client[];
  },
  options: pulumi.ComponentResourceOptions,
): Binding {
  const { request, store, spec, cluster, clients } = args;
  const { context, settings, system } = request;
  const archive = archiveOf(system, request.placementSettings, store);
  const common = {
    ...{ context, store, namespace: namespaceOf(system, spec), cluster, clients },
    ...(archive ? { archive } : {}),
  };
  switch (spec.kind) {
    case "vector":
      return new KubernetesVectorStore(
        logicalName,
        { ...common, spec, image: storeImage(settings, store, spec) },
        options,
      ).binding;
    case "memcached":
      return new KubernetesMemcached(
        logicalName,
        { ...common, spec, image: storeImage(settings, store, spec) },
        options,
      ).binding;
    case "search": {
      const image = settings.images.stores[store] ?? spec.image;
      const logs = system.observability.logStore === store;
      return new KubernetesSearch(
        logicalName,
        { ...common, spec, logs, ...(image === undefined ? {} : { image }) },
        options,
      ).binding;
    }
    default:
      return spec satisfies never;
  }
}

/** Whether a store that could run in the cluster is one a service of the cloud runs, because the settings say so. */
export function runsAsService(
  { context, settings }: Pick<SiteRequest, "context" | "settings">,
  name: string,
  { kind }: Pick<StoreSpec, "kind">,
): boolean {
  const sold = { aws: ["memcached", "search"], gcp: ["memcached"], kubernetes: [] as string[] }[context.cloud];
  return sold.includes(kind) && settings.compute.managedStores.includes(name);
}

/** Room in a namespace's quota for what the stores there ask of it: pods of their own, or the shares pods mount. */
export function storeDemands(system: ResolvedSystem, namespace: string, request: SiteRequest): readonly PodDemand[] {
  return Object.entries(system.stores).flatMap(([name, store]) =>
    !runsAsService(request, name, store) &&
    (store.kind === "memcached" || store.kind === "search" || store.kind === "vector" || store.kind === "file-share") &&
    namespaceOf(system, store) === namespace
      ? [
          ...demandOf(store, request.context.redundancy),
          ...archiveDemands(store, archiveOf(system, request.placementSettings, name) !== undefined, request.context),
        ]
      : [],
  );
}
