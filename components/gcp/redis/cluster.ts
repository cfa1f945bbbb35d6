import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Client } from "../../binding";
import type { Make } from "../../make";
import { objectLabels } from "../../workload/labels";
import { labelsOf } from "../labels";
import type { RedisMakerArgs } from "./instance";
import { nodeTypeFor } from "./sizes";

/** Clients ask the first for the nodes, which answer on the others. https://docs.cloud.google.com/memorystore/docs/cluster/networking#reserved_network_addresses */
export const DISCOVERY_PORT = 6_379;
const NODE_PORTS = { first: 11_000, last: 13_047 } as const;

/** Memorystore for Redis Cluster: shards, each with its replicas, over several zones. */
export function makeCluster(make: Make, args: RedisMakerArgs): gcp.redis.Cluster {
  const { context, spec, network } = args;
  const { multiZone, protect } = context.redundancy;
  return make(
    gcp.redis.Cluster,
    "cluster",
    {
      name: args.name,
      region: context.region,
      // Validation has seen to it that there is one.
      nodeType: nodeTypeFor(spec) ?? "",
      shardCount: spec.shards,
      replicaCount: Math.max(spec.replicas, multiZone ? 1 : 0),
      redisConfigs: { "maxmemory-policy": spec.eviction },
      pscConfigs: [{ network: network.vpcId }],
      // Passwords it has none: a client shows its own short-lived token.
      authorizationMode: "AUTH_MODE_IAM_AUTH",
      transitEncryptionMode: "TRANSIT_ENCRYPTION_MODE_SERVER_AUTHENTICATION",
      kmsKey: args.keys.arn("data"),
      ...(multiZone ? { zoneDistributionConfig: { mode: "MULTI_ZONE" } } : {}),
      persistenceConfig: {
        mode: "RDB",
        rdbConfig: { rdbSnapshotPeriod: spec.storage ? "ONE_HOUR" : "TWENTY_FOUR_HOURS" },
      },
      automatedBackupConfig: {
        retention: `${Math.max(context.redundancy.backupRetentionDays, 1) * 86_400}s`,
        fixedFrequencySchedule: { startTime: { hours: 2 } },
      },
      maintenancePolicy: {
        weeklyMaintenanceWindows: [{ day: "MONDAY", startTime: { hours: 4, minutes: 0, seconds: 0, nanos: 0 } }],
      },
      deletionProtectionEnabled: protect,
      labels: labelsOf(context.tags),
    },
    { protect, dependsOn: [...network.privateServicesReady] },
  );
}

export interface NodePortsArgs extends Pick<RedisMakerArgs, "context" | "store" | "network"> {
  readonly client: Client;
  readonly dependsOn: readonly pulumi.Resource[];
}

/** Lets a client reach the nodes: two thousand ports are no list, and a workload's own policy knows lists alone. */
export function allowNodePorts(make: Make, args: NodePortsArgs): k8s.networking.v1.NetworkPolicy {
  const { context, store, client, network } = args;
  return make(
    k8s.networking.v1.NetworkPolicy,
    `${client.service}-to-nodes`,
    {
      metadata: {
        name: `${client.service}-to-${store}`,
        namespace: client.namespace,
        labels: { ...objectLabels(context, client.service, "network") },
      },
      spec: {
        podSelector: { matchLabels: { ...client.labels } },
        policyTypes: ["Egress"],
        egress: [
          {
            to: [{ ipBlock: { cidr: network.ranges.nodes } }],
            ports: [{ protocol: "TCP", port: NODE_PORTS.first, endPort: NODE_PORTS.last }],
          },
        ],
      },
    },
    { dependsOn: [...args.dependsOn] },
  );
}
