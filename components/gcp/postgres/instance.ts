import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { StoreOf } from "../../../systems/spec";
import type { Context } from "../../context";
import type { Make } from "../../make";
import type { Network } from "../../networking/gcp";
import type { KeysContract } from "../../secrets/keys/contract";
import { labelsOf } from "../labels";
import { allocatedGiB, maintenanceWindowOf, maxStorageGiB } from "./constraints";
import { databaseFlags } from "./flags";
import { editionOf, tierFor } from "./tier";

export interface InstanceArgs {
  readonly context: Context;
  readonly spec: StoreOf<"postgres">;
  readonly network: Network;
  readonly keys: KeysContract;
}

/** What every instance of a database is, its primary and its replicas in whatever region. */
export function instanceArgs({ context, spec, keys }: InstanceArgs, name: pulumi.Output<string>) {
  return {
    name,
    region: context.region,
    databaseVersion: `POSTGRES_${spec.version}`,
    encryptionKeyName: keys.arn("data"),
    // One keeps this program from deleting it, the one among the settings everybody else.
    deletionProtection: context.redundancy.protect,
  };
}

export function instanceSettings({ context, spec, network }: InstanceArgs) {
  // Validation has seen to it that there is one.
  const tier = tierFor(spec) ?? "";
  return {
    tier,
    edition: editionOf(tier),
    diskType: "PD_SSD",
    diskSize: allocatedGiB(spec.storage),
    diskAutoresize: true,
    diskAutoresizeLimit: maxStorageGiB(spec.storage),
    ipConfiguration: {
      ipv4Enabled: false,
      privateNetwork: network.vpcId,
      allocatedIpRange: network.privateServices.rangeName,
      sslMode: "ENCRYPTED_ONLY",
    },
    databaseFlags: databaseFlags(spec),
    insightsConfig: {
      queryInsightsEnabled: true,
      queryPlansPerMinute: 5,
      queryStringLength: 1_024,
      recordApplicationTags: true,
      recordClientAddress: false,
    },
    maintenanceWindow: { ...maintenanceWindowOf(spec.maintenanceWindow), updateTrack: "stable" },
    deletionProtectionEnabled: context.redundancy.protect,
    userLabels: labelsOf(context.tags),
  };
}

export interface ReplicasArgs extends InstanceArgs {
  /** How many. */
  readonly count: number;
  /** Start of their names. */
  readonly name: pulumi.Output<string>;
  /** Name of the primary, in whatever region. */
  readonly primary: pulumi.Output<string>;
  /** Number of the first. At 0 it is the instance the founder's database began with. @default 1 */
  readonly from?: number;
}

/** The instance a placement's own database is in, as its resource is called whatever becomes of it. */
export type MainRole = "primary" | "replica-1";

/** What follows the name of a replica's primary in its own. */
export const replicaSuffix = (number: number) => `-r${number}`;

export function makeReplicas(make: Make, args: ReplicasArgs): readonly gcp.sql.DatabaseInstance[] {
  const { from = 1 } = args;
  return Array.from({ length: args.count }, (_, index) => from + index).map((number) =>
    make(
      gcp.sql.DatabaseInstance,
      number === 0 ? "primary" : `replica-${number}`,
      {
        ...instanceArgs(args, number === 0 ? args.name : args.name.apply((name) => `${name}${replicaSuffix(number)}`)),
        masterInstanceName: args.primary,
        instanceType: "READ_REPLICA_INSTANCE",
        settings: { ...instanceSettings(args), availabilityType: "ZONAL" },
      },
      { protect: args.context.redundancy.protect, dependsOn: [...args.network.privateServicesReady] },
    ),
  );
}
