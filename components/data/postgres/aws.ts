import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreOf } from "../../../systems/spec";
import { fillSecret, makeSecret, type SecretEntry } from "../../aws/secret";
import type { Binding, BindingValue, Client, EndpointRole, SecretSource } from "../../binding";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { InputError } from "../../errors";
import type { Make } from "../../make";
import { AUTO_NAME_SUFFIX, NAME_RULES, physicalName } from "../../naming";
import type { NetworkContract } from "../../networking/contract";
import type { KeysContract } from "../../secrets/keys/contract";
import { daysOf, NO_ROTATION, type RotationChoice, unmetOf } from "../../secrets/rotation/choice";
import type { Rotation } from "../../secrets/rotation/work";
import { clientValues } from "./clientValues";
import { allocatedGiB, masterPassword, maxStorageGiB, postgresProblems } from "./constraints";
import { POSTGRES_PORT, type PostgresContract } from "./contract";
import { type ClientSecret, makeClientSecrets, makePassword } from "./credentials";
import { type InstanceArgs, instanceArgs, makeLogs } from "./instance";
import { type DatabaseProxy, makeProxy } from "./proxy";
import { makeDatabaseRotation } from "./rotation";
import { makeSurroundings, type Surroundings } from "./surroundings";

export interface PostgresArgs extends ComponentArgs {
  /** Name of the store in the spec. */
  readonly store: string;
  readonly spec: StoreOf<"postgres">;
  readonly network: NetworkContract;
  readonly keys: KeysContract;
  /** Group whose members may connect. */
  readonly clientGroupId: pulumi.Input<string>;
  readonly clients: readonly Client[];
  /** Whether databases in other regions follow it. @default false */
  readonly followed?: boolean;
  /** Whether its major version may rise, at once rather than in the next maintenance window. @default false */
  readonly upgraded?: boolean;
  /** Whether RDS Proxy stands before it, so that clients share its connections. @default false */
  readonly pooled?: boolean;
  /** Whether and how often passwords are replaced. @default nobody asks for it */
  readonly rotation?: RotationChoice;
  readonly transform?: {
    readonly primary?: Transform<aws.rds.InstanceArgs>;
    readonly parameters?: Transform<aws.rds.ParameterGroupArgs>;
  };
}

const MASTER_USER = "groundplan";
const MASTER_SECRET = "master-secret";
const IDENTIFIER_SUFFIX_BYTES = 4;

/** What an administrator of the database connects with: for the job that makes the clients' users. */
export interface Administrator {
  readonly user: string;
  readonly password: SecretSource;
  readonly secretArn: pulumi.Output<string>;
  /** Changes when the stack puts another password in. Undefined: RDS does. */
  readonly versionId: pulumi.Output<string> | undefined;
}

/** The administrator's password, and the entry it is put in. */
interface Master {
  readonly secret: aws.secretsmanager.Secret;
  readonly password: pulumi.Output<string>;
}

/** RDS for PostgreSQL: encrypted, private, TLS only, monitored, backed up, with read replicas behind their own URL. */
export class Postgres extends Component implements PostgresContract {
  readonly binding: Binding;
  readonly administrator: Administrator;
  readonly host: pulumi.Output<string>;
  readonly identifier: pulumi.Output<string>;
  /** Identifiers of the read replicas. */
  readonly replicaIdentifiers: readonly pulumi.Output<string>[];
  /** The clients' users and their passwords, by service. */
  readonly clientSecrets: ReadonlyMap<string, ClientSecret>;
  /** What a replica in another region names, and waits for. */
  readonly source: pulumi.Output<string>;
  /** Group around the instances: whoever else may connect gets a rule of it. */
  readonly groupId: pulumi.Output<string>;
  /** Key its secrets are encrypted with. */
  readonly secretsKeyArn: pulumi.Output<string>;

  /** Name of the RDS Proxy before it. Undefined: clients connect by themselves. */
  readonly proxyName: pulumi.Output<string> | undefined;

  private readonly primary: aws.rds.Instance;
  private readonly master: SecretEntry | undefined;
  private readonly args: PostgresArgs;
  private readonly makeChild: Make;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:Postgres", name, args, opts);
    this.args = args;
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const problems = postgresProblems(args.store, args.spec, {
      password: masterPassword(args.spec, args),
      followed: args.followed ?? false,
      pooledClients: args.pooled ? args.clients.length : 0,
    });
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    const identifier = this.makeIdentifier();
    const shared = makeSurroundings(this.makeChild, { ...args, parent: this });
    const master = this.makeMaster(identifier);
    const primary = this.makePrimary(identifier, shared, master);
    this.master = master && this.fillMaster(master, primary);
    this.primary = primary;
    const replicas = this.makeReplicas(identifier, primary, shared);

    this.host = primary.address;
    this.identifier = primary.identifier;
    this.replicaIdentifiers = replicas.map((replica) => replica.identifier);
    this.source = primary.arn;
    this.groupId = shared.group.id;
    this.secretsKeyArn = args.keys.arn("secrets");
    this.administrator = this.administratorOf(primary);
    let proxy: DatabaseProxy | undefined;
    this.clientSecrets = makeClientSecrets(this.makeChild, args.clients, {
      context: this.context,
      store: args.store,
      database: args.spec.database,
      keyArn: args.keys.arn("secrets"),
      host: (secretArns) => {
        proxy = this.makeProxy(identifier, shared, secretArns);
        return proxy?.endpoint ?? primary.address;
      },
      replicaHosts: replicas.map((replica) => replica.address),
      rotates: this.rotatesClients,
    });
    this.proxyName = proxy?.name;
    const versions = [...this.clientSecrets.values()].map(({ version }) => version);
    this.binding = this.bind([primary, ...replicas, ...(proxy?.attach(primary, versions) ?? [])]);
    this.reportReplicas(replicas.length);
    this.reportRotation();
    this.finish({ identifier: primary.identifier });
  }

  /**
   * The instance's name is ours, because its log group must stand before it. The suffix follows what cannot change in
   * place: a replacement gets a new name, and so do its log group and its final snapshot.
   */
  private makeIdentifier(): pulumi.Output<string> {
    const { context, args } = this;
    const suffix = this.make(random.RandomId, "suffix", primarySuffix(args));
    const prefix = physicalName(
      NAME_RULES.awsDatabase,
      [context.system, context.placement, args.store],
      3 * AUTO_NAME_SUFFIX,
    );
    return pulumi.interpolate`${prefix}-${suffix.hex}`;
  }

  private get instance(): InstanceArgs {
    return { ...this.args, context: this.context };
  }

  /**
   * A password for each instance, and for each secret that holds it: what rotation has replaced is known to the secret alone,
   * so that whatever has that written anew comes with a password which the instance is given as well.
   */
  private makeMaster(identifier: pulumi.Output<string>): Master | undefined {
    const { context, args } = this;
    if (masterPassword(args.spec, args) === "managed") {
      return undefined;
    }
    const secret = makeSecret(this.makeChild, MASTER_SECRET, {
      context,
      path: `${args.store}/master`,
      description: `Master user of ${args.store}`,
      keyArn: args.keys.arn("secrets"),
    });
    const keepers = { instance: identifier, secret: secret.arn };
    return { secret, password: makePassword(this.makeChild, "master-password", keepers) };
  }

  /** Once there is the instance it opens, by whose name another one has it written anew. */
  private fillMaster({ secret, password }: Master, { identifier }: aws.rds.Instance): SecretEntry {
    const value = pulumi.jsonStringify({ username: MASTER_USER, password, dbInstanceIdentifier: identifier });
    return fillSecret(this.makeChild, MASTER_SECRET, secret, value, {
      rotates: daysOf(this.args.rotation) !== undefined,
    });
  }

  private makePrimary(
    identifier: pulumi.Output<string>,
    shared: Surroundings,
    master: Master | undefined,
  ): aws.rds.Instance {
    const { context, args } = this;
    const { spec, keys } = args;
    const { redundancy } = context;
    const logs = makeLogs(this.makeChild, "logs", identifier, this.instance);
    return this.make(
      aws.rds.Instance,
      "primary",
      {
        ...instanceArgs(this.instance, shared),
        identifier,
        engine: "postgres",
        engineVersion: spec.version,
        ...(args.upgraded ? { allowMajorVersionUpgrade: true } : {}),
        dbName: spec.database,
        username: MASTER_USER,
        ...(master
          ? { password: master.password }
          : { manageMasterUserPassword: true, masterUserSecretKmsKeyId: keys.arn("secrets") }),
        allocatedStorage: allocatedGiB(spec.storage),
        maxAllocatedStorage: maxStorageGiB(spec.storage),
        storageType: "gp3",
        kmsKeyId: keys.arn("data"),
        dbSubnetGroupName: shared.subnetGroup.name,
        multiAz: redundancy.multiZone || spec.instances > 1,
        backupRetentionPeriod: Math.max(spec.backupRetentionDays, redundancy.backupRetentionDays),
        backupWindow: spec.backupWindow,
        deleteAutomatedBackups: !redundancy.keep,
        // One whose key goes with the stack would open to nobody.
        skipFinalSnapshot: !redundancy.keep,
        ...(redundancy.keep ? { finalSnapshotIdentifier: pulumi.interpolate`${identifier}-final` } : {}),
      },
      { protect: redundancy.protect, dependsOn: [...logs, shared.monitoring.policy] },
    );
  }

  private makeReplicas(
    identifier: pulumi.Output<string>,
    primary: aws.rds.Instance,
    shared: Surroundings,
  ): readonly aws.rds.Instance[] {
    const { context, args } = this;
    return Array.from({ length: args.spec.readReplicas }, (_, index) => {
      const number = index + 1;
      const name = pulumi.interpolate`${identifier}-r${number}`;
      const logs = makeLogs(this.makeChild, `replica-${number}-logs`, name, this.instance);
      return this.make(
        aws.rds.Instance,
        `replica-${number}`,
        {
          ...instanceArgs(this.instance, shared),
          identifier: name,
          replicateSourceDb: primary.identifier,
          storageType: "gp3",
          maxAllocatedStorage: maxStorageGiB(args.spec.storage),
          multiAz: false,
          // RDS takes no final snapshot of a replica; the primary's holds everything.
          skipFinalSnapshot: true,
        },
        { protect: context.redundancy.protect, dependsOn: [...logs, shared.monitoring.policy] },
      );
    });
  }

  /** The administrator and the clients of the replicas pass it by: RDS Proxy leads to the primary, with users it knows. */
  private makeProxy(
    identifier: pulumi.Output<string>,
    shared: Surroundings,
    secretArns: readonly pulumi.Output<string>[],
  ): DatabaseProxy | undefined {
    const { context, args } = this;
    if (!args.pooled || secretArns.length === 0) {
      return undefined;
    }
    return makeProxy(this.makeChild, {
      ...args,
      context,
      identifier,
      databaseGroupId: shared.group.id,
      secretArns,
    });
  }

  private administratorOf(primary: aws.rds.Instance): Administrator {
    const { master } = this;
    const managed = primary.masterUserSecrets.apply((secrets) => secrets[0]?.secretArn ?? "");
    const secretArn = master?.arn ?? managed;
    return {
      user: MASTER_USER,
      secretArn,
      password: { from: "store", key: secretArn, property: "password" },
      versionId: master?.versionId,
    };
  }

  /** Has Secrets Manager replace the passwords, once the clients' users are there. */
  rotate(users: readonly pulumi.Resource[]): Rotation {
    const { args, context, master, primary, clientSecrets } = this;
    const days = daysOf(args.rotation);
    return days === undefined
      ? NO_ROTATION
      : makeDatabaseRotation(this.makeChild, {
          ...args,
          ...{ context, days, users, primary, groupId: this.groupId, parent: this },
          administratorArn: this.administrator.secretArn,
          clientSecrets: this.rotatesClients ? clientSecrets : new Map(),
          ...(master ? { master: { role: MASTER_SECRET, ...master } } : {}),
        });
  }

  /** RDS Proxy knows one user per secret, and would refuse the other. */
  private get rotatesClients(): boolean {
    return daysOf(this.args.rotation) !== undefined && !this.args.pooled;
  }

  private reportRotation(): void {
    const { clients, pooled, rotation, store } = this.args;
    const unmet = unmetOf(rotation);
    if (unmet && (this.master || clients.length > 0)) {
      this.degrade({ feature: `rotation of the passwords of ${store}`, ...unmet });
    } else if (rotation && pooled && clients.length > 0) {
      this.degrade({
        feature: `rotation of the passwords of ${store}'s clients`,
        reason: "RDS Proxy knows the one user each secret names, and rotation takes turns between two",
        remedy: `remove ${store} from groundplan:compute.pooledDatabases; or replace a client's password resource, which the users' job sets`,
      });
    }
  }

  private bind(made: readonly pulumi.Resource[]): Binding {
    const { args, clientSecrets } = this;
    return {
      values: (client, endpoint) => this.valuesOf(client, endpoint),
      // The data subnets: a policy in the cluster knows addresses, not security groups.
      peers: [{ kind: "cidrs", cidrBlocks: args.network.dataCidrBlocks }],
      ports: [POSTGRES_PORT],
      grants: () => [],
      ready: [...made, ...[...clientSecrets.values()].map((entry) => entry.version)],
    };
  }

  private valuesOf(client: string, endpoint: EndpointRole): Readonly<Record<string, BindingValue>> {
    const entry = this.clientSecrets.get(client);
    if (!entry) {
      throw new Error(`${client} is no client of ${this.args.store}`);
    }
    return clientValues(entry, client, this.args.spec.database, endpoint, { alternating: true });
  }

  private reportReplicas(count: number): void {
    if (count > 1) {
      this.degrade({
        feature: `one address for the read replicas of ${this.args.store}`,
        reason: "RDS gives every replica its own; each client is given one of them, by its own name",
        remedy: "use Aurora, or put RDS Proxy or a weighted DNS record before them",
      });
    }
  }
}

/** What the suffix of an instance's identifier follows. */
export function primarySuffix({ spec, keys }: Pick<PostgresArgs, "spec" | "keys">): random.RandomIdArgs {
  return {
    byteLength: IDENTIFIER_SUFFIX_BYTES,
    keepers: { database: spec.database, user: MASTER_USER, key: keys.arn("data") },
  };
}
