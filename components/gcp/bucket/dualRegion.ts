/** Two regions that keep one bucket, and the multi-region whose keys can encrypt it. */
export interface DualRegion {
  readonly location: "US" | "EU" | "ASIA";
  readonly dataLocations: readonly [string, string];
  readonly keyLocation: "us" | "europe" | "asia";
}

/**
 * Region an object's second copy is kept in: far enough to survive a region, under the same law, and one that may be
 * paired. https://docs.cloud.google.com/storage/docs/locations#location-dr
 */
const PARTNERS: Readonly<Record<string, string>> = {
  "us-central1": "us-east1",
  "us-east1": "us-central1",
  "us-east4": "us-central1",
  "us-east5": "us-central1",
  "us-south1": "us-east1",
  "us-west1": "us-central1",
  "us-west2": "us-central1",
  "us-west3": "us-central1",
  "us-west4": "us-central1",
  "europe-central2": "europe-west1",
  "europe-north1": "europe-west4",
  "europe-southwest1": "europe-west1",
  "europe-west1": "europe-west4",
  "europe-west3": "europe-west4",
  "europe-west4": "europe-west1",
  "europe-west8": "europe-west1",
  "europe-west9": "europe-west1",
  "asia-east1": "asia-southeast1",
  "asia-northeast1": "asia-northeast2",
  "asia-northeast2": "asia-northeast1",
  "asia-south1": "asia-south2",
  "asia-south2": "asia-south1",
  "asia-southeast1": "asia-east1",
};

/** Undefined where a region can be paired with none. */
export function dualRegionOf(region: string): DualRegion | undefined {
  const partner = PARTNERS[region];
  if (partner === undefined) {
    return undefined;
  }
  const dataLocations = [region.toUpperCase(), partner.toUpperCase()] as const;
  if (region.startsWith("us-")) {
    return { location: "US", dataLocations, keyLocation: "us" };
  }
  return region.startsWith("europe-")
    ? { location: "EU", dataLocations, keyLocation: "europe" }
    : { location: "ASIA", dataLocations, keyLocation: "asia" };
}
