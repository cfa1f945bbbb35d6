import type { StoreOf } from "../../../systems/spec";
import type { Problem } from "../../errors";
import { type Constraint, problemsOf, when } from "../constraints/constraint";
import { dualRegionOf } from "./dualRegion";

/** A bucket of the spec, and where it is to be. */
export interface BucketSubject {
  readonly store: StoreOf<"bucket">;
  readonly region: string;
}

const DOCS = "https://docs.cloud.google.com/storage/docs";
/** Nearline objects are paid for this long. */
const LEAST_INFREQUENT_DAYS = 30;

/** What Cloud Storage would refuse at apply, or charge for without use. */
export function bucketProblems(name: string, store: StoreOf<"bucket">, region: string): readonly Problem[] {
  return problemsOf(BUCKET_CONSTRAINTS, { store, region }, `stores.${name}`);
}

export const BUCKET_CONSTRAINTS: readonly Constraint<BucketSubject>[] = [
  {
    id: "bucket-archive",
    what: "the day objects are archived",
    limit: `${LEAST_INFREQUENT_DAYS} days after they moved to infrequent access, which is paid for as long`,
    link: `${DOCS}/storage-classes#nearline`,
    check: ({ store: { lifecycle } }) => {
      const { infrequentAccessDays, archiveDays } = lifecycle;
      const least = (infrequentAccessDays ?? 0) + LEAST_INFREQUENT_DAYS;
      return when(
        infrequentAccessDays !== undefined && archiveDays !== undefined && archiveDays < least,
        "lifecycle.archiveDays",
        archiveDays,
        `at least ${least}: a month after infrequentAccessDays`,
        `use ${least} or more`,
      );
    },
  },
  {
    id: "bucket-expiry",
    what: "the day objects are deleted",
    limit: "after they have moved to their last class",
    link: `${DOCS}/lifecycle#behavior`,
    check: ({ store: { lifecycle } }) => {
      const { infrequentAccessDays = 0, archiveDays = 0, expireDays } = lifecycle;
      const last = Math.max(infrequentAccessDays, archiveDays);
      return when(
        expireDays !== undefined && expireDays <= last,
        "lifecycle.expireDays",
        expireDays,
        `more than ${last}: objects expire after they have moved`,
        `use ${last + 1} or more`,
      );
    },
  },
  {
    id: "bucket-versions",
    what: "what was overwritten",
    limit: "versions are kept: soft delete brings back what was deleted, not what was overwritten",
    link: `${DOCS}/soft-delete#versioning`,
    check: ({ store }) =>
      when(
        !store.versioning && !store.locked,
        "versioning",
        false,
        "true on gcp, where nothing else brings back what was overwritten",
        "remove versioning: false, or lock the bucket",
      ),
  },
  {
    id: "bucket-retention",
    what: "a locked bucket",
    limit: "a retention period",
    link: `${DOCS}/bucket-lock`,
    check: ({ store: { locked, retentionDays } }) =>
      when(
        locked && retentionDays === undefined,
        "retentionDays",
        undefined,
        "the days objects of a locked bucket are kept",
        "add retentionDays",
      ),
  },
  {
    id: "bucket-retention-expiry",
    what: "deleting what is retained",
    limit: "not before its retention ends",
    link: `${DOCS}/bucket-lock#lifecycle`,
    check: ({ store: { locked, retentionDays, lifecycle } }) =>
      when(
        locked && retentionDays !== undefined && (lifecycle.expireDays ?? retentionDays) < retentionDays,
        "lifecycle.expireDays",
        lifecycle.expireDays,
        `at least ${retentionDays}, the bucket's retentionDays`,
        "raise it, or shorten the retention",
      ),
  },
  {
    id: "bucket-name-google",
    what: "Google's name in a bucket's",
    limit: "neither google in it nor goog at its start",
    link: `${DOCS}/buckets#naming`,
    check: ({ store: { bucketName = "" } }) =>
      when(
        /google|g00gle|^goog/.test(bucketName),
        "bucketName",
        bucketName,
        "a name without google in it",
        "rename the bucket",
      ),
  },
  {
    id: "bucket-pair",
    what: "regions that keep one bucket",
    limit: "pairs of components/gcp/bucket/dualRegion.ts",
    link: `${DOCS}/locations#location-dr`,
    check: ({ store, region }) =>
      when(
        store.replication !== undefined && dualRegionOf(region) === undefined,
        "replication",
        region,
        "a region that Cloud Storage pairs with another",
        "place the system in a region of components/gcp/bucket/dualRegion.ts, or remove replication",
      ),
  },
];
