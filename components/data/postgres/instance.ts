import * as pulumi from "@pulumi/pulumi";
import type { StoreOf } from "../../../systems/spec";
import { makeLogGroup } from "../../aws/logGroup";
import type { Context } from "../../context";
import type { Make } from "../../make";
import type { KeysContract } from "../../secrets/keys/contract";
import { POSTGRES_PORT } from "./contract";
import { instanceClassFor } from "./instanceClass";
import type { Surroundings } from "./surroundings";

export interface InstanceArgs {
  readonly context: Context;
  readonly spec: StoreOf<"postgres">;
  readonly keys: KeysContract;
  /** Whether its major version may rise, at once rather than in the next maintenance window. @default false */
  readonly upgraded?: boolean;
}

export const LOG_EXPORTS = ["postgresql", "upgrade"] as const;

/** What a primary and its replicas share, wherever they are. */
export function instanceArgs({ context, spec, keys, upgraded = false }: InstanceArgs, shared: Surroundings) {
  return {
    // Validation has seen to it that there is one.
    instanceClass: instanceClassFor(spec) ?? "",
    storageEncrypted: true,
    publiclyAccessible: false,
    vpcSecurityGroupIds: [shared.group.id],
    parameterGroupName: shared.parameters.name,
    port: POSTGRES_PORT,
    caCertIdentifier: "rds-ca-rsa2048-g1",
    iamDatabaseAuthenticationEnabled: true,
    maintenanceWindow: spec.maintenanceWindow,
    autoMinorVersionUpgrade: true,
    // A parameter group belongs to one major version: RDS takes the next one's with the version itself, or not at all.
    applyImmediately: upgraded,
    copyTagsToSnapshot: true,
    databaseInsightsMode: "standard",
    performanceInsightsEnabled: true,
    performanceInsightsKmsKeyId: keys.arn("data"),
    performanceInsightsRetentionPeriod: 7,
    monitoringInterval: 60,
    monitoringRoleArn: shared.monitoring.arn,
    enabledCloudwatchLogsExports: [...LOG_EXPORTS],
    deletionProtection: context.redundancy.protect,
    tags: context.tags,
  };
}

/** RDS makes the groups itself where they are missing, without key or retention. */
export function makeLogs(
  make: Make,
  role: string,
  identifier: pulumi.Output<string>,
  { context, keys }: InstanceArgs,
): readonly pulumi.Resource[] {
  return LOG_EXPORTS.map((log) =>
    makeLogGroup(make, `${role}-${log}`, {
      context,
      name: pulumi.interpolate`/aws/rds/instance/${identifier}/${log}`,
      keyArn: keys.arn("logs"),
    }),
  );
}
