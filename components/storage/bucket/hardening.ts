import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyDocument, type Statement } from "../../aws/policy";
import type { Make } from "../../make";

export interface HardeningArgs {
  /** Region of the bucket, where it is not the provider's. */
  readonly region?: string;
  readonly bucket: aws.s3.Bucket;
  /** Key that encrypts its objects; the service's own for what a KMS key would keep from being written. */
  readonly keyArn?: pulumi.Input<string>;
  /** Statements besides the one that refuses plain HTTP. @default none */
  readonly statements?: readonly Statement[];
  /** Statements that name what is made after the bucket: they join the others then. @default none */
  readonly later?: readonly Statement[];
}

/** Makes a bucket private, owned, encrypted, versioned and reachable by TLS only. Returns its versioning and its policy. */
export function hardenBucket(make: Make, role: string, args: HardeningArgs) {
  const target = { bucket: args.bucket.id, ...(args.region === undefined ? {} : { region: args.region }) };
  const access = make(aws.s3.BucketPublicAccessBlock, `${role}-public-access`, {
    ...target,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  make(aws.s3.BucketOwnershipControls, `${role}-ownership`, {
    ...target,
    rule: { objectOwnership: "BucketOwnerEnforced" },
  });
  make(aws.s3.BucketServerSideEncryptionConfiguration, `${role}-encryption`, {
    ...target,
    rules: [
      args.keyArn === undefined
        ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
        : {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: args.keyArn },
            bucketKeyEnabled: true,
          },
    ],
  });
  const versioning = make(aws.s3.BucketVersioning, `${role}-versioning`, {
    ...target,
    versioningConfiguration: { status: "Enabled" },
  });
  const { later = [] } = args;
  const statements = [tlsOnly(args.bucket.arn), ...(args.statements ?? [])];
  const policy = make(
    aws.s3.BucketPolicy,
    `${role}-policy`,
    { ...target, policy: policyDocument(statements) },
    // S3 refuses the two at once.
    { dependsOn: [access], ...(later.length > 0 ? { ignoreChanges: ["policy"] } : {}) },
  );
  if (later.length > 0) {
    // A bucket has one policy, which this one takes the place of. Left when nothing is to come later any more: what it
    // then still names is gone, and without it the bucket would have no policy at all.
    make(
      aws.s3.BucketPolicy,
      `${role}-whole-policy`,
      { ...target, policy: policyDocument([...statements, ...later]) },
      { dependsOn: [policy], retainOnDelete: true },
    );
  }
  return { versioning, policy };
}

function tlsOnly(arn: pulumi.Output<string>): Statement {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [arn, pulumi.interpolate`${arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}
