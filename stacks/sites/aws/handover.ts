import type * as pulumi from "@pulumi/pulumi";
import type { Postgres } from "../../../components/data/postgres/aws";
import type { LoadBalancer } from "../../../components/edge/loadBalancer/aws";
import { planNetwork } from "../../../components/networking/cidr";
import type { AwsNetwork } from "../../../components/networking/existing";
import { storeClients } from "../../clients";
import { contextOf, systemIn } from "../../context";
import { type Handover, handoversOf, type RemotePart } from "../../handover";
import type { PlacementSettings, ProgramSettings } from "../../settings";
import { type Lead, networkRange, type Origin, type SharedDatabase, zonesCovered } from "./shared";

export interface HandoverArgs {
  /** The network others peer with. Undefined: nobody follows this placement. */
  readonly network: AwsNetwork | undefined;
  /** Databases others may follow, by store. */
  readonly databases: ReadonlyMap<string, Postgres>;
  readonly balancer: LoadBalancer | undefined;
  /** Domain names of the buckets the CDN delivers, by store. @default none */
  readonly buckets?: ReadonlyMap<string, pulumi.Output<string>>;
}

/** What other stacks need of a placement: its network and databases to follow it, its load balancer to send requests to. */
export function handoverOf({ network, databases, balancer, buckets }: HandoverArgs): Handover {
  const stores = [...databases];
  const token = balancer?.originToken;
  const passwords = stores.map(([store, { clientSecrets }]): [string, Record<string, pulumi.Output<string>>] => [
    store,
    Object.fromEntries([...clientSecrets].map(([client, { password }]) => [client, password])),
  ]);
  return {
    facts: {
      ...(network
        ? {
            network: {
              vpcId: network.vpcId,
              ...(network.dataRouteTableId ? { dataRouteTableId: network.dataRouteTableId } : {}),
            },
            databases: Object.fromEntries(
              stores.map(([store, { host, source, groupId, secretsKeyArn, clientSecrets }]) => [
                store,
                {
                  ...{ host, source, groupId, secretsKeyArn },
                  secrets: Object.fromEntries([...clientSecrets].map(([client, { arn }]) => [client, arn])),
                },
              ]),
            ),
          }
        : {}),
      ...(buckets ? { buckets: Object.fromEntries(buckets) } : {}),
      ...(balancer ? { balancer: { dnsName: balancer.dnsName, hostedZoneId: balancer.hostedZoneId } } : {}),
    },
    ...(network
      ? { secrets: { passwords: Object.fromEntries(passwords), ...(token ? { originToken: token } : {}) } }
      : {}),
  };
}

/** The lead of another stack, and its databases. Ranges and clients follow from the settings that all the stacks share. */
export function remoteLead(
  settings: ProgramSettings,
  placementSettings: PlacementSettings,
): { readonly lead: Lead; readonly databases: ReadonlyMap<string, SharedDatabase> } {
  const part = handoversOf(settings).of(placementSettings.name);
  const system = systemIn(settings, placementSettings);
  const { cidrBlock, dataCidrBlocks } = planNetwork({
    ...networkRange(placementSettings),
    zones: zonesCovered(placementSettings),
  });
  const network = {
    vpcId: part.fact("network", "vpcId"),
    dataRouteTableId: part.fact("network", "dataRouteTableId"),
    cidrBlock,
    dataCidrBlocks,
  };
  const stores = Object.entries(system.stores).filter(
    ([store, { kind }]) => kind === "postgres" && placementSettings.existing?.databases[store] === undefined,
  );
  const databases = stores.map(([store]): [string, SharedDatabase] => {
    const clients = storeClients({ system, settings, placement: placementSettings }, store, { keda: false });
    const fact = (...path: readonly string[]) => part.fact("databases", store, ...path);
    const known = (client: string) => ({
      password: part.secret("passwords", store, client),
      arn: fact("secrets", client),
    });
    const database = {
      host: fact("host"),
      source: fact("source"),
      groupId: fact("groupId"),
      secretsKeyArn: fact("secretsKeyArn"),
      clientSecrets: new Map(clients.map(({ service }) => [service, known(service)])),
    };
    return [store, { database, ready: [] }];
  });
  return {
    lead: { placementSettings, context: contextOf(settings, placementSettings, system), network },
    databases: new Map(databases),
  };
}

/** The load balancer of another stack's placement. */
export function remoteOrigin(part: RemotePart): Origin {
  return { dnsName: part.fact("balancer", "dnsName"), hostedZoneId: part.fact("balancer", "hostedZoneId") };
}

/** What the load balancers of a system behind a CDN want to see, as the lead's stack tells it. */
export function remoteToken(part: RemotePart): pulumi.Output<string> {
  return part.secret("originToken");
}
