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

/** Where Cloud DNS measures how far a place on AWS is: the region of Google Cloud nearest to each of Amazon's. */
const NEAREST_GOOGLE: Readonly<Record<string, string>> = {
  "us-east-1": "us-east4",
  "us-east-2": "us-east5",
  "us-west-1": "us-west2",
  "us-west-2": "us-west1",
  "ca-central-1": "northamerica-northeast1",
  "ca-west-1": "northamerica-northeast2",
  "mx-central-1": "northamerica-south1",
  "sa-east-1": "southamerica-east1",
  "eu-west-1": "europe-west2",
  "eu-west-2": "europe-west2",
  "eu-west-3": "europe-west9",
  "eu-central-1": "europe-west3",
  "eu-central-2": "europe-west6",
  "eu-north-1": "europe-north2",
  "eu-south-1": "europe-west8",
  "eu-south-2": "europe-southwest1",
  "ap-south-1": "asia-south1",
  "ap-south-2": "asia-south1",
  "ap-southeast-1": "asia-southeast1",
  "ap-southeast-2": "australia-southeast1",
  "ap-southeast-3": "asia-southeast2",
  "ap-southeast-4": "australia-southeast2",
  "ap-northeast-1": "asia-northeast1",
  "ap-northeast-2": "asia-northeast3",
  "ap-northeast-3": "asia-northeast2",
  "ap-east-1": "asia-east2",
  "me-south-1": "me-central1",
  "me-central-1": "me-central1",
  "il-central-1": "me-west1",
  "af-south-1": "africa-south1",
};

/** https://docs.cloud.google.com/dns/docs/routing-policies-overview#geolocation-policy */
export function nearestGcpRegion(region: string): string {
  return NEAREST_GOOGLE[region] ?? "us-central1";
}

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-latency.html */
export function nearestAwsRegion(region: string): string {
  return NEAREST.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "us-east-1";
}
