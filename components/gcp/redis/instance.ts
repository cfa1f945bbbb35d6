import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { StoreOf } from "../../../systems/spec";
import type { Context } from "../../context";
import type { Make } from "../../make";
import type { Network } from "../../networking/gcp";
import type { KeysContract } from "../../secrets/keys/contract";
import { labelsOf } from "../labels";
import { versionOf } from "./constraints";
import { planInstance } from "./sizes";

export interface RedisMakerArgs {
  readonly context: Context;
  readonly store: string;
  readonly spec: StoreOf<"redis">;
  readonly network: Network;
  readonly keys: KeysContract;
  readonly name: pulumi.Output<string>;
}

/** With TLS an instance listens here alone. https://docs.cloud.google.com/memorystore/docs/redis/about-in-transit-encryption */
export const TLS_PORT = 6_378;

/** Memorystore for Redis: one master, and a standby in another zone. */
export function makeInstance(make: Make, args: RedisMakerArgs): gcp.redis.Instance {
  const { context, spec, network } = args;
  const { tier, memoryGiB, replicas, readable } = planInstance(spec, context.redundancy.multiZone);
  return make(
    gcp.redis.Instance,
    "instance",
    {
      name: args.name,
      displayName: `${args.store} of ${context.system}`.slice(0, 80),
      region: context.region,
      tier,
      memorySizeGb: memoryGiB,
      ...(readable ? { readReplicasMode: "READ_REPLICAS_ENABLED", replicaCount: replicas } : {}),
      // Validation has seen to it that there is one.
      redisVersion: versionOf(spec) ?? "",
      redisConfigs: { "maxmemory-policy": spec.eviction },
      authorizedNetwork: network.vpcId,
      connectMode: "PRIVATE_SERVICE_ACCESS",
      reservedIpRange: network.privateServices.rangeName,
      authEnabled: true,
      transitEncryptionMode: "SERVER_AUTHENTICATION",
      customerManagedKey: args.keys.arn("data"),
      persistenceConfig: spec.storage
        ? { persistenceMode: "RDB", rdbSnapshotPeriod: "ONE_HOUR" }
        : { persistenceMode: "RDB", rdbSnapshotPeriod: "TWENTY_FOUR_HOURS" },
      maintenancePolicy: {
        weeklyMaintenanceWindows: [{ day: "MONDAY", startTime: { hours: 4, minutes: 0, seconds: 0, nanos: 0 } }],
      },
      deletionProtection: context.redundancy.protect,
      labels: labelsOf(context.tags),
    },
    { protect: context.redundancy.protect, dependsOn: [...network.privateServicesReady] },
  );
}
