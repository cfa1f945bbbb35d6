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

/**
 * The placement that keeps what all of Google Cloud's share: network, buckets, the project's own settings. It stays the
 * same whoever is primary; the settings have seen to it that without a word it is the first, and the primary if any is.
 */
export function founderOf(settings: Pick<Settings, "placements">): PlacementSettings | undefined {
  return settings.placements.find(({ founder }) => founder === true) ?? leadOf(settings, "gcp");
}

/** Whether the placements of a cloud have an edge in common. */
export function hasCommonEdge(cloud: Cloud): boolean {
  // Records of clusters one already has are made by each cluster for itself.
  return cloud !== "kubernetes";
}

/**
 * Parts whose outputs a part reads, so that their stacks are updated before its own: every placement follows the primary,
 * which makes up the secrets all share, its cloud's lead and its founder; the edge knows them all. A primary that is not
 * the founder was promoted: what it reads of the founder's stack has long been there, and that one follows it now.
 */
export function partsBefore(settings: Pick<Settings, "placements">, part: string): readonly string[] {
  if (part === EDGE) {
    return settings.placements.filter(({ cloud }) => hasCommonEdge(cloud)).map(({ name }) => name);
  }
  const placement = settings.placements.find(({ name }) => name === part);
  const [primary] = settings.placements;
  const lead = placement && placement.cloud !== "kubernetes" ? leadOf(settings, placement.cloud) : undefined;
  const founder = placement?.cloud === "gcp" && placement !== lead ? founderOf(settings) : undefined;
  const followed = placement ? [primary, lead, founder].flatMap((each) => each?.name ?? []) : [];
  return [...new Set(followed)].filter((name) => name !== part);
}

/** The part a promoted primary reads of though it follows nobody: its cloud's founder. */
function partsKnown(settings: Pick<Settings, "placements">, part: string): readonly string[] {
  const founder = settings.placements.some(({ name, cloud }) => name === part && cloud === "gcp")
    ? founderOf(settings)
    : undefined;
  return founder === undefined || founder.name === part ? [] : [founder.name];
}

/** Parts of other stacks that are updated before this stack. */
export function partsAwaited(settings: Parted): readonly string[] {
  return others(settings, (part) => partsBefore(settings, part));
}

/** Parts of other stacks whose outputs this stack reads. */
export function partsRead(settings: Parted): readonly string[] {
  return others(settings, (part) => [...partsBefore(settings, part), ...partsKnown(settings, part)]);
}

function others(settings: Parted, of: (part: string) => readonly string[]): readonly string[] {
  const own = [...ownPlacements(settings).map(({ name }) => name), ...(owns(settings, EDGE) ? [EDGE] : [])];
  return [...new Set(own.flatMap(of))].filter((part) => !owns(settings, part));
}
