import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { StoreOf } from "../../../systems/spec";
import type { Context } from "../../context";
import type { Make } from "../../make";
import type { NetworkContract } from "../../networking/contract";
import type { KeysContract } from "../../secrets/keys/contract";
import { makeRotation } from "../../secrets/rotation/aws";
import type { RotatedSecret, Rotation } from "../../secrets/rotation/work";
import { type ClientSecret, secretRole } from "./credentials";

export interface DatabaseRotationArgs {
  readonly context: Context;
  readonly store: string;
  readonly spec: StoreOf<"postgres">;
  readonly network: NetworkContract;
  readonly keys: KeysContract;
  readonly primary: aws.rds.Instance;
  /** Group around the instances. */
  readonly groupId: pulumi.Input<string>;
  readonly days: number;
  /** Secrets of the clients' users, by service. */
  readonly clientSecrets: ReadonlyMap<string, ClientSecret>;
  /** What makes the clients' users. */
  readonly users: readonly pulumi.Resource[];
  readonly administratorArn: pulumi.Output<string>;
  /** The administrator's secret, where it is ours. @default RDS has it, and rotates it */
  readonly master?: Pick<RotatedSecret, "role" | "arn" | "version">;
  /** Component the function belongs to. */
  readonly parent: pulumi.Resource;
}

/** Rotation of the passwords of a database's users, who must be there first, and of the administrator's. */
export function makeDatabaseRotation(make: Make, args: DatabaseRotationArgs): Rotation {
  const { context, keys, store, spec, network, primary, days, users, master, parent } = args;
  const clients = [...args.clientSecrets].map(([service, { arn, version }]) => ({
    role: secretRole(service),
    ...{ arn, version, days, after: users },
  }));
  return makeRotation(make, {
    ...{ context, keys, parent },
    subject: store,
    work: {
      kind: "postgres",
      host: primary.address,
      database: spec.database,
      administratorArn: args.administratorArn,
      ...(master ? { instance: { identifier: primary.identifier, arn: primary.arn } } : {}),
      network: {
        vpcId: network.vpcId,
        subnetIds: network.privateSubnetIds,
        storeGroupId: args.groupId,
        ready: network.ready,
      },
    },
    secrets: [...clients, ...(master ? [{ ...master, days }] : [])],
  });
}
