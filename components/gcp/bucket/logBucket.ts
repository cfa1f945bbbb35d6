import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { AUTO_NAME_SUFFIX, uniqueName } from "../../naming";
import type { KeysContract } from "../../secrets/keys/contract";
import { labelsOf } from "../labels";
import { GCP_NAMES } from "../names";
import { hardening } from "./hardening";

export interface LogBucketArgs extends ComponentArgs {
  readonly keys: KeysContract;
  readonly transform?: { readonly bucket?: Transform<gcp.storage.BucketArgs> };
}

/**
 * Group under which Cloud Storage delivers its logs. No organization has it among its customers: where sharing is restricted
 * by domain, which is the default of a new one, the grant is refused. https://docs.cloud.google.com/storage/docs/access-logs#delivery
 */
const LOG_WRITER = "group:cloud-storage-analytics@google.com";

/** Where the buckets of a placement write who asked for what. */
export class LogBucket extends Component {
  readonly bucketName: pulumi.Output<string>;
  /** What must stand before Cloud Storage may write here. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: LogBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:storage:Bucket", name, args, opts);
    const { context } = this;
    const { protect, logRetentionDays } = context.redundancy;
    const suffix = this.make(random.RandomId, "suffix", { byteLength: 4 });
    const prefix = uniqueName(GCP_NAMES.bucket, [context.system, context.environment, "logs"], AUTO_NAME_SUFFIX + 1);
    const bucket = this.make(
      gcp.storage.Bucket,
      "bucket",
      {
        name: pulumi.interpolate`${prefix}-${suffix.hex}`,
        location: context.region.toUpperCase(),
        ...hardening(args.keys.arn("logs")),
        lifecycleRules: [
          { action: { type: "Delete" }, condition: { age: logRetentionDays, withState: "LIVE" } },
          { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 7, withState: "ARCHIVED" } },
        ],
        forceDestroy: context.environment === "dev",
        labels: labelsOf(context.tags),
      },
      { protect },
    );
    const writer = this.make(gcp.storage.BucketIAMMember, "writer", {
      bucket: bucket.name,
      role: "roles/storage.objectCreator",
      member: LOG_WRITER,
    });
    this.bucketName = bucket.name;
    this.ready = [writer];
    this.finish({ bucket: bucket.name });
  }
}
