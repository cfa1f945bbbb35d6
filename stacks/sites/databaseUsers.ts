import * as pulumi from "@pulumi/pulumi";
import type { Binding, BindingValue, Client, SecretSource } from "../../components/binding";
import type { ClusterContract } from "../../components/cluster/contract";
import type { Context } from "../../components/context";
import { POSTGRES_PORT } from "../../components/data/postgres/contract";
import { passwordVariable, usersScript, userVariable } from "../../components/data/postgres/users";
import { digest } from "../../components/naming";
import { Workload } from "../../components/workload/workload";
import type { StoreOf } from "../../systems/spec";
import { service } from "../../systems/spec/service";

/** A database a cloud runs, as the job needs to know it. */
export interface ManagedDatabase {
  readonly binding: Binding;
  readonly host: pulumi.Output<string>;
  readonly administrator: {
    readonly user: string;
    readonly password: SecretSource;
    readonly versionId?: pulumi.Output<string> | undefined;
  };
  /** The clients' users and their passwords, by service. */
  readonly clientSecrets: ReadonlyMap<string, DatabaseUserSecret>;
}

export interface DatabaseUserSecret {
  source(property: string): SecretSource;
  /** Changes with the value the stack puts in. @default nobody runs the job again for a new password */
  readonly versionId?: pulumi.Output<string> | undefined;
}

export interface DatabaseUsersArgs {
  readonly context: Context;
  readonly store: string;
  readonly spec: StoreOf<"postgres">;
  readonly database: ManagedDatabase;
  readonly clients: readonly Client[];
  readonly cluster: ClusterContract;
  readonly namespace: string;
  /** Extensions besides the spec's. @default none */
  readonly extensions?: readonly string[];
  /** Whether each client has two users, of which its secret names one. @default false */
  readonly alternating?: boolean;
  /** Image with psql. */
  readonly image: string;
}

/** What the job asks for while it runs; its namespace's quota must have room for it. */
export const USERS_RESOURCES = {
  requests: { cpu: "50m", memory: "64Mi", ephemeralStorage: "128Mi" },
  limits: { cpu: "500m", memory: "256Mi", ephemeralStorage: "1Gi" },
} as const;

const SCRIPT = "/bootstrap/users.sql";

/**
 * A job that gives every client its own user before any client starts. It runs in the cluster because the database has
 * no other way in, and it alone ever holds the password of the administrator.
 */
export function makeDatabaseUsers(
  name: string,
  args: DatabaseUsersArgs,
  opts: pulumi.ComponentResourceOptions,
): readonly pulumi.Resource[] {
  const { context, store, spec, database, clients, cluster, namespace } = args;
  const { alternating = false } = args;
  const script = usersScript({
    database: spec.database,
    extensions: [...new Set([...(args.extensions ?? []), ...spec.extensions])],
    users: clients.map((client) => ({ client: client.service, access: client.access })),
    alternating,
  });
  const job = service.parse({
    kind: "job",
    phase: "migration",
    image: args.image,
    command: ["psql"],
    args: ["--no-psqlrc", "--quiet", "--file", SCRIPT],
    resources: USERS_RESOURCES,
    env: { PGSSLMODE: "require", PGCONNECT_TIMEOUT: "10" },
    files: { [SCRIPT]: script },
    retries: 5,
  });
  const passwords = Object.fromEntries(
    [...database.clientSecrets].flatMap(([client, entry]): [string, BindingValue][] => [
      [passwordVariable(client), { kind: "secret", source: entry.source("password") }],
      ...(alternating
        ? [[userVariable(client), { kind: "secret", source: entry.source("user") }] satisfies [string, BindingValue]]
        : []),
    ]),
  );
  const workload = new Workload(
    name,
    {
      context,
      service: `${store}-users`,
      spec: job,
      namespace,
      image: args.image,
      cluster,
      uses: [
        {
          target: store,
          binding: administration(args),
          access: "admin",
          endpoint: "primary",
          ports: [POSTGRES_PORT],
          env: { PGHOST: "host", PGUSER: "user", PGPASSWORD: "password", PGDATABASE: "database" },
        },
      ],
      ingress: [],
      secrets: passwords,
      ...editionOf(database, script),
    },
    opts,
  );
  return workload.ready;
}

/**
 * What the job reads, told apart by what the stack last put in and by what the job does with it: another edition is read
 * anew, and is another job. The secret may hold something else by then, which is what rotation is for. What the stack puts
 * in names the first of a client's users, whom rotation has given another password if its turn has come since: pods that run
 * as that one are refused from the job's run until they are rolled, so their own objects read anew right after it.
 */
function editionOf({ administrator, clientSecrets }: ManagedDatabase, script: string) {
  const versions = [administrator, ...clientSecrets.values()].flatMap(({ versionId }) => versionId ?? []);
  return versions.length === 0
    ? {}
    : { edition: pulumi.all(versions).apply((found) => digest(JSON.stringify([...found, script]), 8)) };
}

function administration({ database, spec }: DatabaseUsersArgs): Binding {
  const { administrator, binding, host } = database;
  return {
    ...binding,
    values: () => ({
      host: { kind: "plain", value: host },
      user: { kind: "plain", value: administrator.user },
      password: { kind: "secret", source: administrator.password },
      database: { kind: "plain", value: spec.database },
    }),
  };
}
