import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreOf } from "../../../systems/spec";
import { makeLogGroup } from "../../aws/logGroup";
import { fillSecret, makeSecret, type SecretEntry } from "../../aws/secret";
import type { Binding, BindingValue, Client, EndpointRole } from "../../binding";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { InputError } from "../../errors";
import type { Make } from "../../make";
import { AUTO_NAME_SUFFIX, digest, NAME_RULES, physicalName } from "../../naming";
import type { NetworkContract } from "../../networking/contract";
import { allowEgress, allowIngress, makeSecurityGroup } from "../../networking/securityGroup";
import type { KeysContract } from "../../secrets/keys/contract";
import { makeRotation } from "../../secrets/rotation/aws";
import { daysOf, NO_ROTATION, type RotationChoice, type Unmet, unmetOf } from "../../secrets/rotation/choice";
import type { Rotation } from "../../secrets/rotation/work";
import { engineOf, redisProblems, topologyOf } from "./constraints";
import { REDIS_PORT, type RedisContract } from "./contract";
import { commonGroupArgs, type Datastore, foundDatastore } from "./datastore";
import { nodeTypeFor } from "./nodeType";

export interface RedisArgs extends ComponentArgs {
  /** Name of the store in the spec. */
  readonly store: string;
  readonly spec: StoreOf<"redis">;
  readonly network: NetworkContract;
  readonly keys: KeysContract;
  /** Group whose members may connect. */
  readonly clientGroupId: pulumi.Input<string>;
  readonly clients: readonly Client[];
  /** Datastore that holds it in every placement. @default none: it is the placement's own */
  readonly datastore?: Datastore;
  /** Whether and how often its token is replaced. @default nobody asks for it */
  readonly rotation?: RotationChoice;
  /** Topic that ElastiCache tells its events; one without a key of KMS. @default none */
  readonly notificationTopicArn?: string;
  readonly transform?: {
    readonly group?: Transform<aws.elasticache.ReplicationGroupArgs>;
    readonly parameters?: Transform<aws.elasticache.ParameterGroupArgs>;
  };
}

/** Role of the child that holds what clients connect with. */
const SECRET = "secret";

const ONE_TOKEN: Unmet = {
  reason: "the groups of a Global Datastore have one token, which a function of one region cannot give to all at once",
  remedy: "replace the token resource at the interval your rules ask for; ElastiCache takes the new one without a stop",
};

/** ElastiCache for Redis OSS: private, TLS with a token, encrypted at rest, failing over across zones, with snapshots. */
export class Redis extends Component implements RedisContract {
  readonly binding: Binding;
  readonly replicationGroupId: pulumi.Output<string>;
  /** Where what is written goes while this placement leads. */
  readonly host: pulumi.Output<string>;
  readonly token: pulumi.Output<string>;
  /** Group around its nodes: whoever else may connect gets a rule of it. */
  readonly groupId: pulumi.Output<string>;
  /** The datastore it founded. Undefined: none. */
  readonly datastoreId: pulumi.Output<string> | undefined;
  readonly rotation: Rotation;

  private readonly args: RedisArgs;
  private readonly makeChild: Make;

  constructor(name: string, args: RedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:data:Redis", name, args, opts);
    this.args = args;
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const problems = redisProblems(args.store, args.spec, this.context.redundancy.multiZone);
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    const { datastore } = args;
    const secret = this.makeSecret();
    this.token = datastore?.joined?.token ?? this.makeToken(secret);
    this.groupId = this.makeGroup().id;
    const group = this.makeReplicationGroup();
    this.replicationGroupId = group.id;
    this.host = this.hostsOf(group).primary;
    this.datastoreId =
      datastore && !datastore.joined ? foundDatastore(this.makeChild, this.groupArgs, group) : undefined;
    const entry = this.fill(secret, group);
    this.binding = this.bind(group, entry);
    this.rotation = this.rotate(group, entry);
    if (datastore) {
      this.degrade({
        feature: `failover of ${args.store} to another region by itself`,
        reason: "a Global Datastore takes writes in one region, and lets a person choose another",
        remedy: "follow docs/failover-aws.md once the primary's region is lost",
      });
    } else if (this.context.model === "global") {
      this.degrade({
        feature: `the data of ${args.store} in every placement`,
        reason: `each placement has a cache of its own: what ${this.context.placement} holds is lost with its region`,
        remedy:
          "keep in it only what can be made again; or name it in groundplan:compute.globalCaches, which keeps it in every region and takes writes in one",
      });
    }
    this.finish({ replicationGroupId: group.id });
  }

  private get groupArgs() {
    return { ...this.args, context: this.context };
  }

  private makeReplicationGroup(): aws.elasticache.ReplicationGroup {
    const { context, args } = this;
    const { spec, keys, store, datastore } = args;
    const { clusterMode, shards } = topologyOf(spec, context.redundancy.multiZone);
    const suffix = this.make(random.RandomId, "suffix", {
      byteLength: 4,
      // A group joins a datastore when it is made and never later: one of another name takes its place.
      keepers: { key: keys.arn("data"), ...(datastore?.joined ? { joined: "true" } : {}) },
    });
    const prefix = physicalName(NAME_RULES.awsCache, [context.system, store], AUTO_NAME_SUFFIX + 1);
    const logs = makeLogGroup(this.makeChild, "logs", { context, keyArn: keys.arn("logs") });
    return this.make(
      aws.elasticache.ReplicationGroup,
      "group",
      {
        ...commonGroupArgs(this.groupArgs),
        replicationGroupId: pulumi.interpolate`${prefix}-${suffix.hex}`,
        ...(datastore?.joined
          ? // Engine, size, shards, parameters and encryption are the datastore's; the provider takes none beside it.
            { globalReplicationGroupId: datastore.joined.id }
          : {
              engine: "redis",
              engineVersion: engineOf(spec)?.version ?? "",
              // Validation has seen to it that there is one.
              nodeType: nodeTypeFor(spec) ?? "",
              ...(clusterMode ? { clusterMode: "enabled", numNodeGroups: shards } : {}),
              parameterGroupName: this.makeParameters(clusterMode).name,
              atRestEncryptionEnabled: true,
              transitEncryptionEnabled: true,
              transitEncryptionMode: "required",
            }),
        ...(args.notificationTopicArn === undefined ? {} : { notificationTopicArn: args.notificationTopicArn }),
        port: REDIS_PORT,
        subnetGroupName: this.makeSubnetGroup().name,
        securityGroupIds: [this.groupId],
        authToken: this.token,
        authTokenUpdateStrategy: "ROTATE",
        ...(context.redundancy.keep
          ? { finalSnapshotIdentifier: pulumi.interpolate`${prefix}-${suffix.hex}-final` }
          : {}),
        logDeliveryConfigurations: ["slow-log", "engine-log"].map((logType) => ({
          destination: logs.name,
          destinationType: "cloudwatch-logs",
          logFormat: "json",
          logType,
        })),
      },
      { protect: context.redundancy.protect, dependsOn: [logs] },
    );
  }

  private makeParameters(clusterMode: boolean): aws.elasticache.ParameterGroup {
    const { context, args } = this;
    return this.make(aws.elasticache.ParameterGroup, "parameters", {
      family: engineOf(args.spec)?.family ?? "",
      description: `${args.store} of ${context.system} in ${context.placement}`,
      parameters: [
        { name: "maxmemory-policy", value: args.spec.eviction },
        ...(clusterMode ? [{ name: "cluster-enabled", value: "yes" }] : []),
      ],
      tags: context.tags,
    });
  }

  private makeSubnetGroup(): aws.elasticache.SubnetGroup {
    return this.make(aws.elasticache.SubnetGroup, "subnets", {
      description: `Data subnets of ${this.context.system} in ${this.context.placement}`,
      subnetIds: [...this.args.network.dataSubnetIds],
      tags: this.context.tags,
    });
  }

  private makeGroup(): aws.ec2.SecurityGroup {
    const { context, args } = this;
    const group = makeSecurityGroup(this.makeChild, "security-group", {
      context,
      vpcId: args.network.vpcId,
      description: `Redis ${args.store}`,
    });
    const services = args.clients.map((client) => client.service).join(", ");
    if (services !== "") {
      const rule = { context, ports: REDIS_PORT, description: `${services} to ${args.store}`.slice(0, 255) };
      allowIngress(this.makeChild, "from-clients", {
        ...rule,
        groupId: group.id,
        peer: { groupId: args.clientGroupId },
      });
      allowEgress(this.makeChild, "clients-to", { ...rule, groupId: args.clientGroupId, peer: { groupId: group.id } });
    }
    return group;
  }

  private hostsOf(group: aws.elasticache.ReplicationGroup): Readonly<Record<EndpointRole, pulumi.Output<string>>> {
    const { clusterMode } = topologyOf(this.args.spec, this.context.redundancy.multiZone);
    return clusterMode
      ? // A client finds the replicas by itself.
        { primary: group.configurationEndpointAddress, replica: group.configurationEndpointAddress }
      : { primary: group.primaryEndpointAddress, replica: group.readerEndpointAddress };
  }

  /** What clients here connect to: what is written goes to the placement that leads. */
  private endpoints(group: aws.elasticache.ReplicationGroup): Readonly<Record<EndpointRole, pulumi.Output<string>>> {
    const { lead } = this.args.datastore ?? {};
    return { ...this.hostsOf(group), ...(lead ? { primary: lead.host } : {}) };
  }

  private makeSecret(): aws.secretsmanager.Secret {
    return makeSecret(this.makeChild, SECRET, {
      context: this.context,
      path: this.args.store,
      description: `Connection to ${this.args.store}`,
      keyArn: this.args.keys.arn("secrets"),
    });
  }

  /**
   * Once the token has been rotated, the cache no longer takes the one that is known here. So whatever has the secret written
   * anew, or is handed the token, comes with another one, which the group is given before: it keeps the current one beside.
   * A group that is replaced is made with the one known here.
   */
  private makeToken(secret: aws.secretsmanager.Secret): pulumi.Output<string> {
    const { clusterMode } = topologyOf(this.args.spec, this.context.redundancy.multiZone);
    const written = connection("TOKEN", clusterMode ? "cluster" : "primary", clusterMode ? "cluster" : "replica");
    return this.make(random.RandomPassword, "token", {
      length: 64,
      special: false,
      keepers: { secret: secret.arn, use: this.args.datastore ? "datastore" : digest(JSON.stringify(written)) },
    }).result;
  }

  private fill(secret: aws.secretsmanager.Secret, group: aws.elasticache.ReplicationGroup): SecretEntry {
    const { primary, replica } = this.endpoints(group);
    const value = pulumi
      .all([this.token, primary, replica])
      .apply(([token, host, other]) => JSON.stringify(connection(token, host, other)));
    return fillSecret(this.makeChild, SECRET, secret, value, { rotates: this.rotationDays !== undefined });
  }

  /** The groups of a datastore have one token, which each region has in a secret of its own. */
  private get rotationDays(): number | undefined {
    return this.args.datastore ? undefined : daysOf(this.args.rotation);
  }

  /** ElastiCache takes the former token beside the new one, until the next. */
  private rotate(group: aws.elasticache.ReplicationGroup, entry: SecretEntry): Rotation {
    const { args, context, rotationDays: days } = this;
    const unmet = args.rotation && args.datastore ? ONE_TOKEN : unmetOf(args.rotation);
    if (unmet) {
      this.degrade({ feature: `rotation of the token of ${args.store}`, ...unmet });
    }
    if (days === undefined) {
      return NO_ROTATION;
    }
    const { network } = args;
    return makeRotation(this.makeChild, {
      context,
      keys: args.keys,
      subject: args.store,
      parent: this,
      work: {
        kind: "redis",
        groupId: group.id,
        groupArn: group.arn,
        host: this.host,
        network: {
          vpcId: network.vpcId,
          subnetIds: network.privateSubnetIds,
          storeGroupId: this.groupId,
          ready: network.ready,
        },
      },
      secrets: [{ role: SECRET, arn: entry.arn, version: entry.version, days }],
    });
  }

  private openLead(): readonly pulumi.Resource[] {
    const { clients, store, datastore } = this.args;
    const { lead } = datastore ?? {};
    const services = clients.map(({ service }) => service);
    return lead && services.length > 0
      ? [
          ...lead.peering.ready,
          ...lead.peering.open(this.makeChild, { store, groupId: lead.groupId, port: REDIS_PORT, services }),
        ]
      : [];
  }

  private bind(group: aws.elasticache.ReplicationGroup, entry: SecretEntry): Binding {
    const hosts = this.endpoints(group);
    const { lead } = this.args.datastore ?? {};
    return {
      values: (_client, endpoint): Readonly<Record<string, BindingValue>> => ({
        url: { kind: "secret", source: entry.source(endpoint === "replica" ? "replica-url" : "url") },
        host: { kind: "plain", value: hosts[endpoint] },
        port: { kind: "plain", value: String(REDIS_PORT) },
        password: { kind: "secret", source: entry.source("password") },
        tls: { kind: "plain", value: "true" },
      }),
      // The data subnets: a policy in the cluster knows addresses, not security groups.
      peers: [{ kind: "cidrs", cidrBlocks: [...this.args.network.dataCidrBlocks, ...(lead?.cidrBlocks ?? [])] }],
      ports: [REDIS_PORT],
      grants: () => [],
      ready: [group, entry.version, ...this.openLead()],
    };
  }
}

/**
 * TLS is required, which the second s says. Celery's result backend refuses to start unless the URL says as well that the
 * certificate is checked; Node's clients pass over the word.
 * https://docs.celeryq.dev/en/stable/userguide/configuration.html#redis-backend-settings
 */
function redisUrl(token: string, host: string): string {
  return `rediss://:${token}@${host}:${REDIS_PORT}/0?ssl_cert_reqs=required`;
}

/** What clients find in the secret. */
function connection(token: string, host: string, replica: string): Readonly<Record<string, string>> {
  return {
    url: redisUrl(token, host),
    "replica-url": redisUrl(token, replica),
    host,
    "replica-host": replica,
    port: String(REDIS_PORT),
    password: token,
  };
}
