import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Binding } from "../../binding";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { InputError, show } from "../../errors";
import type { Make } from "../../make";
import { AUTO_NAME_SUFFIX, NAME_RULES, physicalName } from "../../naming";
import type { Peering } from "../../networking/peering";
import { makeRotation } from "../../secrets/rotation/aws";
import { COPY_DAYS, daysOf, NO_ROTATION, unmetOf } from "../../secrets/rotation/choice";
import type { Rotation } from "../../secrets/rotation/work";
import { type Postgres, type PostgresArgs, primarySuffix } from "./aws";
import { clientValues } from "./clientValues";
import { maxStorageGiB, postgresProblems } from "./constraints";
import { POSTGRES_PORT, type PostgresContract } from "./contract";
import { type ClientSecret, makeClientSecrets, secretRole } from "./credentials";
import { type InstanceArgs, instanceArgs, makeLogs } from "./instance";
import { makeSurroundings, type Surroundings } from "./surroundings";

/** A primary as its followers need it: one of this stack, or what another stack tells of its own. */
export interface FollowedDatabase extends Pick<Postgres, "host" | "source" | "groupId" | "secretsKeyArn"> {
  /** Users and their first passwords, and the secrets that hold the current ones, by service. */
  readonly clientSecrets: ReadonlyMap<string, Pick<ClientSecret, "password" | "arn">>;
}

export interface PostgresFollowerArgs extends ComponentArgs, Omit<PostgresArgs, "followed" | "transform"> {
  /** The database it follows, in another region. */
  readonly primary: FollowedDatabase;
  /** Data subnets of the primary, which the peering leads to. */
  readonly primaryCidrBlocks: readonly pulumi.Input<string>[];
  readonly peering: Peering;
  readonly transform?: { readonly primary?: Transform<aws.rds.InstanceArgs> };
}

/**
 * A database as a secondary placement has it: what is read comes from a replica in its own region, under its own key;
 * what is written goes to the primary's, over the peering. Promoting the replica is the failover.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.XRgn.html
 */
export class PostgresFollower extends Component implements PostgresContract {
  readonly binding: Binding;
  /** Identifiers of the replicas, the one that may take over first. */
  readonly replicaIdentifiers: readonly pulumi.Output<string>[];
  readonly rotation: Rotation;

  private readonly args: PostgresFollowerArgs;
  private readonly makeChild: Make;

  constructor(name: string, args: PostgresFollowerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:Postgres", name, args, opts);
    this.args = args;
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    this.check();
    const shared = makeSurroundings(this.makeChild, { ...args, parent: this });
    const replicas = this.makeReplicas(this.makeIdentifier(), shared);
    this.replicaIdentifiers = replicas.map((replica) => replica.identifier);
    const opened = this.openPrimary();
    const secrets = makeClientSecrets(this.makeChild, args.clients, {
      context: this.context,
      store: args.store,
      database: args.spec.database,
      keyArn: args.keys.arn("secrets"),
      host: () => args.primary.host,
      replicaHosts: replicas.map((replica) => replica.address),
      passwords: new Map([...args.primary.clientSecrets].map(([client, { password }]) => [client, password] as const)),
      rotates: daysOf(args.rotation) !== undefined && !args.pooled,
    });
    this.rotation = this.follow(secrets);
    this.binding = this.bind(secrets, [...replicas, ...opened, ...this.rotation.ready]);
    this.report();
    this.finish({ replicas: replicas.map((replica) => replica.identifier) });
  }

  /** What RDS would refuse, and users nobody makes: they are made in the primary, so a service must use it there too. */
  private check(): void {
    const { clients, primary, store, spec } = this.args;
    const strangers = clients.filter(({ service }) => !primary.clientSecrets.has(service));
    const problems = [
      ...postgresProblems(store, spec),
      ...strangers.map(({ service }) => ({
        path: `placements.${this.context.placement}.services.${service}.uses`,
        found: show(store),
        allowed: `a database that ${service} uses in the primary placement too, where its user is made`,
        fix: "let the service use the database in every placement",
      })),
    ];
    if (problems.length > 0) {
      throw new InputError(problems);
    }
  }

  /** The suffix a primary of this name would have: promoted, the replica keeps it. */
  private makeIdentifier(): pulumi.Output<string> {
    const { context, args } = this;
    const suffix = this.make(random.RandomId, "suffix", primarySuffix(args));
    const parts = [context.system, context.placement, args.store];
    return pulumi.interpolate`${physicalName(NAME_RULES.awsDatabase, parts, 3 * AUTO_NAME_SUFFIX)}-${suffix.hex}`;
  }

  /**
   * The one that may take over, and those that read from it: promoted, it stays their source, as RDS can give a replica
   * no other one.
   */
  private makeReplicas(identifier: pulumi.Output<string>, shared: Surroundings): readonly aws.rds.Instance[] {
    const first = this.makeFirst(identifier, shared);
    const others = Array.from({ length: Math.max(1, this.args.spec.readReplicas) - 1 }, (_, index) =>
      this.makeReplica(
        `replica-${index + 1}`,
        `replica-${index + 1}-logs`,
        pulumi.interpolate`${identifier}-r${index + 1}`,
        { replicateSourceDb: first.identifier, multiAz: false },
        shared,
      ),
    );
    return [first, ...others];
  }

  /**
   * Named as a primary is, so that a change of roles promotes it in place, which taking `replicateSourceDb` away does; any
   * other name would delete it and make an empty primary.
   */
  private makeFirst(identifier: pulumi.Output<string>, shared: Surroundings): aws.rds.Instance {
    const { args, context } = this;
    const { spec } = args;
    const { redundancy } = context;
    return this.makeReplica(
      "primary",
      "logs",
      identifier,
      {
        // Across regions the source is named by its ARN, and neither key nor subnets are inherited.
        replicateSourceDb: args.primary.source,
        kmsKeyId: args.keys.arn("data"),
        dbSubnetGroupName: shared.subnetGroup.name,
        // What may have to take over stands as the primary does: in two zones, with backups from the first day.
        multiAz: redundancy.multiZone || spec.instances > 1,
        backupRetentionPeriod: Math.max(spec.backupRetentionDays, redundancy.backupRetentionDays),
        backupWindow: spec.backupWindow,
      },
      shared,
    );
  }

  private makeReplica(
    role: string,
    logsRole: string,
    identifier: pulumi.Output<string>,
    own: Partial<aws.rds.InstanceArgs>,
    shared: Surroundings,
  ): aws.rds.Instance {
    const logs = makeLogs(this.makeChild, logsRole, identifier, this.instance);
    return this.make(
      aws.rds.Instance,
      role,
      {
        ...instanceArgs(this.instance, shared),
        identifier,
        storageType: "gp3",
        maxAllocatedStorage: maxStorageGiB(this.args.spec.storage),
        // RDS takes no final snapshot of a replica; the primary's holds everything.
        skipFinalSnapshot: true,
        ...own,
      },
      { protect: this.context.redundancy.protect, dependsOn: [...logs, shared.monitoring.policy] },
    );
  }

  private get instance(): InstanceArgs {
    return { ...this.args, context: this.context };
  }

  private openPrimary(): readonly pulumi.Resource[] {
    const { clients, peering, primary, store } = this.args;
    const services = clients.map(({ service }) => service);
    const opened = { store, groupId: primary.groupId, port: POSTGRES_PORT, services };
    return services.length === 0 ? [] : [...peering.ready, ...peering.open(this.makeChild, opened)];
  }

  /** Users are the primary's, and so are their passwords: what it has replaced is copied from its own secrets. */
  private follow(secrets: ReadonlyMap<string, ClientSecret>): Rotation {
    const { args, context } = this;
    const unmet = unmetOf(args.rotation);
    if (unmet && secrets.size > 0) {
      this.degrade({ feature: `rotation of the passwords of ${args.store}`, ...unmet });
    }
    if (daysOf(args.rotation) === undefined || args.pooled) {
      return NO_ROTATION;
    }
    const { clientSecrets, secretsKeyArn: keyArn } = args.primary;
    return makeRotation(this.makeChild, {
      context,
      keys: args.keys,
      subject: args.store,
      parent: this,
      work: { kind: "copy" },
      secrets: [...secrets].flatMap(([service, { arn, version }]) => {
        const source = clientSecrets.get(service)?.arn;
        return source === undefined
          ? []
          : [{ role: secretRole(service), arn, version, days: COPY_DAYS, source: { arn: source, keyArn } }];
      }),
    });
  }

  private bind(secrets: ReadonlyMap<string, ClientSecret>, before: readonly pulumi.Resource[]): Binding {
    const { network, primaryCidrBlocks, spec, store } = this.args;
    return {
      values: (client, endpoint) => {
        const entry = secrets.get(client);
        if (!entry) {
          throw new Error(`${client} is no client of ${store}`);
        }
        return clientValues(entry, client, spec.database, endpoint, { alternating: true });
      },
      peers: [{ kind: "cidrs", cidrBlocks: [...network.dataCidrBlocks, ...primaryCidrBlocks] }],
      ports: [POSTGRES_PORT],
      grants: () => [],
      ready: [...before, ...[...secrets.values()].map((entry) => entry.version)],
    };
  }

  private report(): void {
    const { store } = this.args;
    const { placement } = this.context;
    this.degrade({
      feature: `failover of ${store} to ${placement} by itself`,
      reason: "a replica in another region is promoted by a person, who decides that the primary's region is lost",
      remedy: `give ${placement} the role primary and the other secondary, which promotes the replica (docs/failover-aws.md); or use Aurora Global Database`,
    });
    this.degrade({
      feature: `writes to ${store} from ${placement} at the speed of its own region`,
      reason: "PostgreSQL on RDS takes writes in one region: they cross to the primary's, over the peering",
      remedy: "let what writes run in the primary placement, or use Aurora Global Database with write forwarding",
    });
  }
}
