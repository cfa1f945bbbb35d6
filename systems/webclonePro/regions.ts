import type { SystemOverlay } from "../spec";

/** US East: 3 to 15 instances, of t3.medium to c5.large. */
const usEast: SystemOverlay = {
  services: { web: { scaling: { min: 3, max: 15 } } },
  nodePools: { web: { min: 3, max: 15, classes: { aws: "t3.medium" }, alternatives: { aws: ["c5.large"] } } },
};

/** EU West: 3 to 10 instances of t3.medium. */
const euWest: SystemOverlay = {
  services: { web: { scaling: { min: 3, max: 10 } } },
  nodePools: { web: { min: 3, max: 10, classes: { aws: "t3.medium" }, alternatives: null } },
};

/** The source's two regions with servers, by the names stacks give them: the document's own, and short ones. */
export const regions: Readonly<Record<string, SystemOverlay>> = {
  "us-east": usEast,
  us: usEast,
  "eu-west": euWest,
  eu: euWest,
};
