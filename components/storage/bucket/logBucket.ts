import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accountOf } from "../../aws/account";
import { namePrefix } from "../../aws/names";
import type { Statement } from "../../aws/policy";
import { Component, type ComponentArgs, type Transform } from "../../component";
import type { Make } from "../../make";
import { NAME_RULES } from "../../naming";
import { hardenBucket } from "./hardening";
import { replicateLogs } from "./replication";

export interface LogBucketArgs extends ComponentArgs {
  /** Region of the buckets it serves: S3 writes logs within a region only. @default the provider's */
  readonly region?: string;
  /** Log bucket of another region that takes copies. @default none */
  readonly copy?: { readonly region: string; readonly logs: LogBucket };
  readonly transform?: { readonly bucket?: Transform<aws.s3.BucketArgs> };
}

/**
 * Where buckets and load balancers of a placement write who asked for what. Encrypted with S3's own key: neither service
 * can write to a bucket under a KMS key.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
export class LogBucket extends Component {
  readonly bucketName: pulumi.Output<string>;
  readonly bucket: aws.s3.Bucket;
  /** What must stand before a service may write here. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: LogBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:storage:Bucket", name, args, opts);
    const { context } = this;
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const region = args.region === undefined ? {} : { region: args.region };
    const bucket = this.make(
      aws.s3.Bucket,
      "bucket",
      {
        ...region,
        bucketPrefix: namePrefix(NAME_RULES.awsBucket, [context.system, context.environment, "logs"]),
        forceDestroy: !context.redundancy.protect,
        tags: context.tags,
      },
      { protect: context.redundancy.protect },
    );
    const { policy, versioning } = hardenBucket(make, "bucket", {
      ...region,
      bucket,
      statements: this.writers(bucket),
    });
    this.make(aws.s3.BucketLifecycleConfiguration, "bucket-lifecycle", {
      ...region,
      bucket: bucket.id,
      rules: [
        {
          id: "logs",
          status: "Enabled",
          filter: { prefix: "" },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          expiration: { days: context.redundancy.logRetentionDays },
          noncurrentVersionExpiration: { noncurrentDays: 7 },
        },
      ],
    });
    if (args.copy) {
      const { logs, region: copyRegion } = args.copy;
      const destination = { destination: logs.bucket, ready: logs.ready, region: copyRegion };
      replicateLogs(make, { context, source: bucket, versioning, ...destination, parent: this });
    }
    this.bucket = bucket;
    this.bucketName = bucket.bucket;
    // A destination of copies must keep versions.
    this.ready = [policy, versioning];
    this.finish({ bucket: bucket.bucket });
  }

  private writers(bucket: aws.s3.Bucket): readonly Statement[] {
    const { id } = accountOf(this);
    return [
      {
        Sid: "BucketLogs",
        Principal: { Service: "logging.s3.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: pulumi.interpolate`${bucket.arn}/buckets/*`,
        Condition: { StringEquals: { "aws:SourceAccount": id } },
      },
      {
        // Covers every region, unlike the accounts per region of old.
        Sid: "LoadBalancerLogs",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: pulumi.interpolate`${bucket.arn}/load-balancers/AWSLogs/${id}/*`,
      },
    ];
  }
}

/** Prefixes of the log bucket, by who writes. */
export const LOG_PREFIXES = { buckets: "buckets", loadBalancers: "load-balancers" } as const;
