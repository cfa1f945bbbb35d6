import type * as pulumi from "@pulumi/pulumi";
import type { Binding, BindingValue, Client, SecretSource } from "../../components/binding";
import type { ClusterContract } from "../../components/cluster/contract";
import type { Context } from "../../components/context";
import { POSTGRES_PORT } from "../../components/data/postgres/contract";
import { passwordVariable, usersScript } from "../../components/data/postgres/users";
import { Workload } from "../../components/workload/workload";
import type { StoreOf } from "../../systems/spec";
import { service } from "../../systems/spec/service";

/** A database a cloud runs, as the job needs to know it. */
export interface ManagedDatabase {
  readonly binding: Binding;
  readonly host: pulumi.Output<string>;
  readonly administrator: { readonly user: string; readonly password: SecretSource };
  /** The clients' users and their passwords, by service. */
  readonly clientSecrets: ReadonlyMap<string, { source(property: string): SecretSource }>;
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
  const job = service.parse({
    kind: "job",
    phase: "migration",
    image: args.image,
    command: ["psql"],
    args: ["--no-psqlrc", "--quiet", "--file", SCRIPT],
    resources: USERS_RESOURCES,
    env: { PGSSLMODE: "require", PGCONNECT_TIMEOUT: "10" },
    files: {
      [SCRIPT]: usersScript({
        database: spec.database,
        extensions: [...new Set([...(args.extensions ?? []), ...spec.extensions])],
        users: clients.map((client) => ({ client: client.service, access: client.access })),
      }),
    },
    retries: 5,
  });
  const passwords = Object.fromEntries(
    [...database.clientSecrets].map(([client, entry]): [string, BindingValue] => [
      passwordVariable(client),
      { kind: "secret", source: entry.source("password") },
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
    },
    opts,
  );
  return workload.ready;
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
