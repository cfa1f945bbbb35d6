import { InputError, show } from "../components/errors";
import { owns } from "./parts";
import type { ProgramSettings } from "./settings";
import { EDGE } from "./settings/placements";

/** Deploys what answers for all placements of a cloud, where this stack owns it and the cloud has it. */
export function deployEdge(settings: ProgramSettings): void {
  if (!owns(settings, EDGE) || !settings.layers.includes("infrastructure")) {
    return;
  }
  const clouds = new Set(settings.placements.map(({ cloud }) => cloud));
  const made = [
    clouds.has("aws") && (require("./sites/aws/edge") as typeof import("./sites/aws/edge")).makeAwsEdge(settings),
    clouds.has("gcp") && (require("./sites/gcp/edge") as typeof import("./sites/gcp/edge")).makeGcpEdge(settings),
  ];
  if (settings.parts !== undefined && !made.includes(true)) {
    throw new InputError([
      {
        path: "groundplan:parts",
        found: show(settings.parts),
        allowed: "placements only: without routes, a domain and, on AWS, a hosted zone nothing answers for all of them",
        fix: "name the zone in groundplan:existing.PLACEMENT.zone and the domain in groundplan:domain, or remove edge",
      },
    ]);
  }
}
