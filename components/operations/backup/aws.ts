import type * as pulumi from "@pulumi/pulumi";
import type { BackupSpec } from "../../../systems/spec";
import { Component, type ComponentArgs } from "../../component";

export interface BackupArgs extends ComponentArgs {
  /** Logical dumps of the system by name. */
  readonly backups: Readonly<Record<string, BackupSpec>>;
}

/** Logical dumps beside what RDS keeps by itself: not made yet, and the plan says so. */
export class Backup extends Component {
  constructor(name: string, args: BackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:operations:Backup", name, args, opts);
    for (const [backup, spec] of Object.entries(args.backups)) {
      this.degrade({
        feature: `backup ${backup} of ${spec.store} (${spec.schedule} UTC, kept ${spec.retentionDays} days), and its restore test`,
        reason: "only the database service's own backups run: daily snapshots and recovery to any point in time",
        remedy: "run a dump job with write access to the bucket, or rely on the service's backups",
      });
    }
    this.finish({ backups: Object.keys(args.backups) });
  }
}
