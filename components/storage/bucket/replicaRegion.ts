/**
 * Region a bucket is copied to where no setting names one: far enough to survive a region, and under the same law.
 */
const REPLICA_REGIONS: Readonly<Record<string, string>> = {
  "us-east-1": "us-west-2",
  "us-east-2": "us-west-2",
  "us-west-1": "us-east-2",
  "us-west-2": "us-east-2",
  "ca-central-1": "ca-west-1",
  "sa-east-1": "us-east-1",
  "eu-west-1": "eu-central-1",
  "eu-west-2": "eu-west-1",
  "eu-west-3": "eu-central-1",
  "eu-central-1": "eu-west-1",
  "eu-north-1": "eu-west-1",
  "eu-south-1": "eu-central-1",
  "ap-south-1": "ap-southeast-1",
  "ap-southeast-1": "ap-southeast-2",
  "ap-southeast-2": "ap-southeast-1",
  "ap-northeast-1": "ap-northeast-3",
  "ap-northeast-2": "ap-northeast-1",
  "ap-northeast-3": "ap-northeast-1",
};

/** Undefined where the table does not know the region: a setting must name the replica's. */
export function replicaRegionOf(region: string): string | undefined {
  return REPLICA_REGIONS[region];
}
