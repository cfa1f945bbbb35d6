import type { PolicyResource } from "@pulumi/policy";
import { at, oneOrMany } from "./read";
import { ofTypes, refersTo } from "./stack";

const REPLICATIONS = ["aws:s3/bucketReplicationConfig:BucketReplicationConfig"];

/**
 * Whether a bucket receives copies, and of these buckets alone: copies of logs are encrypted as the logs are, and need no
 * logs of their own.
 */
export function copiesOnly(
  resources: readonly PolicyResource[],
  bucket: PolicyResource,
  sources: readonly PolicyResource[],
): boolean {
  const arriving = ofTypes(resources, REPLICATIONS).filter((replication) =>
    oneOrMany(replication.props.rules).some((_, index) =>
      refersTo(replication, ["rules", String(index), "destination", "bucket"], bucket, ["arn"]),
    ),
  );
  // A source bucket is named by its id, or by its name.
  const ofLogs = (replication: PolicyResource) =>
    sources.some((source) => refersTo(replication, "bucket", source, ["bucket", "id"]));
  return arriving.length > 0 && arriving.every(ofLogs) && at(bucket.props, "objectLockEnabled") !== true;
}
