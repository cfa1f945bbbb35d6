import type { Cloud } from "../components/context";
import type { PlacementSettings, Settings } from "./settings";
import { EDGE } from "./settings/placements";

type Parted = Pick<Settings, "parts" | "placements">;

/** Whether this stack deploys a part: a placement by its name, or the edge. */
export function owns({ parts }: Pick<Settings, "parts">, part: string): boolean {
  return parts === undefined || parts.includes(part);
}

/** Whether another stack deploys some of the system. */
export function isSplit({ parts, placements }: Parted): boolean {
  return parts !== undefined && [...placements.map(({ name }) => name), EDGE].some((part) => !parts.includes(part));
}

/** Placements this stack deploys, the primary one first. */
export function ownPlacements(settings: Parted): readonly PlacementSettings[] {
  return settings.placements.filter(({ name }) => owns(settings, name));
}

/** The placement of a cloud that its others follow: the primary one, or the first where the primary is elsewhere. */
export function leadOf({ placements }: Pick<Settings, "placements">, cloud: Cloud): PlacementSettings | undefined {
  return placements.find((placement) => placement.cloud === cloud);
}

/** Whether the placements of a cloud have an edge in common. */
export function hasCommonEdge(cloud: Cloud): boolean {
  // Records of clusters one already has are made by each cluster for itself.
  return cloud !== "kubernetes";
}

/**
 * Parts whose outputs a part reads, so that their stacks are updated before its own: every placement follows the primary,
 * which makes up the secrets all share, and its cloud's lead; the edge knows them all.
 */
export function partsBefore(settings: Pick<Settings, "placements">, part: string): readonly string[] {
  if (part === EDGE) {
    return settings.placements.filter(({ cloud }) => hasCommonEdge(cloud)).map(({ name }) => name);
  }
  const placement = settings.placements.find(({ name }) => name === part);
  const [primary] = settings.placements;
  const lead = placement && placement.cloud !== "kubernetes" ? leadOf(settings, placement.cloud) : undefined;
  const followed = placement ? [primary, lead].flatMap((each) => each?.name ?? []) : [];
  return [...new Set(followed)].filter((name) => name !== part);
}

/** Parts of other stacks whose outputs this stack reads. */
export function partsRead(settings: Parted): readonly string[] {
  const own = [...ownPlacements(settings).map(({ name }) => name), ...(owns(settings, EDGE) ? [EDGE] : [])];
  return [...new Set(own.flatMap((part) => partsBefore(settings, part)))].filter((part) => !owns(settings, part));
}
