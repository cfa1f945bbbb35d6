import type { StoreOf } from "../../../systems/spec";
import { breaches, type Constraint } from "../../aws/constraint";
import { type Problem, show } from "../../errors";
import { LEAST_INFREQUENT_DAYS } from "./lifecycle";

export interface BucketPlace {
  readonly region: string;
  /** Region of the copy; undefined where nothing names one. */
  readonly replicaRegion: string | undefined;
}

/** A bucket as S3 will be asked for it. */
export interface BucketSubject {
  /** Name of the store. */
  readonly name: string;
  readonly store: StoreOf<"bucket">;
  readonly place: BucketPlace;
}

const GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide";
const TRANSITIONS = `${GUIDE}/lifecycle-transition-general-considerations.html`;
const REPLICATION = `${GUIDE}/replication-requirements.html`;
const LOCK = `${GUIDE}/object-lock.html`;
/** Beginnings S3 keeps for itself. */
const RESERVED = /^(xn--|sthree-|amzn-s3-demo-)/;

/** What S3 refuses, each with its documentation. */
export const BUCKET_CONSTRAINTS: readonly Constraint<BucketSubject>[] = [
  {
    id: "s3-infrequent-access-days",
    limit: `objects move to infrequent access after ${LEAST_INFREQUENT_DAYS} days at the earliest`,
    source: TRANSITIONS,
    find: (subject) => {
      const days = subject.store.lifecycle.infrequentAccessDays;
      return days !== undefined && days < LEAST_INFREQUENT_DAYS
        ? refuse(
            subject,
            "lifecycle.infrequentAccessDays",
            days,
            `at least ${LEAST_INFREQUENT_DAYS}`,
            `use ${LEAST_INFREQUENT_DAYS} or more`,
          )
        : [];
    },
  },
  {
    id: "s3-archive-after-infrequent-access",
    limit: "objects stay a month in infrequent access before they are archived",
    source: TRANSITIONS,
    find: (subject) => {
      const { infrequentAccessDays, archiveDays } = subject.store.lifecycle;
      const least = (infrequentAccessDays ?? 0) + LEAST_INFREQUENT_DAYS;
      return infrequentAccessDays !== undefined && archiveDays !== undefined && archiveDays < least
        ? refuse(
            subject,
            "lifecycle.archiveDays",
            archiveDays,
            `at least ${least}: a month after infrequentAccessDays`,
            `use ${least} or more`,
          )
        : [];
    },
  },
  {
    id: "s3-expiry-after-transitions",
    limit: "objects expire after they have moved",
    source: `${GUIDE}/intro-lifecycle-rules.html`,
    find: (subject) => {
      const { infrequentAccessDays, archiveDays, expireDays } = subject.store.lifecycle;
      const last = Math.max(infrequentAccessDays ?? 0, archiveDays ?? 0);
      return expireDays !== undefined && expireDays <= last
        ? refuse(
            subject,
            "lifecycle.expireDays",
            expireDays,
            `more than ${last}: objects expire after they have moved`,
            `use ${last + 1} or more`,
          )
        : [];
    },
  },
  {
    id: "s3-lock-versioning",
    limit: "object lock needs versions",
    source: LOCK,
    find: (subject) =>
      subject.store.locked && !subject.store.versioning
        ? refuse(subject, "versioning", false, "true for a locked bucket", "remove versioning: false")
        : [],
  },
  {
    id: "s3-lock-retention",
    limit: "a default retention has a number of days",
    source: LOCK,
    find: (subject) =>
      subject.store.locked && subject.store.retentionDays === undefined
        ? refuse(
            subject,
            "retentionDays",
            undefined,
            "the days objects of a locked bucket are kept",
            "add retentionDays",
          )
        : [],
  },
  {
    id: "s3-replication-versioning",
    limit: "replication needs versions",
    source: REPLICATION,
    find: (subject) =>
      subject.store.replication && !subject.store.versioning
        ? refuse(subject, "versioning", false, "true for a replicated bucket", "remove versioning: false")
        : [],
  },
  {
    id: "s3-replication-region",
    limit: "a copy needs a bucket in a region",
    source: REPLICATION,
    find: (subject) =>
      subject.store.replication && subject.place.replicaRegion === undefined
        ? refuse(
            subject,
            "replication",
            subject.place.region,
            "a region whose copy has a default place",
            "place the system in a region of components/storage/bucket/replicaRegion.ts, or add this one there",
          )
        : [],
  },
  {
    id: "s3-replication-other-region",
    limit: "a copy in another region is in another region",
    source: `${GUIDE}/replication.html`,
    find: (subject) =>
      subject.store.replication && subject.place.replicaRegion === subject.place.region
        ? refuse(subject, "replication", subject.place.region, "a copy in another region", "name another region")
        : [],
  },
  {
    id: "s3-bucket-name",
    limit: "names that begin with xn--, sthree- or amzn-s3-demo- are S3's own",
    source: `${GUIDE}/bucketnamingrules.html`,
    find: (subject) =>
      RESERVED.test(subject.store.bucketName ?? "")
        ? refuse(
            subject,
            "bucketName",
            subject.store.bucketName,
            "a name without the beginnings S3 keeps for itself",
            "choose another name",
          )
        : [],
  },
];

/** What S3 would refuse at apply. */
export function bucketProblems(name: string, store: StoreOf<"bucket">, place: BucketPlace): readonly Problem[] {
  return breaches(BUCKET_CONSTRAINTS, { name, store, place });
}

function refuse(
  { name }: BucketSubject,
  field: string,
  found: unknown,
  allowed: string,
  fix: string,
): readonly Problem[] {
  return [{ path: `stores.${name}.${field}`, found: show(found), allowed, fix }];
}
