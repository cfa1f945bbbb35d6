import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { StoreOf } from "../../../systems/spec";
import type { Statement } from "../../aws/policy";
import type { Binding, BindingValue } from "../../binding";
import { Component, type ComponentArgs, type Degraded, type Transform } from "../../component";
import { InputError } from "../../errors";
import type { Make } from "../../make";
import { AUTO_NAME_SUFFIX, NAME_RULES, physicalName } from "../../naming";
import type { KeysContract } from "../../secrets/keys/contract";
import { bucketProblems } from "./constraints";
import type { BucketContract } from "./contract";
import { bucketGrants } from "./grants";
import { hardenBucket } from "./hardening";
import { lifecycleRules } from "./lifecycle";
import { LOG_PREFIXES, type LogBucket } from "./logBucket";
import { replicate } from "./replication";

export interface BucketArgs extends ComponentArgs {
  /** Name of the store in the spec. */
  readonly store: string;
  readonly spec: StoreOf<"bucket">;
  readonly keys: KeysContract;
  readonly logs: LogBucket;
  /** Where the copy goes, for a spec that asks for one. */
  readonly replica?: { readonly region: string; readonly logs: LogBucket };
  /** What its policy allows services, by the bucket's ARN. @default nothing */
  readonly statements?: (bucketArn: pulumi.Output<string>) => readonly Statement[];
  /** The same of what is made after the bucket, such as the distribution that delivers it. @default nothing */
  readonly later?: (bucketArn: pulumi.Output<string>) => readonly Statement[];
  /** Whether the CDN delivers its objects, or why it does not; for a spec that wants them delivered. @default no CDN does */
  readonly delivered?: true | Pick<Degraded, "reason" | "remedy">;
  /** Why its policy admits more of CloudFront than the one distribution. @default it does not */
  readonly open?: Degraded;
  /** Whether every placement has a bucket of this name, each its own. @default false */
  readonly onePerPlacement?: boolean;
  readonly transform?: {
    readonly bucket?: Transform<aws.s3.BucketArgs>;
    readonly "bucket-lifecycle"?: Transform<aws.s3.BucketLifecycleConfigurationArgs>;
  };
}

const NO_CDN = {
  reason: "no CDN stands before this placement: services hand out the objects, or links to S3",
  remedy: "deploy it in a model with load balancers, with edge.cdn, a domain and a hosted zone",
};

/** An S3 bucket: private, encrypted with an own key, versioned, logged, with the spec's lifecycle, copy and lock. */
export class Bucket extends Component implements BucketContract {
  readonly binding: Binding;
  readonly bucket: aws.s3.Bucket;

  private readonly args: BucketArgs;

  constructor(name: string, args: BucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:storage:Bucket", name, args, opts);
    this.args = args;
    const { spec, keys } = args;
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const problems = bucketProblems(args.store, spec, {
      region: this.context.region,
      replicaRegion: args.replica?.region,
    });
    if (problems.length > 0) {
      throw new InputError(problems);
    }
    this.bucket = this.makeBucket();
    const { versioning, policy } = hardenBucket(make, "bucket", {
      bucket: this.bucket,
      keyArn: keys.arn("storage"),
      statements: args.statements?.(this.bucket.arn) ?? [],
      later: args.later?.(this.bucket.arn) ?? [],
    });
    this.makeLifecycle(versioning);
    this.makeLogging();
    this.makeLock(versioning);
    if (spec.cdn && args.delivered !== true) {
      this.degrade({ feature: `objects of ${args.store} by the CDN`, ...(args.delivered ?? NO_CDN) });
    }
    if (args.open) {
      this.degrade(args.open);
    }
    if (spec.replication && args.replica) {
      replicate(make, {
        context: this.context,
        store: args.store,
        spec,
        replication: spec.replication,
        source: this.bucket,
        sourceKeyArn: keys.arn("storage"),
        sourceVersioning: versioning,
        ...args.replica,
        parent: this,
      });
    }
    if (args.onePerPlacement) {
      this.degrade({
        feature: `the same objects in ${args.store} of every placement`,
        reason: `each has a bucket of its own, whose copy in another region is for the loss of its own: what is written in ${this.context.placement} is not listed elsewhere`,
        remedy: "keep the placement in the object's address, or put an S3 Multi-Region Access Point before the buckets",
      });
    }
    this.binding = this.bind(policy);
    this.finish({ bucket: this.bucket.bucket });
  }

  /** The name is one an application may know, kept unique by a suffix that lives in the state. */
  private makeBucket(): aws.s3.Bucket {
    const { context, args } = this;
    const suffix = this.make(random.RandomId, "suffix", { byteLength: 4 });
    const parts = args.spec.bucketName === undefined ? [context.system, args.store] : [args.spec.bucketName];
    const prefix = physicalName(NAME_RULES.awsBucket, [...parts, context.environment], AUTO_NAME_SUFFIX + 1);
    return this.make(
      aws.s3.Bucket,
      "bucket",
      {
        bucket: pulumi.interpolate`${prefix}-${suffix.hex}`,
        // Can be set only when the bucket is made.
        objectLockEnabled: args.spec.locked,
        forceDestroy: context.environment === "dev" && !args.spec.locked,
        tags: context.tags,
      },
      // A locked bucket may refuse to go; its key must not be gone by then.
      { protect: context.redundancy.protect, dependsOn: args.keys.resources?.("storage") ?? [] },
    );
  }

  private makeLifecycle(versioning: pulumi.Resource): void {
    this.make(
      aws.s3.BucketLifecycleConfiguration,
      "bucket-lifecycle",
      { bucket: this.bucket.id, rules: lifecycleRules(this.args.spec.lifecycle, this.args.spec.locked) },
      { dependsOn: [versioning] },
    );
  }

  private makeLogging(): void {
    const { logs, store } = this.args;
    this.make(
      aws.s3.BucketLogging,
      "bucket-logging",
      { bucket: this.bucket.id, targetBucket: logs.bucketName, targetPrefix: `${LOG_PREFIXES.buckets}/${store}/` },
      { dependsOn: [...logs.ready] },
    );
  }

  private makeLock(versioning: pulumi.Resource): void {
    const { locked, retentionDays } = this.args.spec;
    if (!locked || retentionDays === undefined) {
      return;
    }
    this.make(
      aws.s3.BucketObjectLockConfiguration,
      "bucket-lock",
      {
        bucket: this.bucket.id,
        rule: {
          defaultRetention: {
            // Nobody can shorten compliance, not even the account's owner: production only, where that is the point.
            mode:
              this.context.environment === "production" && this.context.redundancy.protect
                ? "COMPLIANCE"
                : "GOVERNANCE",
            days: retentionDays,
          },
        },
      },
      { dependsOn: [versioning] },
    );
  }

  private bind(policy: pulumi.Resource): Binding {
    const { bucket, args, context } = this;
    const plain = (value: pulumi.Input<string>): BindingValue => ({ kind: "plain", value });
    return {
      values: () => ({
        name: plain(bucket.bucket),
        region: plain(context.region),
        url: plain(pulumi.interpolate`s3://${bucket.bucket}`),
        host: plain(bucket.bucketRegionalDomainName),
      }),
      // S3 has no fixed addresses; the network's gateway endpoint takes the traffic, whatever the address.
      peers: [{ kind: "hosts", hosts: [`s3.${context.region}.amazonaws.com`, `*.s3.${context.region}.amazonaws.com`] }],
      ports: [443],
      grants: (_client, access) =>
        bucketGrants({ store: args.store, access, bucketArn: bucket.arn, keyArn: args.keys.arn("storage") }),
      ready: [bucket, policy],
    };
  }
}
