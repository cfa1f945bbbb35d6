import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { StoreOf } from "../../../systems/spec";
import type { Context } from "../../context";
import type { Make } from "../../make";
import type { Peering } from "../../networking/peering";
import type { KeysContract } from "../../secrets/keys/contract";
import { topologyOf } from "./constraints";

/** An ElastiCache Global Datastore: one placement founds it, the others join, and one of them takes what is written. */
export interface Datastore {
  /** The datastore another placement founded, and the token of all its groups. Undefined: this one founds it. */
  readonly joined?: { readonly id: pulumi.Output<string>; readonly token: pulumi.Output<string> };
  /** Where what is written goes. Undefined: to this placement. */
  readonly lead?: LeadingCache;
}

export interface LeadingCache {
  readonly host: pulumi.Output<string>;
  /** Group around its nodes. */
  readonly groupId: pulumi.Output<string>;
  /** Data subnets it is in, which the peering leads to. */
  readonly cidrBlocks: readonly pulumi.Input<string>[];
  readonly peering: Peering;
}

export interface GroupArgs {
  readonly context: Context;
  readonly store: string;
  readonly spec: StoreOf<"redis">;
  readonly keys: KeysContract;
}

/** What a group has whether it founds a datastore, joins one or stands alone. */
export function commonGroupArgs({ context, store, spec, keys }: GroupArgs) {
  const { clusterMode, replicas } = topologyOf(spec, context.redundancy.multiZone);
  return {
    description: `${store} of ${context.system} in ${context.placement}`,
    ...(clusterMode ? { replicasPerNodeGroup: replicas } : { numCacheClusters: replicas + 1 }),
    automaticFailoverEnabled: clusterMode || replicas > 0,
    multiAzEnabled: replicas > 0,
    kmsKeyId: keys.arn("data"),
    snapshotRetentionLimit: Math.max(context.redundancy.backupRetentionDays, 1),
    snapshotWindow: "02:00-03:00",
    maintenanceWindow: "mon:04:30-mon:05:30",
    autoMinorVersionUpgrade: true,
    applyImmediately: false,
    tags: context.tags,
  };
}

/** A datastore of a group that stands already, which becomes the first of it. */
export function foundDatastore(
  make: Make,
  { context, store }: GroupArgs,
  group: aws.elasticache.ReplicationGroup,
): pulumi.Output<string> {
  const datastore = make(
    aws.elasticache.GlobalReplicationGroup,
    "datastore",
    {
      globalReplicationGroupIdSuffix: group.replicationGroupId,
      globalReplicationGroupDescription: `${store} of ${context.system} in every placement`,
      primaryReplicationGroupId: group.id,
    },
    { protect: context.redundancy.protect },
  );
  return datastore.globalReplicationGroupId;
}
