import type * as pulumi from "@pulumi/pulumi";
import type { Binding } from "../../../components/binding";
import type { Postgres } from "../../../components/data/postgres/gcp";
import type { LoadBalancerRoute } from "../../../components/edge/loadBalancer/contract";
import { planTargets } from "../../../components/edge/loadBalancer/routes";
import type { EndpointGroups, Endpoints } from "../../../components/gcp/edge/endpoints";
import { planRanges } from "../../../components/gcp/network/ranges";
import type { Network } from "../../../components/networking/gcp";
import { bucketBinding } from "../../../components/storage/bucket/gcp";
import { storeClients } from "../../clients";
import { contextOf, systemIn } from "../../context";
import { type Handover, handoversOf } from "../../handover";
import type { PlacementSettings, ProgramSettings } from "../../settings";
import { type Lead, rangeOf, type SharedDatabase, zonesOf } from "./shared";

export interface HandoverArgs {
  /** The network others join. Undefined: this placement joins another's. */
  readonly network: Network | undefined;
  /** Databases others may follow, by store. Undefined: this placement follows another's. */
  readonly databases: ReadonlyMap<string, Postgres> | undefined;
  /** Names of the buckets others use, by store. */
  readonly buckets: ReadonlyMap<string, pulumi.Output<string>>;
  readonly endpoints: Endpoints | undefined;
}

/** What other stacks need of a placement: its network, databases and buckets to share them, its pods to send requests to. */
export function handoverOf({ network, databases, buckets, endpoints }: HandoverArgs): Handover {
  const stores = [...(databases ?? [])];
  const passwords = stores.map(([store, { clientSecrets }]): [string, Record<string, pulumi.Output<string>>] => [
    store,
    Object.fromEntries([...clientSecrets].map(([client, { password }]) => [client, password])),
  ]);
  const targets = [...(endpoints?.targets ?? [])].map(([target, { groups }]): [string, unknown] => [
    target,
    Object.fromEntries(groups.map((group, index) => [String(index), group])),
  ]);
  return {
    facts: {
      ...(network ? { network: { vpcId: network.vpcId, servicesRange: network.privateServices.rangeName } } : {}),
      ...(databases
        ? {
            databases: Object.fromEntries(
              stores.map(([store, { host, instanceName }]) => [store, { host, instanceName }]),
            ),
          }
        : {}),
      ...(network ? { buckets: Object.fromEntries(buckets) } : {}),
      endpoints: Object.fromEntries(targets),
    },
    ...(passwords.length === 0
      ? {}
      : {
          secrets: {
            passwords: Object.fromEntries(passwords),
            // A certificate is no secret, but the provider says it is: beside facts it would make them all secret.
            authorities: Object.fromEntries(stores.map(([store, { authority }]) => [store, authority])),
          },
        }),
  };
}

export interface RemoteFounder {
  readonly lead: Lead;
  readonly buckets: ReadonlyMap<string, Binding>;
}

/**
 * The founder where another stack deploys it, or this one later. Ranges follow from the settings that all the stacks
 * share, and the APIs of the project are on: a founder is deployed first, and another placement promoted long after.
 */
export function toldFounder(settings: ProgramSettings, placementSettings: PlacementSettings): RemoteFounder {
  const part = handoversOf(settings).ofAny(placementSettings.name);
  const system = systemIn(settings, placementSettings);
  const context = contextOf(settings, placementSettings, system);
  const ranges = planRanges(rangeOf(settings, placementSettings, system));
  const network = {
    vpcId: part.fact("network", "vpcId"),
    // Switched on by the stack that made the network.
    services: new Map(),
    privateServices: {
      rangeName: part.fact("network", "servicesRange"),
      cidrBlock: ranges.privateServices,
      ready: [],
    },
    runnerCidrBlocks: [ranges.cidrBlock],
  };
  const buckets = Object.entries(system.stores).flatMap(([store, { kind }]): [string, Binding][] =>
    kind === "bucket"
      ? [[store, bucketBinding({ store, name: part.fact("buckets", store), region: context.region, ready: [] })]]
      : [],
  );
  return { lead: { placementSettings, context, network }, buckets: new Map(buckets) };
}

/** Databases of the primary placement of another stack. Clients follow from the settings that all the stacks share. */
export function remoteDatabases(
  settings: ProgramSettings,
  placementSettings: PlacementSettings,
): ReadonlyMap<string, SharedDatabase> {
  const part = handoversOf(settings).of(placementSettings.name);
  const system = systemIn(settings, placementSettings);
  const databases = Object.entries(system.stores).flatMap(([store, { kind }]): [string, SharedDatabase][] => {
    if (kind !== "postgres" || placementSettings.existing?.databases[store] !== undefined) {
      return [];
    }
    const clients = storeClients({ system, settings, placement: placementSettings }, store, { keda: false });
    const fact = (name: string) => part.fact("databases", store, name);
    const database = {
      host: fact("host"),
      instanceName: fact("instanceName"),
      authority: part.secret("authorities", store),
      clientSecrets: new Map(
        clients.map(({ service }) => [service, { password: part.secret("passwords", store, service) }]),
      ),
    };
    return [[store, { database, ready: [] }]];
  });
  return new Map(databases);
}

/** Pods of a placement of another stack. */
export function remoteEndpoints(
  settings: ProgramSettings,
  placementSettings: PlacementSettings,
  routes: readonly LoadBalancerRoute[],
): Pick<Endpoints, "targets"> {
  const part = handoversOf(settings).of(placementSettings.name);
  const zones = zonesOf(contextOf(settings, placementSettings, systemIn(settings, placementSettings)));
  return {
    targets: new Map(
      planTargets(routes).map(({ key }): [string, EndpointGroups] => [
        key,
        {
          groups: Array.from({ length: zones }, (_, index) => part.fact("endpoints", key, String(index))),
          ready: [],
        },
      ]),
    ),
  };
}
