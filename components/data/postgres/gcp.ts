import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreOf } from "../../../systems/spec";
import type { Binding, BindingValue, Client, EndpointRole, SecretSource } from "../../binding";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { InputError } from "../../errors";
import { GCP_NAMES } from "../../gcp/names";
import { allowEgress } from "../../gcp/network/firewall";
import { logRetentionDays, postgresProblems } from "../../gcp/postgres/constraints";
import { type ClientSecret, makeClientSecrets, makePassword } from "../../gcp/postgres/credentials";
import {
  type InstanceArgs,
  instanceArgs,
  instanceSettings,
  type MainRole,
  makeReplicas,
  replicaSuffix,
} from "../../gcp/postgres/instance";
import { makeSecretEntry, type SecretEntry, type SecretHome } from "../../gcp/secret";
import type { Make } from "../../make";
import { AUTO_NAME_SUFFIX, uniqueName } from "../../naming";
import type { Network } from "../../networking/gcp";
import type { KeysContract } from "../../secrets/keys/contract";
import { clientValues } from "./clientValues";
import { POSTGRES_PORT, type PostgresContract } from "./contract";

export interface PostgresArgs extends ComponentArgs {
  /** Name of the store in the spec. */
  readonly store: string;
  readonly spec: StoreOf<"postgres">;
  readonly network: Network;
  readonly keys: KeysContract;
  readonly secrets: SecretHome;
  /** Account the clients' nodes run under. */
  readonly clientAccount: pulumi.Input<string>;
  readonly clients: readonly Client[];
  /**
   * Resource of its primary: where it was a replica that has been promoted, the one it was as a replica, so that it is
   * promoted in place. @default "primary"
   */
  readonly mainRole?: MainRole;
  /** Whether other placements follow it, or it may once have followed one itself. @default false */
  readonly followed?: boolean;
  readonly transform?: { readonly primary?: Transform<gcp.sql.DatabaseInstanceArgs> };
}

/** Bytes of the random end of a name, which Cloud SQL keeps taken for a week after a deletion. */
const NAME_SUFFIX_BYTES = 4;
/** Keeper of a name that is a replica's alone: the primary it follows. */
const FOLLOWED_KEEPER = "keepers.primary";
const ADMINISTRATOR = "groundplan";
const LEAST_PASSWORD_LENGTH = 20;
const FINAL_BACKUP_DAYS = 30;

/** What an administrator of the database connects with: for the job that makes the clients' users. */
export interface Administrator {
  readonly user: string;
  readonly password: SecretSource;
}

/** Cloud SQL for PostgreSQL: private, TLS only, regional, audited, backed up, with read replicas behind their own URL. */
export class Postgres extends Component implements PostgresContract {
  readonly binding: Binding;
  readonly administrator: Administrator;
  readonly host: pulumi.Output<string>;
  /** Name of the instance, for replicas in other regions. */
  readonly instanceName: pulumi.Output<string>;
  /** Names of the read replicas. */
  readonly replicaNames: readonly pulumi.Output<string>[];
  /** The clients' users and their passwords, by service. */
  readonly clientSecrets: ReadonlyMap<string, ClientSecret>;
  /** Certificate of the authority that signs the server's. */
  readonly authority: pulumi.Output<string>;

  private readonly args: PostgresArgs;
  private readonly makeChild: Make;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:Postgres", name, args, opts);
    this.args = args;
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const problems = postgresProblems(args.store, args.spec);
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    const instanceName = this.makeName();
    const primary = this.makePrimary(instanceName);
    const replicas = makeReplicas(this.makeChild, {
      ...this.instance,
      count: args.spec.readReplicas,
      // A replica that was promoted has the first number itself.
      from: this.promoted ? 2 : 1,
      name: instanceName,
      primary: primary.name,
    });
    // What was promoted has the database already.
    const databases = this.promoted ? [] : [this.makeDatabase(primary)];
    const master = this.makeAdministrator(primary);
    const addresses = [primary, ...replicas].map(({ privateIpAddress }) => pulumi.interpolate`${privateIpAddress}/32`);
    const opened = this.openTo(addresses);

    this.host = primary.privateIpAddress;
    this.instanceName = primary.name;
    this.replicaNames = replicas.map(({ name: replica }) => replica);
    this.administrator = { user: ADMINISTRATOR, password: master.source("password") };
    this.authority = primary.serverCaCerts.apply((certificates) => certificates[0]?.cert ?? "");
    this.clientSecrets = makeClientSecrets(this.makeChild, args.clients, {
      store: args.store,
      database: args.spec.database,
      home: args.secrets,
      host: primary.privateIpAddress,
      replicaHosts: replicas.map((replica) => replica.privateIpAddress),
      authority: this.authority,
    });
    this.binding = this.bind(addresses, [...replicas, ...databases, ...opened, ...master.ready]);
    this.reportReplicas(replicas.length);
    this.finish({ instance: primary.name });
  }

  /** The suffix follows what cannot change in place: a replacement needs a name its predecessor never had. */
  private makeName(): pulumi.Output<string> {
    const { context, args } = this;
    const { promoted } = this;
    const suffix = this.make(
      random.RandomId,
      "suffix",
      {
        byteLength: NAME_SUFFIX_BYTES,
        keepers: {
          region: context.region,
          key: args.keys.arn("data"),
          ...(promoted ? {} : { network: args.network.vpcId }),
        },
      },
      // Promoted, it follows nobody and keeps its name.
      promoted || args.followed ? { ignoreChanges: [FOLLOWED_KEEPER] } : {},
    );
    const parts = [context.system, context.placement, args.store];
    const end = promoted ? replicaSuffix(1) : "";
    return pulumi.interpolate`${uniqueName(GCP_NAMES.sqlInstance, parts, 3 * AUTO_NAME_SUFFIX)}-${suffix.hex}${end}`;
  }

  private get promoted(): boolean {
    return this.args.mainRole === "replica-1";
  }

  private makePrimary(name: pulumi.Output<string>): gcp.sql.DatabaseInstance {
    const { context, args } = this;
    const { spec } = args;
    const { redundancy } = context;
    const retention = Math.max(spec.backupRetentionDays, redundancy.backupRetentionDays);
    return this.make(
      gcp.sql.DatabaseInstance,
      args.mainRole ?? "primary",
      {
        ...instanceArgs(this.instance, name),
        // Said of a replica, it promotes it.
        ...(args.followed ? { instanceType: "CLOUD_SQL_INSTANCE" } : {}),
        settings: {
          ...instanceSettings(this.instance),
          availabilityType: redundancy.multiZone || spec.instances > 1 ? "REGIONAL" : "ZONAL",
          backupConfiguration: {
            enabled: true,
            startTime: spec.backupWindow.slice(0, 5),
            pointInTimeRecoveryEnabled: true,
            transactionLogRetentionDays: logRetentionDays(retention),
            backupRetentionSettings: { retainedBackups: retention, retentionUnit: "COUNT" },
          },
          passwordValidationPolicy: {
            enablePasswordPolicy: true,
            minLength: LEAST_PASSWORD_LENGTH,
            disallowUsernameSubstring: true,
          },
          retainBackupsOnDelete: redundancy.protect,
          finalBackupConfig: { enabled: true, retentionDays: FINAL_BACKUP_DAYS },
        },
      },
      { protect: redundancy.protect, dependsOn: [...args.network.privateServicesReady] },
    );
  }

  private get instance(): InstanceArgs {
    return { ...this.args, context: this.context };
  }

  private makeDatabase(primary: gcp.sql.DatabaseInstance): gcp.sql.Database {
    return this.make(gcp.sql.Database, "database", {
      instance: primary.name,
      name: this.args.spec.database,
      charset: "UTF8",
      collation: "en_US.UTF8",
      // PostgreSQL drops no database that somebody is connected to; this one goes with its instance.
      deletionPolicy: "ABANDON",
    });
  }

  /** Users that Cloud SQL makes may do nearly everything: it makes this one, and a job makes the clients' with SQL. */
  private makeAdministrator(primary: gcp.sql.DatabaseInstance): SecretEntry {
    const { args } = this;
    const password = makePassword(this.makeChild, "administrator-password");
    const user = this.make(gcp.sql.User, "administrator", {
      instance: primary.name,
      name: ADMINISTRATOR,
      type: "BUILT_IN",
      password,
      // PostgreSQL drops no user that owns something; this one goes with its instance.
      deletionPolicy: "ABANDON",
    });
    const entry = makeSecretEntry(this.makeChild, "administrator-secret", {
      home: args.secrets,
      path: `${args.store}/administrator`,
      description: `Administrator of ${args.store}`,
      value: pulumi.jsonStringify({ username: ADMINISTRATOR, password }),
    });
    return { ...entry, ready: [user, ...entry.ready] };
  }

  /** The nodes may reach these addresses and no others of Google's network. */
  private openTo(addresses: readonly pulumi.Output<string>[]): readonly pulumi.Resource[] {
    const { args } = this;
    const services = args.clients.map((client) => client.service).join(", ");
    return services === ""
      ? []
      : [
          allowEgress(this.makeChild, "clients-to", {
            network: args.network.vpcId,
            description: `${services} to ${args.store}`.slice(0, 2_048),
            serviceAccount: args.clientAccount,
            ranges: addresses,
            ports: [POSTGRES_PORT],
          }),
        ];
  }

  private bind(addresses: readonly pulumi.Output<string>[], before: readonly pulumi.Resource[]): Binding {
    return {
      values: (client, endpoint) => this.valuesOf(client, endpoint),
      peers: [{ kind: "cidrs", cidrBlocks: addresses }],
      ports: [POSTGRES_PORT],
      grants: () => [],
      ready: [...before, ...[...this.clientSecrets.values()].flatMap((entry) => entry.ready)],
    };
  }

  private valuesOf(client: string, endpoint: EndpointRole): Readonly<Record<string, BindingValue>> {
    const entry = this.clientSecrets.get(client);
    if (!entry) {
      throw new Error(`${client} is no client of ${this.args.store}`);
    }
    return clientValues(entry, client, this.args.spec.database, endpoint);
  }

  private reportReplicas(count: number): void {
    if (count > 1) {
      this.degrade({
        feature: `one address for the read replicas of ${this.args.store}`,
        reason: "Cloud SQL gives every replica its own; each client is given one of them, in turn",
        remedy: "use a read pool of the Enterprise Plus edition, or put PgBouncer before them",
      });
    }
  }
}
