import type * as gcp from "@pulumi/gcp";
import type { StoreOf } from "../../../systems/spec";

type Rule = gcp.types.input.storage.BucketLifecycleRule;
type Lifecycle = StoreOf<"bucket">["lifecycle"];

/** Days an unfinished upload is kept: its parts are paid for and seen by nobody. */
const ABORT_DAYS = 7;
/** Days an overwritten or deleted object can be brought back, where nothing else says so. */
const NONCURRENT_DAYS = 90;
/** An object deleted sooner is paid for as long. https://docs.cloud.google.com/storage/docs/storage-classes */
const LEAST_ARCHIVE_DAYS = 365;

/** The lifecycle of a bucket's objects, as rules of Cloud Storage. */
export function lifecycleRules(lifecycle: Lifecycle, retained = false): Rule[] {
  const { infrequentAccessDays, archiveDays, expireDays } = lifecycle;
  return [
    { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: ABORT_DAYS } },
    ...(infrequentAccessDays === undefined ? [] : [move("NEARLINE", infrequentAccessDays)]),
    ...(archiveDays === undefined ? [] : [move(archiveClass(archiveDays, expireDays), archiveDays)]),
    ...(expireDays === undefined
      ? []
      : [{ action: { type: "Delete" }, condition: { age: expireDays, withState: "LIVE" } }]),
    ...(retained ? [] : [endOfVersions(expireDays)]),
  ];
}

function endOfVersions(expireDays: number | undefined): Rule {
  return {
    action: { type: "Delete" },
    condition: {
      daysSinceNoncurrentTime: Math.min(NONCURRENT_DAYS, expireDays ?? NONCURRENT_DAYS),
      withState: "ARCHIVED",
    },
  };
}

/** The archive costs least and asks for a year; what goes sooner is cheaper in the class before it. */
export function archiveClass(archiveDays: number, expireDays: number | undefined): "ARCHIVE" | "COLDLINE" {
  return expireDays === undefined || expireDays - archiveDays >= LEAST_ARCHIVE_DAYS ? "ARCHIVE" : "COLDLINE";
}

function move(storageClass: string, age: number): Rule {
  return { action: { type: "SetStorageClass", storageClass }, condition: { age, withState: "LIVE" } };
}
