import type * as pulumi from "@pulumi/pulumi";
import type { AlarmPlan } from "./alarms";

/** A domain of OpenSearch Service. */
export interface WatchedSearch {
  readonly store: string;
  readonly domainName: pulumi.Input<string>;
  /** Account it is in, which its metrics carry. */
  readonly account: pulumi.Input<string>;
  /** Disk of one node, GiB. */
  readonly diskGiB: number;
}

/** A Memcached cluster of ElastiCache. */
export interface WatchedMemcached {
  readonly store: string;
  readonly clusterId: pulumi.Input<string>;
  readonly nodes: number;
}

const MIB_PER_GIB = 1_024;
const MIB = 2 ** 20;

/** What the service's guide asks to be told of. https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html */
export function searchAlarms({ store, domainName, account, diskGiB }: WatchedSearch): readonly AlarmPlan[] {
  const alarm = (
    role: string,
    metric: string,
    rest: Omit<AlarmPlan, "role" | "metric" | "namespace" | "dimensions">,
  ) => ({
    role: `${store}-${role}`,
    namespace: "AWS/ES",
    dimensions: { ClientId: account, DomainName: domainName },
    metric,
    ...rest,
  });
  const once = { statistic: "Maximum", threshold: 0, periods: 1 } as const;
  return [
    alarm("red", "ClusterStatus.red", {
      ...once,
      description: `${store} has a primary shard on no node: some of it answers nothing, and no snapshot is taken`,
    }),
    alarm("blocked", "ClusterIndexWritesBlocked", {
      ...once,
      description: `${store} refuses writes: its disk or its memory is full`,
    }),
    alarm("storage", "FreeStorageSpace", {
      description: `A node of ${store} has less than a quarter of its disk left: raise storage.size before it refuses writes`,
      statistic: "Minimum",
      threshold: Math.floor(diskGiB * MIB_PER_GIB * 0.25),
      below: true,
      periods: 1,
    }),
    alarm("cpu", "CPUUtilization", {
      description: `${store} computes at more than 80 % for a quarter of an hour: look at its slowest queries`,
      statistic: "Maximum",
      threshold: 80,
      periods: 3,
    }),
    alarm("memory", "JVMMemoryPressure", {
      description: `${store} has more than 95 % of its heap taken and may stop: use larger nodes`,
      statistic: "Maximum",
      threshold: 95,
      periods: 3,
    }),
    alarm("snapshots", "AutomatedSnapshotFailure", {
      ...once,
      description: `${store} took no snapshot: what would be restored grows old`,
    }),
    alarm("key", "KMSKeyInaccessible", {
      ...once,
      description: `${store} cannot use its key any more, and is lost unless it can again`,
    }),
  ];
}

/** Of each node. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.WhichShouldIMonitor.html */
export function memcachedAlarms({ store, clusterId, nodes }: WatchedMemcached): readonly AlarmPlan[] {
  return Array.from({ length: nodes }, (_, index) => String(index + 1).padStart(4, "0")).flatMap((node) => {
    const common = {
      namespace: "AWS/ElastiCache",
      dimensions: { CacheClusterId: clusterId, CacheNodeId: node },
      periods: 3,
    };
    const name = `${store} (node ${node})`;
    return [
      {
        ...common,
        role: `${store}-${node}-cpu`,
        metric: "CPUUtilization",
        description: `${name} computes at more than 90 %: use more nodes, or larger ones`,
        statistic: "Average" as const,
        threshold: 90,
      },
      {
        ...common,
        role: `${store}-${node}-swap`,
        metric: "SwapUsage",
        description: `${name} swaps more than 50 MB: its memory is too small for its connections`,
        statistic: "Maximum" as const,
        threshold: 50 * MIB,
      },
      {
        ...common,
        role: `${store}-${node}-evictions`,
        metric: "Evictions",
        description: `${name} drops more than a thousand entries in five minutes to make room: use a larger node`,
        statistic: "Sum" as const,
        threshold: 1_000,
      },
    ];
  });
}
