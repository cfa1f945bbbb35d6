import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Client } from "../../binding";
import { databaseUser, POSTGRES_PORT } from "../../data/postgres/contract";
import type { Make } from "../../make";
import { makeSecretEntry, type SecretEntry, type SecretHome } from "../secret";

export interface CredentialsArgs {
  readonly store: string;
  readonly database: string;
  readonly home: SecretHome;
  readonly host: pulumi.Output<string>;
  /** Addresses of the replicas; clients take turns. */
  readonly replicaHosts: readonly pulumi.Output<string>[];
  /** Passwords of users that another placement has made, by service. @default new ones */
  readonly passwords?: ReadonlyMap<string, pulumi.Output<string>>;
  /** Certificate of the authority that signs the server's. */
  readonly authority: pulumi.Output<string>;
}

/** A password without characters a URL would have to escape; 40 letters and digits are 238 bits. */
export function makePassword(make: Make, role: string): pulumi.Output<string> {
  return make(random.RandomPassword, role, { length: 40, special: false }).result;
}

/** What one client connects with. */
export interface ClientSecret extends SecretEntry {
  readonly password: pulumi.Output<string>;
}

/** The secret of one client: its own user, so that one service's leak neither opens nor locks out another. */
export function makeClientSecret(make: Make, client: Client, index: number, args: CredentialsArgs): ClientSecret {
  const user = databaseUser(client.service);
  const password = args.passwords?.get(client.service) ?? makePassword(make, `${client.service}-password`);
  const replica = args.replicaHosts[index % Math.max(args.replicaHosts.length, 1)] ?? args.host;
  const entry = makeSecretEntry(make, `${client.service}-secret`, {
    home: args.home,
    path: `${args.store}/${client.service}`,
    description: `Connection of ${client.service} to ${args.store}`,
    value: pulumi.jsonStringify({
      url: databaseUrl(user, password, args.host, args.database),
      "replica-url": databaseUrl(user, password, replica, args.database),
      host: args.host,
      "replica-host": replica,
      port: String(POSTGRES_PORT),
      user,
      password,
      database: args.database,
      ca: args.authority,
    }),
  });
  return { ...entry, password };
}

/** The secrets of all clients of a database, by service. */
export function makeClientSecrets(
  make: Make,
  clients: readonly Client[],
  args: CredentialsArgs,
): ReadonlyMap<string, ClientSecret> {
  return new Map(
    clients.map((client, index) => [client.service, makeClientSecret(make, client, index, args)] as const),
  );
}

/** The server refuses plain connections; the URL says so, for drivers that would try one first. */
function databaseUrl(
  user: string,
  password: pulumi.Input<string>,
  host: pulumi.Input<string>,
  database: string,
): pulumi.Output<string> {
  return pulumi.interpolate`postgresql://${user}:${password}@${host}:${POSTGRES_PORT}/${database}?sslmode=require`;
}
