import type { HostFile } from "../contract";

/** A value of a YAML file. */
export type YamlValue = string | number | boolean | null | readonly YamlValue[] | YamlMap;
export interface YamlMap {
  readonly [key: string]: YamlValue | undefined;
}

/** A directory of the data volume or of scratch space, owned by the user that writes there. */
export interface Directory {
  readonly path: string;
  readonly user: number;
  readonly group: number;
  /** Octal. */
  readonly mode: string;
}

/** A secret as a file in memory, readable by one user. */
export interface SecretFile {
  /** Name of the file, unique on the host. */
  readonly file: string;
  readonly secret: string;
  readonly user: number;
}

/** One container, and what must be on the host for it. */
export interface HostContainer {
  readonly name: string;
  /** Its entry in the compose file, without networks, which follow from the edges. */
  readonly definition: YamlMap;
  readonly directories: readonly Directory[];
  readonly files: readonly HostFile[];
  readonly secretFiles: readonly SecretFile[];
  /** Variables with placeholders of secrets; see `environment.ts`. */
  readonly secretEnv: Readonly<Record<string, string>>;
}
