import type { StoreOf } from "../../../systems/spec";
import { type Problem, show } from "../../errors";
import { dualRegionOf } from "./dualRegion";

/** Nearline objects are paid for this long. https://docs.cloud.google.com/storage/docs/storage-classes#nearline */
const LEAST_INFREQUENT_DAYS = 30;

/** What Cloud Storage would refuse at apply, or charge for without use. */
export function bucketProblems(name: string, store: StoreOf<"bucket">, region: string): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (field: string, found: unknown, allowed: string, fix: string) =>
    problems.push({ path: `stores.${name}.${field}`, found: show(found), allowed, fix });
  const { infrequentAccessDays, archiveDays, expireDays } = store.lifecycle;

  if (
    infrequentAccessDays !== undefined &&
    archiveDays !== undefined &&
    archiveDays < infrequentAccessDays + LEAST_INFREQUENT_DAYS
  ) {
    const least = infrequentAccessDays + LEAST_INFREQUENT_DAYS;
    const allowed = `at least ${least}: a month after infrequentAccessDays`;
    add("lifecycle.archiveDays", archiveDays, allowed, `use ${least} or more`);
  }
  const last = Math.max(infrequentAccessDays ?? 0, archiveDays ?? 0);
  if (expireDays !== undefined && expireDays <= last) {
    const allowed = `more than ${last}: objects expire after they have moved`;
    add("lifecycle.expireDays", expireDays, allowed, `use ${last + 1} or more`);
  }
  if (!store.versioning) {
    // Soft delete brings back what was deleted, for a week; what was overwritten it does not.
    add("versioning", false, "true on gcp", "remove versioning: false");
  }
  if (store.locked && store.retentionDays === undefined) {
    add("retentionDays", undefined, "the days objects of a locked bucket are kept", "add retentionDays");
  }
  if (store.bucketName?.includes("google") || store.bucketName?.startsWith("goog")) {
    // https://docs.cloud.google.com/storage/docs/buckets#naming
    add("bucketName", store.bucketName, "a name without google in it", "rename the bucket");
  }
  if (store.replication && dualRegionOf(region) === undefined) {
    add(
      "replication",
      region,
      "a region that Cloud Storage pairs with another",
      "place the system in a region of components/gcp/bucket/dualRegion.ts, or remove replication",
    );
  }
  return problems;
}
