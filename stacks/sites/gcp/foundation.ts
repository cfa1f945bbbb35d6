import * as pulumi from "@pulumi/pulumi";
import { calledPorts } from "../../../components/cluster/addOns/catalog";
import { Cluster } from "../../../components/cluster/gcp";
import type { Admission } from "../../../components/cluster/gke/admission";
import { GCP_NAMES } from "../../../components/gcp/names";
import { uniqueName } from "../../../components/naming";
import type { Network } from "../../../components/networking/gcp";
import { CONCERNS } from "../../../components/secrets/keys/contract";
import { Keys } from "../../../components/secrets/keys/gcp";
import { Registry, repositoryId } from "../../../components/storage/registry/gcp";
import { leadOf } from "../../parts";
import type { SiteRequest } from "../site";
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
  { context, placementSettings, settings }: SiteRequest,
  keys: Keys,
  puller: pulumi.Input<string>,
  options: pulumi.ComponentResourceOptions,
): Registry | undefined {
  return settings.images.repository
    ? new Registry(`${placementSettings.name}-registry`, { context, keys, puller }, options)
    : undefined;
}

/** The project's policy of images, which the first placement sets for all of them. */
function admissionOf({ context, placementSettings, settings }: SiteRequest): { readonly admission?: Admission } {
  const { admission } = settings.compute;
  if (admission === undefined || leadOf(settings, "gcp")?.name !== placementSettings.name) {
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
      externalPorts: Object.values(system.external).map((external) => external.port),
      calledPorts: calledPorts(addOnModes(system, settings)),
      ...(impersonateServiceAccount === undefined ? {} : { impersonateServiceAccount }),
      ...admissionOf(request),
      ...(version === undefined ? {} : { version }),
    },
    options,
  );
}
