/** Zones of a region that take a cluster, where there are not three. https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html */
const ZONES: Readonly<Record<string, number>> = {
  "us-east-1": 5,
  "us-west-1": 2,
  "us-west-2": 4,
  "ap-northeast-2": 4,
};
const USUAL = 3;

/** Zones in which EKS refuses to place its control plane: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
export const ZONES_WITHOUT_EKS = ["use1-az3", "usw1-az2", "cac1-az3"];

/** Most zones a network in a region can cover; what an account really sees is known at apply. */
export function zonesOf(region: string): number {
  return ZONES[region] ?? USUAL;
}

/** Zones a network covers where nobody says: three, or what the region has. */
export function usualZones(region: string): number {
  return Math.min(USUAL, zonesOf(region));
}
