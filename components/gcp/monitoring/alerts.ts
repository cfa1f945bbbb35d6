import type * as pulumi from "@pulumi/pulumi";

/** A database instance of Cloud SQL. */
export interface WatchedDatabase {
  readonly store: string;
  /** Tells instances of one store apart: `primary`, `replica-1`. */
  readonly instance: string;
  readonly name: pulumi.Input<string>;
  /** Connections its flags allow, where they say. */
  readonly maxConnections?: number;
  /** Whether it follows another instance. */
  readonly replica: boolean;
  /** Whether it is stopped for the night, when it does not answer and nobody need know. @default false */
  readonly sleeps?: boolean;
}

/** An instance or a cluster of Memorystore. */
export interface WatchedCache {
  readonly store: string;
  readonly name: pulumi.Input<string>;
  readonly clusterMode: boolean;
  readonly replicas: number;
  /** Whether a full memory refuses writes, rather than dropping what is old. */
  readonly refusesWrites: boolean;
}

export interface Watched {
  readonly databases: readonly WatchedDatabase[];
  readonly caches: readonly WatchedCache[];
  /** Shares of Filestore, by store. */
  readonly shares: ReadonlyMap<string, pulumi.Input<string>>;
  /** Name of the cluster. @default none is watched */
  readonly cluster?: pulumi.Input<string>;
  /** Name of the NAT gateway. @default none is watched */
  readonly nat?: pulumi.Input<string>;
  /** Subscription with a message for every secret that is due. @default none is watched */
  readonly rotationsDue?: pulumi.Input<string>;
  /** URL map of the load balancer. @default none is watched */
  readonly balancer?: pulumi.Input<string>;
}

/** One condition in the words of Cloud Monitoring. */
export interface AlertPlan {
  readonly role: string;
  readonly says: string;
  /** What the person on call does first. */
  readonly action: string;
  readonly metric: string;
  /** Type of the monitored resource, and the label that names it. */
  readonly resource: readonly [type: string, label: string];
  readonly name: pulumi.Input<string>;
  /** Further conditions of the filter. @default none */
  readonly where?: string;
  readonly aligner: "ALIGN_MEAN" | "ALIGN_MAX" | "ALIGN_MIN" | "ALIGN_RATE" | "ALIGN_DELTA" | "ALIGN_PERCENTILE_95";
  /** How series of one resource are joined. @default each counts by itself */
  readonly reducer?: "REDUCE_SUM" | "REDUCE_MAX";
  readonly threshold: number;
  readonly below?: boolean;
  /** Seconds it must hold; whole minutes. */
  readonly seconds: number;
  /** Seconds one value is of. @default 300 */
  readonly period?: number;
}

const QUARTER = 900;

/**
 * Alerts on everything that is watched.
 * https://docs.cloud.google.com/monitoring/api/metrics_gcp
 */
export function planAlerts(watched: Watched): readonly AlertPlan[] {
  return [
    ...watched.databases.flatMap(databaseAlerts),
    ...watched.caches.flatMap(cacheAlerts),
    ...[...watched.shares].map(([store, name]) => shareAlert(store, name)),
    ...(watched.cluster === undefined ? [] : clusterAlerts(watched.cluster)),
    ...(watched.nat === undefined ? [] : [natAlert(watched.nat)]),
    ...(watched.rotationsDue === undefined ? [] : [rotationAlert(watched.rotationsDue)]),
    ...(watched.balancer === undefined ? [] : balancerAlerts(watched.balancer)),
  ];
}

function databaseAlerts(database: WatchedDatabase): readonly AlertPlan[] {
  const { store, instance, name, maxConnections, replica } = database;
  const called = `${store} (${instance})`;
  const common = {
    resource: ["cloudsql_database", "database_id"] as const,
    name,
    aligner: "ALIGN_MEAN" as const,
    seconds: QUARTER,
  };
  const metric = (path: string) => `cloudsql.googleapis.com/database/${path}`;
  return [
    {
      ...common,
      role: `${store}-${instance}-cpu`,
      says: `${called} computes at more than 80 %`,
      action: "Look at its slowest queries in Query Insights, then raise its tier.",
      metric: metric("cpu/utilization"),
      threshold: 0.8,
    },
    {
      ...common,
      role: `${store}-${instance}-disk`,
      says: `${called} has less than a tenth of its disk left`,
      action: "Raise storage.maxSize before it stops: a full disk stops every write.",
      metric: metric("disk/utilization"),
      threshold: 0.9,
    },
    ...(database.sleeps
      ? []
      : [
          {
            ...common,
            role: `${store}-${instance}-up`,
            says: `${called} does not answer`,
            action: "Look at the instance's operations and its log; failover between zones is by itself.",
            metric: metric("up"),
            aligner: "ALIGN_MIN" as const,
            threshold: 1,
            below: true,
            seconds: 300,
          },
        ]),
    ...(maxConnections === undefined
      ? []
      : [
          {
            ...common,
            role: `${store}-${instance}-connections`,
            says: `${called} has more than 80 % of its ${maxConnections} connections taken`,
            action: "Look for a pool that leaks.",
            metric: metric("postgresql/num_backends"),
            reducer: "REDUCE_SUM" as const,
            threshold: Math.floor(maxConnections * 0.8),
          },
        ]),
    ...(replica
      ? [
          {
            ...common,
            role: `${store}-${instance}-lag`,
            says: `${called} is more than five minutes behind`,
            action: "Look for long transactions on the primary: a failover now would lose that much.",
            metric: metric("replication/replica_lag"),
            aligner: "ALIGN_MAX" as const,
            threshold: 300,
          },
        ]
      : []),
  ];
}

function cacheAlerts({ store, name, clusterMode, replicas, refusesWrites }: WatchedCache): readonly AlertPlan[] {
  const says = refusesWrites
    ? `${store} has nine tenths of its memory taken and will refuse writes`
    : `${store} has nine tenths of its memory taken and drops what is old`;
  const action = "Raise its memory, or find what grows: big keys first.";
  const common = { role: `${store}-memory`, says, action, name, threshold: 0.9, seconds: QUARTER };
  if (clusterMode) {
    return [
      {
        ...common,
        resource: ["redis.googleapis.com/Cluster", "cluster_id"],
        metric: "redis.googleapis.com/cluster/memory/maximum_utilization",
        aligner: "ALIGN_MAX",
      },
    ];
  }
  const resource = ["redis_instance", "instance_id"] as const;
  return [
    { ...common, resource, metric: "redis.googleapis.com/stats/memory/usage_ratio", aligner: "ALIGN_MAX" },
    ...(replicas > 0
      ? [
          {
            role: `${store}-lag`,
            says: `the standby of ${store} is behind`,
            action: "Look at the rate of writes: a failover now would lose what it has not seen.",
            resource,
            name,
            metric: "redis.googleapis.com/replication/master/slaves/lag",
            aligner: "ALIGN_MAX" as const,
            reducer: "REDUCE_MAX" as const,
            threshold: 60,
            seconds: QUARTER,
          },
        ]
      : []),
  ];
}

function shareAlert(store: string, name: pulumi.Input<string>): AlertPlan {
  return {
    role: `${store}-share`,
    says: `${store} has less than a tenth of its space left`,
    action: "Raise the size of the share: Filestore grows without a stop.",
    resource: ["filestore_instance", "instance_name"],
    name,
    metric: "file.googleapis.com/nfs/server/used_bytes_percent",
    aligner: "ALIGN_MEAN",
    threshold: 90,
    seconds: QUARTER,
  };
}

function clusterAlerts(name: pulumi.Input<string>): readonly AlertPlan[] {
  const node = (what: "cpu" | "memory", threshold: number): AlertPlan => ({
    role: `nodes-${what}`,
    says: `a node has more than ${threshold * 100} % of its ${what} taken`,
    action: "See whether the autoscaler adds nodes: quota and a pool's max stop it.",
    resource: ["k8s_node", "cluster_name"],
    name,
    metric: `kubernetes.io/node/${what}/allocatable_utilization`,
    aligner: "ALIGN_MEAN",
    threshold,
    seconds: 2 * QUARTER,
  });
  return [
    { ...node("cpu", 0.95) },
    {
      ...node("memory", 0.95),
      where: 'metric.labels.memory_type = "non-evictable"',
    },
    {
      role: "containers-restart",
      says: "a container starts again and again",
      action: "Read the last lines of its log before it ended.",
      resource: ["k8s_container", "cluster_name"],
      name,
      metric: "kubernetes.io/container/restart_count",
      aligner: "ALIGN_DELTA",
      // A container that keeps failing is started every five minutes at last: three times in a quarter of an hour.
      // https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
      threshold: 2,
      period: QUARTER,
      seconds: 0,
    },
  ];
}

function natAlert(name: pulumi.Input<string>): AlertPlan {
  return {
    role: "nat-dropped",
    says: "connections to the outside are refused for want of ports",
    action: "Raise the most ports per machine, or give the gateway more addresses.",
    resource: ["nat_gateway", "gateway_name"],
    name,
    metric: "router.googleapis.com/nat/dropped_sent_packets_count",
    where: 'metric.labels.reason = "OUT_OF_RESOURCES"',
    aligner: "ALIGN_RATE",
    reducer: "REDUCE_SUM",
    threshold: 0,
    seconds: 300,
  };
}

function rotationAlert(name: pulumi.Input<string>): AlertPlan {
  return {
    role: "secrets-due",
    says: "a secret is due for a new value",
    action: [
      "The subscription's message names the secret; look without acknowledging.",
      "Set its new value in groundplan:secrets, or replace the random password it is made from (pulumi up --replace).",
      "After the update restart what reads it, destroy the old version, then acknowledge the message.",
    ].join(" "),
    resource: ["pubsub_subscription", "subscription_id"],
    name,
    metric: "pubsub.googleapis.com/subscription/num_undelivered_messages",
    aligner: "ALIGN_MAX",
    threshold: 0,
    seconds: 300,
  };
}

function balancerAlerts(name: pulumi.Input<string>): readonly AlertPlan[] {
  const resource = ["https_lb_rule", "url_map_name"] as const;
  return [
    {
      role: "edge-errors",
      says: "the public is answered with errors",
      action: "Compare statusDetails of the load balancer's log: backend_ is the application, others are the edge.",
      resource,
      name,
      metric: "loadbalancing.googleapis.com/https/request_count",
      where: "metric.labels.response_code_class = 500",
      aligner: "ALIGN_RATE",
      reducer: "REDUCE_SUM",
      threshold: 1,
      seconds: 300,
    },
    {
      role: "edge-latency",
      says: "one request in twenty takes more than five seconds",
      action: "See which backend is slow, then what it waits for.",
      resource,
      name,
      metric: "loadbalancing.googleapis.com/https/total_latencies",
      aligner: "ALIGN_PERCENTILE_95",
      reducer: "REDUCE_MAX",
      threshold: 5_000,
      seconds: QUARTER,
    },
  ];
}
