import type * as pulumi from "@pulumi/pulumi";

/** Days what was deleted can be brought back, bucket and all; the least there is besides none. */
const SOFT_DELETE_DAYS = 7;

/**
 * What makes a bucket private, encrypted with an own key, and recoverable. A retention period keeps every object as it is,
 * and Cloud Storage long took versions beside it for a contradiction: a bucket has one or the other.
 * https://docs.cloud.google.com/storage/docs/bucket-lock
 */
export function hardening(keyName: pulumi.Input<string>, retained = false) {
  return {
    storageClass: "STANDARD",
    uniformBucketLevelAccess: true,
    publicAccessPrevention: "enforced",
    encryption: { defaultKmsKeyName: keyName },
    versioning: { enabled: !retained },
    softDeletePolicy: { retentionDurationSeconds: SOFT_DELETE_DAYS * 86_400 },
  };
}
