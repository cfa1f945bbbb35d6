import * as pulumi from "@pulumi/pulumi";
import { calledPorts } from "../../../components/cluster/addOns/catalog";
import { Cluster } from "../../../components/cluster/gcp";
import type { Admission } from "../../../components/cluster/gke/admission";
import { type ArtifactRepository, artifactRepositories, repositoriesOf } from "../../../components/gcp/images";
import { GCP_NAMES } from "../../../components/gcp/names";
import { uniqueName } from "../../../components/naming";
import type { Network } from "../../../components/networking/gcp";
import { CONCERNS } from "../../../components/secrets/keys/contract";
import { Keys } from "../../../components/secrets/keys/gcp";
import { Registry, repositoryId } from "../../../components/storage/registry/gcp";
import { founderOf } from "../../parts";
import { imageOf } from "../../settings";
import type { SiteRequest } from "../site";
import { outwardPorts } from "../vault";
import { addOnModes } from "./controllers";

/** A key per concern, or the placement's own for all of them. */
export function makeKeys(request: SiteRequest, options: pulumi.ComponentResourceOptions): Keys {
  const { context, placementSettings } = request;
  const key = placementSettings.existing?.kmsKey;
  const existing = key === undefined ? {} : { existing: Object.fromEntries(CONCERNS.map((concern) => [concern, key])) };
  return new Keys(`${placementSettings.name}-keys`, { context, ...existing }, options);
}

/** A repository for the system's images, where the settings ask for one. */
export function makeRegistry(
  request: SiteRequest,
  keys: Keys,
  puller: pulumi.Input<string>,
  made: Map<string, pulumi.Resource>,
  options: pulumi.ComponentResourceOptions,
): Registry | undefined {
  const { context, placementSettings, settings } = request;
  if (!settings.images.repository) {
    return undefined;
  }
  const others = pulledFromOthers(request).map(([placement, at]) => {
    const resource = made.get(placement);
    return { placement, ...at, ready: resource ? [resource] : [] };
  });
  const registry = new Registry(
    `${placementSettings.name}-registry`,
    { context, keys, puller, ...(others.length > 0 ? { others } : {}) },
    options,
  );
  made.set(placementSettings.name, registry);
  return registry;
}

/** Images of the system's own pods. */
function imagesOf({ settings, system }: SiteRequest): readonly string[] {
  const { images, backups } = settings;
  return [
    ...Object.entries(system.services).map(([name, { image }]) => imageOf(images, "services", name, image)),
    ...Object.entries(system.stores).flatMap(([name, store]) =>
      "image" in store && store.image !== undefined ? [imageOf(images, "stores", name, store.image)] : [],
    ),
    ...Object.values(images.stores),
    ...Object.values(backups.images).flatMap((image) => (image === undefined ? [] : [image])),
  ];
}

/** Repositories this stack makes, or another of the same system, by their place; by the placement each is beside. */
function ownRepositories({ context, settings }: SiteRequest): ReadonlyMap<string, ArtifactRepository> {
  const here = settings.placements.filter(({ cloud }) => cloud === "gcp");
  return new Map(
    settings.images.repository
      ? here.map(({ name, region, account = "" }) => {
          const repository = repositoryId({ ...context, placement: name });
          return [name, { location: region, project: account, repository }];
        })
      : [],
  );
}

/** Repositories that stand before this stack: those of the project are opened to the nodes, others by their owners. */
function repositoriesFor(request: SiteRequest) {
  const { account = "" } = request.placementSettings;
  const made = [...ownRepositories(request).values()].map(prefixOf);
  const images = imagesOf(request).filter((image) => !made.some((prefix) => image.startsWith(prefix)));
  const foreign = artifactRepositories(images).filter(({ project }) => project !== account);
  return {
    repositories: repositoriesOf(account, images),
    foreignRepositories: foreign.map(({ project, repository }) => `${project}/${repository}`),
  };
}

function prefixOf({ location, project, repository }: ArtifactRepository): string {
  return `${location}-docker.pkg.dev/${project}/${repository}/`;
}

/** Other placements' repositories that images are pulled from here: one placement's, where all name the same. */
function pulledFromOthers(request: SiteRequest): readonly (readonly [placement: string, at: ArtifactRepository])[] {
  const images = imagesOf(request);
  return [...ownRepositories(request)].filter(
    ([placement, at]) =>
      placement !== request.placementSettings.name && images.some((image) => image.startsWith(prefixOf(at))),
  );
}

/** The project's policy of images, which the founder sets for all of them. */
function admissionOf({ context, placementSettings, settings }: SiteRequest): { readonly admission?: Admission } {
  const { admission } = settings.compute;
  if (admission === undefined || founderOf(settings)?.name !== placementSettings.name) {
    return {};
  }
  const here = settings.placements.filter(({ cloud }) => cloud === "gcp");
  const repositories = settings.images.repository
    ? here.map(({ name, region }) => ({ region, id: repositoryId({ ...context, placement: name }) }))
    : [];
  return { admission: { ...admission, repositories } };
}

/** The cluster of a placement, as the settings reach it. */
export function makeCluster(
  request: SiteRequest,
  network: Network,
  keys: Keys,
  options: pulumi.ComponentResourceOptions,
): Cluster {
  const { context, settings, system, placementSettings } = request;
  const { impersonateServiceAccount } = settings.access.gcp;
  const { from, cidrBlocks } = settings.access.deployer;
  const version = settings.compute.kubernetesVersion;
  return new Cluster(
    `${placementSettings.name}-cluster`,
    {
      context,
      clusterName: uniqueName(GCP_NAMES.cluster, [context.system, pulumi.getStack(), context.placement]),
      network,
      keys,
      nodePools: system.nodePools,
      ...(settings.compute.architecture === undefined ? {} : { architecture: settings.compute.architecture }),
      publicAccessCidrBlocks: from === "cidrs" ? cidrBlocks : [],
      // Nobody stands in a network before its first update has made it; a tunnel's owner brings a way of their own.
      namedEndpoint: from === "private",
      externalPorts: outwardPorts(request),
      calledPorts: calledPorts(addOnModes(system, settings)),
      ...(impersonateServiceAccount === undefined ? {} : { impersonateServiceAccount }),
      ...admissionOf(request),
      ...repositoriesFor(request),
      ...(version === undefined ? {} : { version }),
    },
    options,
  );
}
