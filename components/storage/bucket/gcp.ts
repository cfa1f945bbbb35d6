import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreOf } from "../../../systems/spec";
import type { Binding, BindingValue } from "../../binding";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { InputError } from "../../errors";
import { bucketProblems } from "../../gcp/bucket/constraints";
import { type DualRegion, dualRegionOf } from "../../gcp/bucket/dualRegion";
import { bucketGrants } from "../../gcp/bucket/grants";
import { hardening } from "../../gcp/bucket/hardening";
import { lifecycleRules } from "../../gcp/bucket/lifecycle";
import type { LogBucket } from "../../gcp/bucket/logBucket";
import { makeReplicaKey } from "../../gcp/bucket/replicaKey";
import { labelsOf } from "../../gcp/labels";
import { GCP_NAMES } from "../../gcp/names";
import type { Make } from "../../make";
import { AUTO_NAME_SUFFIX, physicalName } from "../../naming";
import type { KeysContract } from "../../secrets/keys/contract";
import type { BucketContract } from "./contract";

export interface BucketArgs extends ComponentArgs {
  /** Name of the store in the spec. */
  readonly store: string;
  readonly spec: StoreOf<"bucket">;
  readonly keys: KeysContract;
  /** Where the bucket writes its usage logs. @default it writes none: the project's audit logs tell who asked for what */
  readonly logs?: LogBucket;
  readonly transform?: { readonly bucket?: Transform<gcp.storage.BucketArgs> };
}

/** A Cloud Storage bucket: private, encrypted with an own key, versioned, with the spec's lifecycle, copy and lock. */
export class Bucket extends Component implements BucketContract {
  readonly binding: Binding;
  readonly bucket: gcp.storage.Bucket;

  private readonly args: BucketArgs;

  constructor(name: string, args: BucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:storage:Bucket", name, args, opts);
    this.args = args;
    const { context } = this;
    const problems = bucketProblems(args.store, args.spec, context.region);
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    // Every placement of a global system uses the one bucket, so it must outlive a region whatever the spec says.
    const wanted = args.spec.replication !== undefined || context.model === "global";
    const dual = wanted ? dualRegionOf(context.region) : undefined;
    this.bucket = this.makeBucket(dual);
    this.binding = this.bind();
    this.reportReplica(dual);
    this.finish({ bucket: this.bucket.name });
  }

  /** The name is one an application may know, kept unique by a suffix that lives in the state. */
  private makeBucket(dual: DualRegion | undefined): gcp.storage.Bucket {
    const { context, args } = this;
    const { spec, store, keys, logs } = args;
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const suffix = this.make(random.RandomId, "suffix", { byteLength: 4 });
    const parts = spec.bucketName === undefined ? [context.system, store] : [spec.bucketName];
    const prefix = physicalName(GCP_NAMES.bucket, [...parts, context.environment], AUTO_NAME_SUFFIX + 1);
    const keyName = dual ? makeReplicaKey(make, context, dual, this) : keys.arn("storage");
    return this.make(
      gcp.storage.Bucket,
      "bucket",
      {
        name: pulumi.interpolate`${prefix}-${suffix.hex}`,
        ...this.place(dual),
        ...hardening(keyName, isRetained(spec)),
        lifecycleRules: lifecycleRules(spec.lifecycle, isRetained(spec)),
        ...(logs ? { logging: { logBucket: logs.bucketName, logObjectPrefix: store } } : {}),
        ...this.retention(),
        forceDestroy: context.environment === "dev" && !spec.locked,
        labels: labelsOf(context.tags),
      },
      { protect: context.redundancy.protect, ...(logs ? { dependsOn: [...logs.ready] } : {}) },
    );
  }

  /** Two regions with turbo replication: 15 minutes behind at most. */
  private place(dual: DualRegion | undefined) {
    return dual
      ? {
          location: dual.location,
          customPlacementConfig: { dataLocations: [...dual.dataLocations] },
          rpo: "ASYNC_TURBO",
        }
      : { location: this.context.region.toUpperCase() };
  }

  private retention() {
    const { locked, retentionDays } = this.args.spec;
    const { environment, redundancy } = this.context;
    return locked && retentionDays !== undefined
      ? {
          retentionPolicy: {
            retentionPeriod: String(retentionDays * 86_400),
            // Nobody can shorten a locked policy, not even the project's owner: production only, where that is the point.
            isLocked: environment === "production" && redundancy.protect,
          },
        }
      : {};
  }

  private bind(): Binding {
    const { bucket, args, context } = this;
    return bucketBinding({ store: args.store, name: bucket.name, region: context.region, ready: [bucket] });
  }

  private reportReplica(dual: DualRegion | undefined): void {
    const storageClass = this.args.spec.replication?.storageClass;
    if (this.context.model === "global" && !dual) {
      this.degrade({
        feature: `a copy of ${this.args.store} in another region`,
        reason: `Cloud Storage pairs ${this.context.region} with none`,
        remedy: "make a placement of a region of components/gcp/bucket/dualRegion.ts the primary",
      });
    }
    if (dual && storageClass !== undefined && storageClass !== "standard") {
      this.degrade({
        feature: `copies of ${this.args.store} in class ${storageClass}`,
        reason: "both regions of a bucket keep an object in the same class, so that either can take over",
        remedy: "copy to an archive bucket with a Storage Transfer job, or rely on the lifecycle's classes",
      });
    }
  }
}

export interface BucketBindingArgs {
  /** Name of the store in the spec. */
  readonly store: string;
  readonly name: pulumi.Output<string>;
  readonly region: string;
  readonly ready: readonly pulumi.Resource[];
}

/** How clients use a bucket, of this stack or another. */
export function bucketBinding({ store, name, region, ready }: BucketBindingArgs): Binding {
  const plain = (value: pulumi.Input<string>): BindingValue => ({ kind: "plain", value });
  return {
    values: () => ({
      name: plain(name),
      region: plain(region),
      url: plain(pulumi.interpolate`gs://${name}`),
      host: plain("storage.googleapis.com"),
    }),
    // Google's services share their addresses; private access takes the traffic there without leaving its network.
    peers: [{ kind: "hosts", hosts: ["storage.googleapis.com", "*.storage.googleapis.com"] }],
    ports: [443],
    grants: (_client, access) => bucketGrants(store, access, name),
    ready,
  };
}

function isRetained({ locked, retentionDays }: StoreOf<"bucket">): boolean {
  return locked && retentionDays !== undefined;
}
