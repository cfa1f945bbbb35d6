import type * as pulumi from "@pulumi/pulumi";
import type { BackupSpec } from "../../../systems/spec";
import { Component, type ComponentArgs } from "../../component";

export interface BackupArgs extends ComponentArgs {
  /** Backups of the system by name. */
  readonly backups: Readonly<Record<string, BackupSpec>>;
}

/** Logical dumps besides the service's own backups: not taken on Google Cloud, and the plan says so. */
export class Backup extends Component {
  constructor(name: string, args: BackupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:operations:Backup", name, args, opts);
    for (const [backup, { store, bucket }] of Object.entries(args.backups)) {
      this.degrade({
        feature: `dump ${backup} of ${store} to ${bucket}`,
        reason: "the job speaks S3's protocol, which Cloud Storage wants other credentials for than an identity's",
        remedy: "rely on Cloud SQL's own backups, which restore any moment of the last seven days",
      });
    }
    this.finish({ backups: Object.keys(args.backups) });
  }
}
