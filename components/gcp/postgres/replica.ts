import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Binding, Client } from "../../binding";
import { Component, type ComponentArgs } from "../../component";
import { clientValues } from "../../data/postgres/clientValues";
import { POSTGRES_PORT, type PostgresContract } from "../../data/postgres/contract";
import type { Postgres } from "../../data/postgres/gcp";
import { InputError, show } from "../../errors";
import type { Make } from "../../make";
import { AUTO_NAME_SUFFIX, uniqueName } from "../../naming";
import { GCP_NAMES } from "../names";
import { allowEgress } from "../network/firewall";
import type { SecretHome } from "../secret";
import { makeClientSecrets } from "./credentials";
import { type InstanceArgs, type MainRole, makeReplicas } from "./instance";

/** A primary as its followers need it: one of this stack, or what another stack tells of its own. */
export interface FollowedDatabase extends Pick<Postgres, "host" | "instanceName" | "authority"> {
  /** Users and their passwords, by service. */
  readonly clientSecrets: ReadonlyMap<string, { readonly password: pulumi.Output<string> }>;
}

export interface PostgresReplicaArgs extends ComponentArgs, Omit<InstanceArgs, "context"> {
  /** Name of the store in the spec. */
  readonly store: string;
  /** The database it follows, in another region of the same network. */
  readonly primary: FollowedDatabase;
  /** Resource of its first instance: the founder's keeps the one it began with. @default "replica-1" */
  readonly mainRole?: MainRole;
  readonly secrets: SecretHome;
  /** Account the clients' nodes run under. */
  readonly clientAccount: pulumi.Input<string>;
  readonly clients: readonly Client[];
}

/**
 * A database as a secondary placement has it: what is read comes from a replica in its own region, what is written goes
 * to the primary's. Promoting the replica is the failover.
 * https://docs.cloud.google.com/sql/docs/postgres/replication/cross-region-replicas
 */
export class PostgresReplica extends Component implements PostgresContract {
  readonly binding: Binding;
  readonly replicaNames: readonly pulumi.Output<string>[];

  constructor(name: string, args: PostgresReplicaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:Postgres", name, args, opts);
    const { context } = this;
    const { primary, store, spec, clients, network } = args;
    requireUsers(args, context.placement);
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const suffix = this.make(random.RandomId, "suffix", {
      byteLength: 4,
      keepers: { region: context.region, key: args.keys.arn("data"), primary: primary.instanceName },
    });
    const parts = [context.system, context.placement, store];
    const replicas = makeReplicas(make, {
      ...args,
      count: Math.max(1, spec.readReplicas),
      from: args.mainRole === "primary" ? 0 : 1,
      name: pulumi.interpolate`${uniqueName(GCP_NAMES.sqlInstance, parts, 3 * AUTO_NAME_SUFFIX)}-${suffix.hex}`,
      primary: primary.instanceName,
    });
    const replicaHosts = replicas.map((replica) => replica.privateIpAddress);
    this.replicaNames = replicas.map((replica) => replica.name);
    const addresses = [primary.host, ...replicaHosts].map((host) => pulumi.interpolate`${host}/32`);
    const opened =
      clients.length === 0
        ? []
        : [
            allowEgress(make, "clients-to", {
              network: network.vpcId,
              description: `${clients.map(({ service }) => service).join(", ")} to ${store}`.slice(0, 2_048),
              serviceAccount: args.clientAccount,
              ranges: addresses,
              ports: [POSTGRES_PORT],
            }),
          ];
    const entries = makeClientSecrets(make, clients, {
      store,
      database: spec.database,
      home: args.secrets,
      host: primary.host,
      replicaHosts,
      authority: primary.authority,
      passwords: new Map([...primary.clientSecrets].map(([client, { password }]) => [client, password] as const)),
    });
    this.binding = {
      values: (client, endpoint) => {
        const entry = entries.get(client);
        if (!entry) {
          throw new Error(`${client} is no client of ${store}`);
        }
        return clientValues(entry, client, spec.database, endpoint);
      },
      peers: [{ kind: "cidrs", cidrBlocks: addresses }],
      ports: [POSTGRES_PORT],
      grants: () => [],
      ready: [...replicas, ...opened, ...[...entries.values()].flatMap((entry) => entry.ready)],
    };
    this.degrade({
      feature: `failover of ${store} to ${context.placement} by itself`,
      reason: "a replica in another region is promoted by a person, who decides that the primary's region is lost",
      remedy:
        "promote the replica, then make the placement the primary; or use the Enterprise Plus edition's switchover",
    });
    this.finish({ replicas: replicas.map((replica) => replica.name) });
  }
}

/** Users are made in the primary, so a service must run there too. */
function requireUsers({ clients, primary, store }: PostgresReplicaArgs, placement: string): void {
  const strangers = clients.filter(({ service }) => !primary.clientSecrets.has(service));
  if (strangers.length > 0) {
    throw new InputError(
      strangers.map(({ service }) => ({
        path: `placements.${placement}.services.${service}.uses`,
        found: show(store),
        allowed: `a database that ${service} uses in the primary placement too, where its user is made`,
        fix: "let the service use the database in every placement",
      })),
    );
  }
}
