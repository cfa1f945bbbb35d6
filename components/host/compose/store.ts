import type { StoreSpec } from "../../../systems/spec";
import { GROUP_ID } from "../contract";
import { dataDirectory, type HostSurroundings } from "./container";
import type { HostContainer } from "./types";

/** What the container of a store is made from. */
export interface StoreArgs<S extends StoreSpec = StoreSpec> {
  readonly name: string;
  readonly spec: S;
  readonly image: string;
  readonly surroundings: HostSurroundings;
}

export const MEBIBYTE = 2 ** 20;
/** Health checks of stores: two minutes to start, a minute and a half to be missed. */
export const TIMES = { period: 15, timeout: 5, retries: 6, start: 120 } as const;

/** A container's name and data directory, and empty lists of the rest. */
export function container(
  name: string,
  user: number,
  directories: readonly string[] = [dataDirectory(name)],
): Omit<HostContainer, "definition"> {
  return {
    name,
    directories: directories.map((path) => ({ path, user, group: GROUP_ID, mode: "0700" })),
    files: [],
    secretFiles: [],
    secretEnv: {},
  };
}
