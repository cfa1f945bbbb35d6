/** Where Route 53 measures how far a place on Google Cloud is: the region of AWS nearest to each of Google's. */
const NEAREST: readonly (readonly [prefix: string, region: string])[] = [
  ["us-west", "us-west-2"],
  ["us-central", "us-east-2"],
  ["us-south", "us-east-2"],
  ["us-", "us-east-1"],
  ["northamerica-northeast", "ca-central-1"],
  ["northamerica-south", "us-east-2"],
  ["southamerica", "sa-east-1"],
  ["europe-west2", "eu-west-2"],
  ["europe-west3", "eu-central-1"],
  ["europe-west8", "eu-south-1"],
  ["europe-west9", "eu-west-3"],
  ["europe-north", "eu-north-1"],
  ["europe-southwest", "eu-south-2"],
  ["europe-central", "eu-central-1"],
  ["europe-", "eu-west-1"],
  ["asia-south1", "ap-south-1"],
  ["asia-south2", "ap-south-1"],
  ["asia-southeast", "ap-southeast-1"],
  ["asia-northeast2", "ap-northeast-3"],
  ["asia-northeast3", "ap-northeast-2"],
  ["asia-northeast", "ap-northeast-1"],
  ["asia-east", "ap-east-1"],
  ["australia", "ap-southeast-2"],
  ["me-", "me-south-1"],
  ["africa", "af-south-1"],
];

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-latency.html */
export function nearestAwsRegion(region: string): string {
  return NEAREST.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "us-east-1";
}
