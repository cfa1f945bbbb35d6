import type * as pulumi from "@pulumi/pulumi";

/** Days what was deleted can be brought back, bucket and all; the least there is besides none. */
const SOFT_DELETE_DAYS = 7;

/** What makes a bucket private, encrypted with an own key, and recoverable. */
export function hardening(keyName: pulumi.Input<string>) {
  return {
    storageClass: "STANDARD",
    uniformBucketLevelAccess: true,
    publicAccessPrevention: "enforced",
    encryption: { defaultKmsKeyName: keyName },
    versioning: { enabled: true },
    softDeletePolicy: { retentionDurationSeconds: SOFT_DELETE_DAYS * 86_400 },
  };
}
