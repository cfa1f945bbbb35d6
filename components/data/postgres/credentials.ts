import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { fillSecret, makeSecret, type SecretEntry } from "../../aws/secret";
import type { Client } from "../../binding";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { digest } from "../../naming";
import { databaseUser, POSTGRES_PORT } from "./contract";

export interface CredentialsArgs {
  readonly context: Context;
  readonly store: string;
  readonly database: string;
  readonly keyArn: pulumi.Input<string>;
  /** Where clients connect to: the database, or what stands before it and must know their secrets. */
  readonly host: (secretArns: readonly pulumi.Output<string>[]) => pulumi.Output<string>;
  /** Addresses of the replicas, in the order of their numbers; each client has one. */
  readonly replicaHosts: readonly pulumi.Output<string>[];
  /** Passwords of users that another placement has made, by service. @default new ones */
  readonly passwords?: ReadonlyMap<string, pulumi.Output<string>>;
  /** Whether Secrets Manager gives the users new passwords. @default false */
  readonly rotates?: boolean;
}

/** What one client connects with. */
export interface ClientSecret extends SecretEntry {
  readonly password: pulumi.Output<string>;
}

/** A password without characters a URL would have to escape; 40 letters and digits are 238 bits. */
export function makePassword(
  make: Make,
  role: string,
  keepers?: Readonly<Record<string, pulumi.Input<string>>>,
): pulumi.Output<string> {
  return make(random.RandomPassword, role, { length: 40, special: false, ...(keepers ? { keepers } : {}) }).result;
}

/** Role of the child that holds a client's secret. */
export function secretRole(service: string): string {
  return `${service}-secret`;
}

/** The secrets of all clients of a database, by service: a user each, so that one's leak neither opens nor locks out another. */
export function makeClientSecrets(
  make: Make,
  clients: readonly Client[],
  args: CredentialsArgs,
): ReadonlyMap<string, ClientSecret> {
  const secrets = clients.map(({ service }) =>
    makeSecret(make, secretRole(service), {
      context: args.context,
      path: `${args.store}/${service}`,
      description: `Connection of ${service} to ${args.store}`,
      keyArn: args.keyArn,
    }),
  );
  const host = args.host(secrets.map(({ arn }) => arn));
  return new Map(
    secrets.map((secret, index) => {
      const service = clients[index]?.service ?? "";
      const user = databaseUser(service);
      const password = args.passwords?.get(service) ?? makePassword(make, `${service}-password`);
      const replica = args.replicaHosts[replicaOf(service, args.replicaHosts.length)] ?? host;
      const value = pulumi.jsonStringify({
        url: databaseUrl(user, password, host, args.database),
        "replica-url": databaseUrl(user, password, replica, args.database),
        host,
        "replica-host": replica,
        port: String(POSTGRES_PORT),
        user,
        // What RDS Proxy and rotation call it.
        username: user,
        password,
        database: args.database,
      });
      const filled = fillSecret(make, secretRole(service), secret, value, { rotates: args.rotates ?? false });
      return [service, { ...filled, password }] as const;
    }),
  );
}

/**
 * Which of so many replicas a client reads from. Its own name alone decides, and one replica more only draws to itself: of a
 * secret that is written anew, rotation's passwords are lost.
 */
export function replicaOf(service: string, replicas: number): number {
  const weights = Array.from({ length: replicas }, (_, index) => digest(`${service}/${index}`));
  return weights.reduce((best, weight, index) => (weight > (weights[best] ?? "") ? index : best), 0);
}

/** The server refuses plain connections; the URL says so, for drivers that would try one first. */
export function databaseUrl(
  user: string,
  password: pulumi.Input<string>,
  host: pulumi.Input<string>,
  database: string,
): pulumi.Output<string> {
  return pulumi.interpolate`postgresql://${user}:${password}@${host}:${POSTGRES_PORT}/${database}?sslmode=require`;
}
