import type { StoreOf } from "../../../systems/spec";
import { containerResources } from "../../workload/container";
import { ACCESS_KEY, type Archive, archiveFolder, SECRET_KEY, SIDECAR } from "../archive";

/** The plugin that brings write-ahead logs and base backups to object storage. */
const PLUGIN = "barman-cloud.cloudnative-pg.io";

/** A database that begins as a copy of another one's past. */
export interface Recovery {
  /** Server whose copies are read: its name in the archive. */
  readonly from: string;
  /** Name this server's own copies go under: a folder that has copies takes no second server's. */
  readonly to: string;
  /** Moment to recover to, RFC 3339. @default as far as the log goes */
  readonly at?: string;
}

export interface ArchivingArgs {
  readonly store: string;
  readonly spec: Pick<StoreOf<"postgres">, "backupRetentionDays" | "database">;
  readonly system: string;
  readonly placement: string;
  readonly archive: Archive;
}

/** The spec of the `ObjectStore` of a database: its place, its credentials, and how long copies are kept. */
export function objectStoreSpec(args: ArchivingArgs): Readonly<Record<string, unknown>> {
  const { bucket, endpoint, secretName, region } = args.archive.objects;
  // Other stores of S3's protocol need not know how to encrypt by themselves.
  const encryption = endpoint === undefined ? { encryption: "AES256" } : {};
  return {
    configuration: {
      destinationPath: `s3://${String(bucket)}/${archiveFolder(args.system, args.placement)}/`,
      ...(endpoint === undefined ? {} : { endpointURL: endpoint }),
      s3Credentials: {
        accessKeyId: { name: secretName, key: ACCESS_KEY },
        secretAccessKey: { name: secretName, key: SECRET_KEY },
      },
      wal: { compression: "gzip", maxParallel: 4, ...encryption },
      data: { compression: "gzip", jobs: 2, ...encryption },
    },
    retentionPolicy: `${args.spec.backupRetentionDays}d`,
    instanceSidecarConfiguration: {
      resources: containerResources(SIDECAR),
      ...(region === undefined ? {} : { env: [{ name: "AWS_REGION", value: region }] }),
    },
  };
}

/** Fields of a `Cluster` whose log goes to the archive, and which may begin from another's. */
export function archivedCluster(
  { store, spec }: Pick<ArchivingArgs, "store" | "spec">,
  user: { readonly name: string; readonly secretName: string },
  recovery: Recovery | undefined,
): Readonly<Record<string, unknown>> {
  return {
    plugins: [
      {
        name: PLUGIN,
        isWALArchiver: true,
        parameters: { barmanObjectName: store, ...(recovery ? { serverName: recovery.to } : {}) },
      },
    ],
    ...(recovery
      ? {
          bootstrap: {
            recovery: {
              source: "origin",
              database: spec.database,
              owner: user.name,
              secret: { name: user.secretName },
              ...(recovery.at === undefined ? {} : { recoveryTarget: { targetTime: recovery.at } }),
            },
          },
          externalClusters: [
            {
              name: "origin",
              plugin: { name: PLUGIN, parameters: { barmanObjectName: store, serverName: recovery.from } },
            },
          ],
        }
      : {}),
  };
}

/** A `ScheduledBackup` of the whole data directory, from which the log is replayed. */
export function baseBackups(store: string, cron: string): Readonly<Record<string, unknown>> {
  return {
    // The operator's cron begins with the second.
    schedule: `0 ${cron}`,
    // Before the first one there is nothing to replay the log onto.
    immediate: true,
    cluster: { name: store },
    method: "plugin",
    pluginConfiguration: { name: PLUGIN },
    backupOwnerReference: "self",
  };
}

/** Alerts on copies that stopped: the operator's and the plugin's own metrics say when the last ones were made. */
export function archiveRules(store: string, labels: Readonly<Record<string, string>>) {
  const instances = `pod=~"${store}-[0-9]+"`;
  return [
    {
      alert: "PostgresArchivingFails",
      // One that never failed has never been, and is minus one.
      expr: `max(cnpg_pg_stat_archiver_last_failed_time{${instances}} - cnpg_pg_stat_archiver_last_archived_time{${instances}}) > 1`,
      for: "15m",
      labels: { severity: "critical", ...labels },
      annotations: {
        summary: `The log of ${store} does not reach its archive: what is written now could not be recovered`,
        action: "Look at the plugin's sidecar of the primary, and at the bucket's credentials",
      },
    },
    {
      alert: "PostgresBaseBackupOverdue",
      expr: `time() - max(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{${instances}}) > 26 * 3600`,
      for: "1h",
      labels: { severity: "critical", ...labels },
      annotations: {
        summary: `${store} has had no base backup for more than a day`,
        action: "Look at its newest Backup object",
      },
    },
  ];
}
