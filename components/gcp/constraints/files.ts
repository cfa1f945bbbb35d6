import type { StoreOf } from "../../../systems/spec";
import { gibibytes } from "../../quantities";
import { type Constraint, when } from "./constraint";

type FileShare = Pick<StoreOf<"file-share">, "size">;

/** Sizes zonal and regional instances are sold in, by band. */
const BANDS = [
  { least: 1_024, step: 256, most: 9_984 },
  { least: 10_240, step: 2_560, most: 102_400 },
] as const;
const MOST_GIB = BANDS[1].most;

/** GiB an instance is sold with for a share of this size. https://docs.cloud.google.com/filestore/docs/service-tiers */
export function capacityGiB(size: string): number {
  const wanted = gibibytes(size);
  const band = BANDS.find(({ most }) => wanted <= most) ?? BANDS[1];
  return Math.max(band.least, band.least + Math.ceil((wanted - band.least) / band.step) * band.step);
}

export const FILE_CONSTRAINTS: readonly Constraint<FileShare>[] = [
  {
    id: "filestore-size",
    what: "the size of a share",
    limit: `${MOST_GIB} GiB`,
    link: "https://docs.cloud.google.com/filestore/docs/service-tiers",
    check: ({ size }) =>
      when(gibibytes(size) > MOST_GIB, "size", size, `at most ${MOST_GIB}Gi on gcp`, "use a smaller share, or several"),
  },
];
