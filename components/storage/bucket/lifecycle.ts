import type * as aws from "@pulumi/aws";
import type { StoreOf } from "../../../systems/spec";

type Rule = aws.types.input.s3.BucketLifecycleConfigurationRule;
type Lifecycle = StoreOf<"bucket">["lifecycle"];

/** Days an unfinished upload is kept: its parts are paid for and seen by nobody. */
const ABORT_DAYS = 7;
/** Days an overwritten or deleted object can be brought back, where nothing else says so. */
const NONCURRENT_DAYS = 90;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html */
export const LEAST_INFREQUENT_DAYS = 30;

/**
 * The lifecycle of a bucket's objects, as S3 rules. What a lock still holds no rule removes: where there is one, it alone
 * decides how long an overwritten object can be brought back.
 */
export function lifecycleRules(lifecycle: Lifecycle, locked = false): Rule[] {
  const transitions = [
    ...(lifecycle.infrequentAccessDays === undefined
      ? []
      : [{ days: lifecycle.infrequentAccessDays, storageClass: "STANDARD_IA" }]),
    ...(lifecycle.archiveDays === undefined ? [] : [{ days: lifecycle.archiveDays, storageClass: "GLACIER" }]),
  ];
  return [
    {
      id: "unfinished-uploads",
      status: "Enabled",
      filter: { prefix: "" },
      abortIncompleteMultipartUpload: { daysAfterInitiation: ABORT_DAYS },
    },
    {
      id: "objects",
      status: "Enabled",
      filter: { prefix: "" },
      ...(transitions.length > 0 ? { transitions } : {}),
      ...(lifecycle.expireDays === undefined ? {} : { expiration: { days: lifecycle.expireDays } }),
      noncurrentVersionExpiration: {
        noncurrentDays: locked ? 1 : Math.min(NONCURRENT_DAYS, lifecycle.expireDays ?? NONCURRENT_DAYS),
      },
    },
  ];
}
