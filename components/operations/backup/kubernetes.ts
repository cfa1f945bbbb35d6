import type * as pulumi from "@pulumi/pulumi";
import type { BackupSpec } from "../../../systems/spec";
import { Component, type ComponentArgs } from "../../component";

export interface KubernetesBackupArgs extends ComponentArgs {
  /** Logical dumps of the system by name. */
  readonly backups: Readonly<Record<string, BackupSpec>>;
}

/** Logical dumps on a cluster without object storage that pods may write to: none, and the plan says so. */
export class KubernetesBackup extends Component {
  constructor(name: string, args: KubernetesBackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:operations:Backup", name, args, opts);
    for (const [backup, spec] of Object.entries(args.backups)) {
      this.degrade({
        feature: `backup ${backup} of ${spec.store} (${spec.schedule} UTC, kept ${spec.retentionDays} days)`,
        reason:
          "an attached cluster lends no identity that may write to a bucket, and a copy beside its database is none",
        remedy: "use a placement on aws, or CloudNativePG's barman-cloud plugin with a bucket's credentials",
      });
    }
    this.finish({ backups: Object.keys(args.backups) });
  }
}
