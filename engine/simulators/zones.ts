/** The availability zones of AWS regions: the prefix of their ids, then each zone's letter and number. */
const AWS_ZONES: Readonly<Record<string, readonly [prefix: string, letters: string, numbers: string]>> = {
  "us-east-1": ["use1", "abcdef", "123456"],
  "us-east-2": ["use2", "abc", "123"],
  "us-west-1": ["usw1", "ac", "13"],
  "us-west-2": ["usw2", "abcd", "1234"],
  "ca-central-1": ["cac1", "abd", "124"],
  "ca-west-1": ["caw1", "abc", "123"],
  "sa-east-1": ["sae1", "abc", "123"],
  "eu-west-1": ["euw1", "abc", "123"],
  "eu-west-2": ["euw2", "abc", "123"],
  "eu-west-3": ["euw3", "abc", "123"],
  "eu-central-1": ["euc1", "abc", "123"],
  "eu-central-2": ["euc2", "abc", "123"],
  "eu-north-1": ["eun1", "abc", "123"],
  "eu-south-1": ["eus1", "abc", "123"],
  "eu-south-2": ["eus2", "abc", "123"],
  "ap-northeast-1": ["apne1", "acd", "124"],
  "ap-northeast-2": ["apne2", "abcd", "1234"],
  "ap-northeast-3": ["apne3", "abc", "123"],
  "ap-southeast-1": ["apse1", "abc", "123"],
  "ap-southeast-2": ["apse2", "abc", "123"],
  "ap-southeast-3": ["apse3", "abc", "123"],
  "ap-southeast-4": ["apse4", "abc", "123"],
  "ap-south-1": ["aps1", "abc", "123"],
  "ap-south-2": ["aps2", "abc", "123"],
  "ap-east-1": ["ape1", "abc", "123"],
  "me-south-1": ["mes1", "abc", "123"],
  "me-central-1": ["mec1", "abc", "123"],
  "il-central-1": ["ilc1", "abc", "123"],
  "af-south-1": ["afs1", "abc", "123"],
  "us-gov-west-1": ["usgw1", "abc", "123"],
  "us-gov-east-1": ["usge1", "abc", "123"],
  "cn-north-1": ["cnn1", "abd", "124"],
  "cn-northwest-1": ["cnnw1", "abc", "123"],
};

/** An availability zone. */
export interface AwsZone {
  readonly name: string;
  readonly id: string;
}

/** The zones of a region. Which letter is which id differs per account; here they are in order. */
export function awsZones(region: string): readonly AwsZone[] {
  const [prefix, letters, numbers] = AWS_ZONES[region] ?? [region.replaceAll("-", ""), "abc", "123"];
  return [...letters].map((letter, at) => ({ name: `${region}${letter}`, id: `${prefix}-az${numbers[at]}` }));
}

/** Google Cloud's regions whose zones are not a, b and c. */
const GCP_LETTERS: Readonly<Record<string, string>> = {
  "us-central1": "abcf",
  "us-east1": "bcd",
  "europe-west1": "bcd",
};

/** The zones of a Google Cloud region. */
export function gcpZones(region: string): readonly string[] {
  return [...(GCP_LETTERS[region] ?? "abc")].map((letter) => `${region}-${letter}`);
}
