import type { Cloud } from "../../components/context";
import { regionOfZone } from "../../components/gcp/constraints/place";
import { didYouMean, nearestFirst } from "../../components/validation/suggestions";

/**
 * Regions of the clouds. The order is frozen, and new ones go to the end: `regions`, the short form of `placements`,
 * numbers its networks by it, so that adding or reordering regions never renumbers one.
 */
const AWS = `us-east-1 us-east-2 us-west-1 us-west-2 af-south-1 ap-east-1 ap-south-1 ap-south-2 ap-southeast-1
  ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-7 ap-northeast-1 ap-northeast-2
  ap-northeast-3 ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-west-1 eu-west-2 eu-west-3 eu-south-1 eu-south-2
  eu-north-1 il-central-1 me-south-1 me-central-1 mx-central-1 sa-east-1 us-gov-east-1 us-gov-west-1 cn-north-1
  cn-northwest-1 ap-east-2 ap-southeast-6`.split(/\s+/);

const GCP =
  `us-central1 us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 us-west3 us-west4 africa-south1 asia-east1
  asia-east2 asia-northeast1 asia-northeast2 asia-northeast3 asia-south1 asia-south2 asia-southeast1 asia-southeast2
  australia-southeast1 australia-southeast2 europe-central2 europe-north1 europe-southwest1 europe-west1 europe-west2
  europe-west3 europe-west4 europe-west6 europe-west8 europe-west9 europe-west10 europe-west12 me-central1 me-central2
  me-west1 northamerica-northeast1 northamerica-northeast2 southamerica-east1 southamerica-west1 northamerica-south1
  europe-north2`.split(/\s+/);

/** Regions of a cloud; none for Kubernetes, where a region is whatever the cluster's owner calls it. */
export const REGIONS: Readonly<Record<Cloud, readonly string[]>> = { aws: AWS, gcp: GCP, kubernetes: [] };

/** Network number of a region in the short form; the two clouds' networks may meet in a VPN and so do not overlap. */
export function cidrIndexOf(cloud: Cloud, region: string): number {
  const index = REGIONS[cloud].indexOf(region);
  return Math.max(index, 0) + (cloud === "gcp" ? 128 : 0);
}

/** What is wrong with a region, in words; undefined when nothing is. */
export function regionMistake(
  cloud: Cloud,
  region: string,
): { readonly allowed: string; readonly fix?: string } | undefined {
  const regions = REGIONS[cloud];
  if (cloud === "kubernetes" || regions.includes(region)) {
    return undefined;
  }
  const around = cloud === "gcp" ? regionOfZone(region) : /^(.+-\d)[a-z]$/.exec(region)?.[1];
  if (around !== undefined && regions.includes(around)) {
    return {
      allowed: `a region; ${region} is a zone of ${around}`,
      fix: `write ${around}: the zones of a region are chosen for you`,
    };
  }
  const other = cloud === "aws" ? "gcp" : "aws";
  if (REGIONS[other].includes(region)) {
    return {
      allowed: `a region of ${cloud}; ${region} is one of ${other}`,
      fix: `set cloud to ${other}, or name a region of ${cloud}; for both clouds write placements, each with its own cloud`,
    };
  }
  const fix = didYouMean(region, regions);
  return {
    allowed: `a region of ${cloud}, those most like it first: ${nearestFirst(region, regions).join(", ")}`,
    ...(fix === undefined ? {} : { fix }),
  };
}
