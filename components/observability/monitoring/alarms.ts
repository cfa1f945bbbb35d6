import type * as pulumi from "@pulumi/pulumi";
import { memcachedAlarms, searchAlarms, type WatchedMemcached, type WatchedSearch } from "./storeAlarms";

/** A database instance of RDS. */
export interface WatchedDatabase {
  readonly store: string;
  /** Tells instances of one store apart: `primary`, `replica-1`. */
  readonly instance: string;
  readonly identifier: pulumi.Input<string>;
  readonly instanceClass: string;
  readonly storageGiB: number;
  /** Connections its parameters allow, where they say. */
  readonly maxConnections?: number;
  /** Whether it follows another instance. */
  readonly replica: boolean;
  /** Whether RDS backs it up every day. @default false */
  readonly backedUp?: boolean;
  /** Name of the RDS Proxy before it. @default none */
  readonly proxyName?: pulumi.Input<string>;
}

/** A replication group of ElastiCache. */
export interface WatchedCache {
  readonly store: string;
  readonly groupId: pulumi.Output<string>;
  readonly shards: number;
  readonly replicas: number;
  readonly clusterMode: boolean;
  /** Whether a full memory refuses writes, rather than dropping what is old. */
  readonly refusesWrites: boolean;
}

export interface WatchedBalancer {
  /** The last part of its ARN, which its metrics carry. */
  readonly arnSuffix: pulumi.Input<string>;
}

/** A function that rotates secrets. */
export interface WatchedRotation {
  /** What it rotates: the name of a store, or of the placement's own secrets. */
  readonly subject: string;
  readonly functionName: pulumi.Input<string>;
}

export interface Watched {
  readonly databases: readonly WatchedDatabase[];
  readonly caches: readonly WatchedCache[];
  readonly searches: readonly WatchedSearch[];
  readonly memcached: readonly WatchedMemcached[];
  readonly rotations: readonly WatchedRotation[];
  readonly balancers: readonly WatchedBalancer[];
  readonly natGatewayIds: readonly pulumi.Input<string>[];
}

/** One alarm in the words of CloudWatch. */
export interface AlarmPlan {
  readonly role: string;
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  readonly statistic: "Average" | "Minimum" | "Maximum" | "Sum" | "p95";
  readonly threshold: number;
  readonly below?: boolean;
  /** Periods in a row. */
  readonly periods: number;
  /** Seconds of a period. @default 300 */
  readonly periodSeconds?: number;
  /** What silence says. @default nothing: what sleeps, or is asked by nobody, is not measured */
  readonly missing?: "breaching";
}

const GIB = 2 ** 30;

/** Alarms on everything that is watched. */
export function planAlarms(watched: Watched): readonly AlarmPlan[] {
  return [
    ...watched.databases.flatMap(databaseAlarms),
    ...watched.caches.flatMap(cacheAlarms),
    ...watched.searches.flatMap(searchAlarms),
    ...watched.memcached.flatMap(memcachedAlarms),
    ...watched.rotations.map(rotationAlarm),
    ...watched.balancers.flatMap(balancerAlarms),
    ...watched.natGatewayIds.flatMap(natAlarms),
  ];
}

function databaseAlarms(database: WatchedDatabase): readonly AlarmPlan[] {
  const { store, instance, identifier, storageGiB } = database;
  const connections = database.maxConnections ?? defaultConnections(database.instanceClass);
  const alarm = (role: string, metric: string, rest: Pick<AlarmPlan, "description" | "statistic" | "threshold">) => ({
    role: `${store}-${instance}-${role}`,
    namespace: "AWS/RDS",
    dimensions: { DBInstanceIdentifier: identifier },
    metric,
    periods: 3,
    ...rest,
  });
  const name = `${store} (${instance})`;
  return [
    alarm("cpu", "CPUUtilization", {
      description: `${name} computes at more than 80 % for a quarter of an hour: look at its slowest queries`,
      statistic: "Average",
      threshold: 80,
    }),
    {
      ...alarm("storage", "FreeStorageSpace", {
        description: `${name} has less than a tenth of its disk left: raise storage.maxSize before it stops`,
        statistic: "Minimum",
        threshold: Math.floor(storageGiB * GIB * 0.1),
      }),
      below: true,
      periods: 1,
    },
    ...(connections === undefined
      ? []
      : [
          alarm("connections", "DatabaseConnections", {
            description: `${name} has more than 80 % of its ${connections} connections taken: look for a pool that leaks`,
            statistic: "Maximum",
            threshold: Math.floor(connections * 0.8),
          }),
        ]),
    ...(database.proxyName === undefined ? [] : [pinnedAlarm(database, database.proxyName, connections)]),
    ...(database.replica
      ? [
          alarm("lag", "ReplicaLag", {
            description: `${name} is more than five minutes behind: what it answers is old, and a failover would lose that much`,
            statistic: "Maximum",
            threshold: 300,
          }),
          {
            // It measures -1 then, which no alarm on a lag sees.
            ...alarm("stopped", "ReplicaLag", {
              description: `${name} follows no more: what it answers grows old, and the primary keeps its log until the disk is full`,
              statistic: "Minimum",
              threshold: 0,
            }),
            below: true,
          },
        ]
      : []),
  ];
}

/** Share of the database's connections that the pool may take, and of those that may be pinned before somebody is told. */
const POOL_SHARE = 0.9;
const PINNED_SHARE = 0.5;
/** Connections where nobody knows how many the database allows. */
const PINNED_UNKNOWN = 50;

/**
 * A client that sets something for its session keeps the connection until it leaves, and the pool is none any more. The
 * metric is the sum over the machines a proxy runs on, each minute.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy.monitoring.html
 */
function pinnedAlarm(
  { store }: WatchedDatabase,
  proxyName: pulumi.Input<string>,
  connections: number | undefined,
): AlarmPlan {
  return {
    role: `${store}-proxy-pinned`,
    description: `More than half the pool of ${store} is pinned to single sessions for a quarter of an hour: look in the proxy's log for what pins them, such as SET, temporary tables or advisory locks`,
    namespace: "AWS/RDS",
    metric: "DatabaseConnectionsCurrentlySessionPinned",
    dimensions: { ProxyName: proxyName },
    statistic: "Sum",
    threshold: connections === undefined ? PINNED_UNKNOWN : Math.floor(connections * POOL_SHARE * PINNED_SHARE),
    periods: 15,
    periodSeconds: 60,
  };
}

/** Nodes are named by position. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.WhichShouldIMonitor.html */
function cacheAlarms(cache: WatchedCache): readonly AlarmPlan[] {
  return nodesOf(cache).flatMap((node) => {
    const id = cache.groupId.apply((group) => `${group}-${node}`);
    const common = { namespace: "AWS/ElastiCache", dimensions: { CacheClusterId: id }, periods: 3 };
    const name = `${cache.store} (node ${node})`;
    return [
      {
        ...common,
        role: `${cache.store}-${node}-cpu`,
        metric: "EngineCPUUtilization",
        description: `${name} spends more than 80 % of its one core: look for slow commands, or use more shards`,
        statistic: "Average" as const,
        threshold: 80,
      },
      ...(cache.refusesWrites
        ? [
            {
              ...common,
              role: `${cache.store}-${node}-memory`,
              metric: "DatabaseMemoryUsagePercentage",
              description: `${name} is more than 80 % full and refuses writes when it is: empty its queue or use a larger node`,
              statistic: "Maximum" as const,
              threshold: 80,
            },
          ]
        : []),
    ];
  });
}

/** Secrets Manager tries again by itself, and each try is an error: what is in use stays good meanwhile. */
function rotationAlarm({ subject, functionName }: WatchedRotation): AlarmPlan {
  return {
    role: `${subject}-rotation-errors`,
    namespace: "AWS/Lambda",
    metric: "Errors",
    dimensions: { FunctionName: functionName },
    description: `What rotates the secrets of ${subject} failed: they stay what they are; its log says why (docs/rotation-aws.md)`,
    statistic: "Sum",
    threshold: 0,
    periods: 1,
  };
}

function nodesOf({ clusterMode, shards, replicas }: WatchedCache): readonly string[] {
  const number = (value: number, length: number) => String(value).padStart(length, "0");
  const members = Array.from({ length: replicas + 1 }, (_, index) => number(index + 1, 3));
  return clusterMode
    ? Array.from({ length: shards }, (_, shard) => number(shard + 1, 4)).flatMap((shard) =>
        members.map((member) => `${shard}-${member}`),
      )
    : members;
}

function balancerAlarms({ arnSuffix }: WatchedBalancer, index: number): readonly AlarmPlan[] {
  const common = { namespace: "AWS/ApplicationELB", dimensions: { LoadBalancer: arnSuffix }, periods: 2 };
  const role = (name: string) => (index === 0 ? `edge-${name}` : `edge-${index + 1}-${name}`);
  return [
    {
      ...common,
      role: role("unanswered"),
      metric: "HTTPCode_ELB_5XX_Count",
      description: "The load balancer answered more than ten requests itself with an error: no healthy pod took them",
      statistic: "Sum",
      threshold: 10,
    },
    {
      ...common,
      role: role("errors"),
      metric: "HTTPCode_Target_5XX_Count",
      description: "Services answered more than fifty requests in five minutes with an error",
      statistic: "Sum",
      threshold: 50,
    },
    {
      ...common,
      role: role("latency"),
      metric: "TargetResponseTime",
      description: "One request in twenty takes more than five seconds",
      statistic: "p95",
      threshold: 5,
    },
  ];
}

function natAlarms(id: pulumi.Input<string>, index: number): readonly AlarmPlan[] {
  const common = { namespace: "AWS/NATGateway", dimensions: { NatGatewayId: id }, statistic: "Sum" as const };
  return [
    {
      ...common,
      role: `nat-${index + 1}-ports`,
      metric: "ErrorPortAllocation",
      description: `NAT gateway ${index + 1} had no port for a connection: too many go to one address`,
      threshold: 0,
      periods: 1,
    },
    {
      ...common,
      role: `nat-${index + 1}-drops`,
      metric: "PacketsDropCount",
      description: `NAT gateway ${index + 1} drops packets`,
      threshold: 100,
      periods: 3,
    },
  ];
}

/** Memory of a `large` of each family, in GiB; every size is twice the one before. */
const LARGE_GIB: Readonly<Record<string, number>> = { t: 8, c: 4, m: 8, r: 16, x: 32 };
const SIZES = ["micro", "small", "medium", "large", "xlarge"];

/**
 * Connections RDS for PostgreSQL allows an instance of this class; undefined for classes of other names.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
 */
export function defaultConnections(instanceClass: string): number | undefined {
  const [, family = "", size = ""] = /^db\.([a-z])[a-z0-9]+\.([a-z0-9]+)$/.exec(instanceClass) ?? [];
  const large = LARGE_GIB[family];
  const multiple = /^(\d+)xlarge$/.exec(size)?.[1];
  const step = SIZES.indexOf(multiple === undefined ? size : "xlarge") - SIZES.indexOf("large");
  if (large === undefined || (multiple === undefined && !SIZES.includes(size))) {
    return undefined;
  }
  const bytes = large * 2 ** step * Number(multiple ?? 1) * GIB;
  return Math.min(5_000, Math.floor(bytes / 9_531_392));
}
