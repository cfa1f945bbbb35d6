import * as pulumi from "@pulumi/pulumi";
import type { Access, Grant } from "../../binding";

const READ = ["s3:GetObject", "s3:GetObjectVersion"];
const WRITE = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"];
const ADMIN = ["s3:DeleteObjectVersion", "s3:PutObjectTagging", "s3:GetObjectTagging", "s3:RestoreObject"];

/** What a service may do with one bucket: its objects, the list of them, and the key that encrypts them. */
export function bucketGrants(args: {
  readonly store: string;
  readonly access: Access;
  readonly bucketArn: pulumi.Input<string>;
  /** Key of its objects. @default one that asks no permission of its clients */
  readonly keyArn?: pulumi.Input<string>;
}): readonly Grant[] {
  const { store, access, bucketArn, keyArn } = args;
  const objects = access === "read" ? READ : access === "write" ? [...READ, ...WRITE] : [...READ, ...WRITE, ...ADMIN];
  return [
    { id: `${store}-list`, actions: ["s3:ListBucket", "s3:GetBucketLocation"], resources: [bucketArn] },
    { id: `${store}-${access}`, actions: objects, resources: [pulumi.interpolate`${bucketArn}/*`] },
    ...(keyArn === undefined
      ? []
      : [
          {
            id: `${store}-key`,
            actions: access === "read" ? ["kms:Decrypt"] : ["kms:Decrypt", "kms:GenerateDataKey"],
            resources: [keyArn],
            // The one key of the placement's buckets, and through it this bucket alone.
            conditions: {
              StringLike: { "kms:EncryptionContext:aws:s3:arn": [bucketArn, pulumi.interpolate`${bucketArn}/*`] },
            },
          },
        ]),
  ];
}
