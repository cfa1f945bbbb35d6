import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../context";
import { labelsOf } from "../../gcp/labels";
import type { Make } from "../../make";

export interface DataDiskArgs {
  readonly context: Context;
  readonly zone: pulumi.Input<string>;
  readonly sizeGiB: number;
  readonly keyName: pulumi.Input<string>;
}

/** Hour of the daily snapshot, UTC: after the dumps of the night. */
const SNAPSHOT_TIME = "04:00";

/** The disk of everything that must survive, and its snapshots. It belongs to no instance. */
export function makeDataDisk(make: Make, { context, zone, sizeGiB, keyName }: DataDiskArgs): gcp.compute.Disk {
  const disk = make(
    gcp.compute.Disk,
    "data",
    {
      description: `Data of ${context.system} in ${context.placement}`,
      zone,
      size: sizeGiB,
      type: "pd-balanced",
      diskEncryptionKey: { kmsKeySelfLink: keyName },
      createSnapshotBeforeDestroy: context.environment !== "dev",
      labels: labelsOf(context.tags),
    },
    {
      protect: context.redundancy.protect,
      // It cannot follow to another zone: a new one in front of the list moves nothing.
      ignoreChanges: ["zone"],
    },
  );
  const policy = make(gcp.compute.ResourcePolicy, "snapshots", {
    region: context.region,
    description: `Daily snapshots of the data of ${context.system}`,
    snapshotSchedulePolicy: {
      schedule: { dailySchedule: { daysInCycle: 1, startTime: SNAPSHOT_TIME } },
      retentionPolicy: {
        maxRetentionDays: Math.max(7, context.redundancy.backupRetentionDays),
        onSourceDiskDelete: "KEEP_AUTO_SNAPSHOTS",
      },
      // The region's own storage: no other law, and a disk is rebuilt there.
      snapshotProperties: { storageLocations: context.region, labels: labelsOf(context.tags), guestFlush: false },
    },
  });
  make(gcp.compute.DiskResourcePolicyAttachment, "snapshots-attachment", {
    name: policy.name,
    disk: disk.name,
    zone: disk.zone,
  });
  return disk;
}
