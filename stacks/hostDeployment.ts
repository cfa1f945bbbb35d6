import * as pulumi from "@pulumi/pulumi";
import { InputError } from "../components/errors";
import { defaultImage } from "../components/host/compose/stores";
import type { HostDescription, HostImages } from "../components/host/contract";
import { hostName } from "../components/host/nginx";
import { type MachineType, planSize } from "../components/host/sizing";
import { Placement } from "../components/placement";
import type { ResolvedSystem } from "../systems/resolve";
import { crowdedDatabases } from "./connections";
import { contextOf, systemIn } from "./context";
import type { Deployed } from "./deployment";
import { discarded } from "./discarded";
import { openHost } from "./host";
import { imageOf, type PlacementSettings, type ProgramSettings } from "./settings";
import { startOrder } from "./startOrder";
import { placeOf, unread } from "./unread";

/** Image of the reverse proxy where the spec names none. */
const PROXY_IMAGE = "nginx:alpine";

/** Deploys the whole system to one machine of a placement's cloud. */
export async function deployToHost(settings: ProgramSettings, placementSettings: PlacementSettings): Promise<Deployed> {
  const system = systemIn(settings, placementSettings);
  const host = openHost({ settings, placementSettings, system });
  const description = describeHost(settings, system, host.machines);
  const context = contextOf(settings, placementSettings, system);
  const degraded = [
    ...unread(system, placeOf(settings, context)),
    ...crowdedDatabases(system, settings, placementSettings, true),
    ...discarded(settings, placementSettings),
  ];
  const placement = new Placement(placementSettings.name, { context, edges: system.edges, degraded });
  const request = { context, settings, placementSettings, system, placement };
  host.check(request);
  host.deploy(request, description);
  return {
    cloud: context.cloud,
    region: context.region,
    role: context.role,
    urls: urlsOf(description),
  };
}

function describeHost(
  settings: ProgramSettings,
  system: ResolvedSystem,
  machines: readonly MachineType[],
): HostDescription {
  const { domain, alerts, backups, compute } = settings;
  const email = alerts.email?.to[0];
  if (system.routes.length > 0 && domain === undefined && system.domain === undefined) {
    throw new InputError([
      {
        path: "groundplan:domain",
        found: "nothing",
        allowed: "the domain the public uses: a certificate is issued to a name",
        fix: "set groundplan:domain",
      },
    ]);
  }
  const name = domain ?? system.domain;
  return {
    system: retained(system, backups.retentionDays),
    order: startOrder(system),
    images: imagesOf(settings, system),
    ...(name === undefined ? {} : { domain: name }),
    ...(email === undefined ? {} : { email }),
    size: planSize(system, machines),
    ...(compute.hostGeneration === undefined ? {} : { generation: compute.hostGeneration }),
    backupsRun: backups.schedule,
  };
}

/** Backups are kept by their bucket: for as long as the settings say, else the spec. */
function retained(system: ResolvedSystem, setting: number | undefined): ResolvedSystem {
  const stores = Object.entries(system.stores).map(([name, store]) => {
    const kept = Object.values(system.backups).flatMap(({ bucket, retentionDays }) =>
      bucket === name ? [setting ?? retentionDays] : [],
    );
    if (store.kind !== "bucket" || kept.length === 0) {
      return [name, store];
    }
    const days = Math.max(...kept);
    const lifecycle = { ...store.lifecycle, expireDays: setting ?? store.lifecycle.expireDays ?? days };
    return [name, { ...store, lifecycle, ...(store.locked ? { retentionDays: setting ?? store.retentionDays } : {}) }];
  });
  return { ...system, stores: Object.fromEntries(stores) as ResolvedSystem["stores"] };
}

function imagesOf({ images }: ProgramSettings, system: ResolvedSystem): HostImages {
  const services = Object.entries(system.services).map(([name, { image }]) => [
    name,
    imageOf(images, "services", name, image),
  ]);
  const stores = Object.entries(system.stores).flatMap(([name, spec]) => {
    const image = defaultImage(spec);
    return image === undefined ? [] : [[name, imageOf(images, "stores", name, image)]];
  });
  return {
    parts: Object.fromEntries([...services, ...stores]),
    proxy: imageOf(images, "services", "edge-proxy", system.edge.proxy?.image ?? PROXY_IMAGE),
  };
}

function urlsOf({ system, domain }: HostDescription): Deployed["urls"] {
  const hosts = domain === undefined ? [] : system.routes.map((route) => hostName(route.host, domain));
  return Object.fromEntries([...new Set(hosts)].map((host) => [host, pulumi.output(`https://${host}`)]));
}
