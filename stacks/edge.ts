import { owns } from "./parts";
import type { ProgramSettings } from "./settings";
import { EDGE } from "./settings/placements";

/** Deploys what answers for all placements of a cloud, where this stack owns it and the cloud has it. */
export function deployEdge(settings: ProgramSettings): void {
  if (!owns(settings, EDGE)) {
    return;
  }
  const clouds = new Set(settings.placements.map(({ cloud }) => cloud));
  if (clouds.has("aws")) {
    (require("./sites/aws/edge") as typeof import("./sites/aws/edge")).makeAwsEdge(settings);
  }
  if (clouds.has("gcp")) {
    (require("./sites/gcp/edge") as typeof import("./sites/gcp/edge")).makeGcpEdge(settings);
  }
}
