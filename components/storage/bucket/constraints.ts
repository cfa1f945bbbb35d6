import type { StoreOf } from "../../../systems/spec";
import { type Problem, show } from "../../errors";
import { LEAST_INFREQUENT_DAYS } from "./lifecycle";

export interface BucketPlace {
  readonly region: string;
  /** Region of the copy; undefined where nothing names one. */
  readonly replicaRegion: string | undefined;
}

/** What S3 would refuse at apply. */
export function bucketProblems(name: string, store: StoreOf<"bucket">, place: BucketPlace): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (field: string, found: unknown, allowed: string, fix: string) =>
    problems.push({ path: `stores.${name}.${field}`, found: show(found), allowed, fix });
  const { infrequentAccessDays, archiveDays, expireDays } = store.lifecycle;

  if (infrequentAccessDays !== undefined && infrequentAccessDays < LEAST_INFREQUENT_DAYS) {
    add(
      "lifecycle.infrequentAccessDays",
      infrequentAccessDays,
      `at least ${LEAST_INFREQUENT_DAYS}`,
      `use ${LEAST_INFREQUENT_DAYS} or more`,
    );
  }
  // Objects stay a month in STANDARD_IA before they may move on.
  if (
    infrequentAccessDays !== undefined &&
    archiveDays !== undefined &&
    archiveDays < infrequentAccessDays + LEAST_INFREQUENT_DAYS
  ) {
    const least = infrequentAccessDays + LEAST_INFREQUENT_DAYS;
    add(
      "lifecycle.archiveDays",
      archiveDays,
      `at least ${least}: a month after infrequentAccessDays`,
      `use ${least} or more`,
    );
  }
  const last = Math.max(infrequentAccessDays ?? 0, archiveDays ?? 0);
  if (expireDays !== undefined && expireDays <= last) {
    add(
      "lifecycle.expireDays",
      expireDays,
      `more than ${last}: objects expire after they have moved`,
      `use ${last + 1} or more`,
    );
  }
  if (store.locked && !store.versioning) {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
    add("versioning", false, "true for a locked bucket", "remove versioning: false");
  }
  if (store.locked && store.retentionDays === undefined) {
    add("retentionDays", undefined, "the days objects of a locked bucket are kept", "add retentionDays");
  }
  if (store.replication && !store.versioning) {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html
    add("versioning", false, "true for a replicated bucket", "remove versioning: false");
  }
  if (store.replication && place.replicaRegion === undefined) {
    add(
      "replication",
      place.region,
      "a region whose copy has a default place",
      "place the system in a region of components/storage/bucket/replicaRegion.ts, or add this one there",
    );
  }
  if (store.replication && place.replicaRegion === place.region) {
    add("replication", place.region, "a copy in another region", "name another region");
  }
  return problems;
}
