import type { ResolvedSystem } from "../../systems/resolve";
import type { HostSize } from "./sizing";

/** Images of a host's containers, whole references. */
export interface HostImages {
  /** Of services and stores, by name. */
  readonly parts: Readonly<Record<string, string>>;
  /** Of the reverse proxy. */
  readonly proxy: string;
}

/** What is known of a system and its machine before anything is made: all a planner needs but the cloud's own names. */
export interface HostDescription {
  readonly system: ResolvedSystem;
  /** Services in the order they start. */
  readonly order: readonly string[];
  readonly images: HostImages;
  /** Domain the public uses; without one nothing is published. */
  readonly domain?: string;
  /** Where certificates' expiry is announced. @default nowhere */
  readonly email?: string;
  readonly size: HostSize;
  /** Any word; another one makes the machine anew. @default none */
  readonly generation?: string;
  /** Whether the system's dumps run. */
  readonly backupsRun: boolean;
}

/** Names the cloud gives, once it has given them. Nothing secret. */
export interface HostFacts {
  /** Block device of the data volume. */
  readonly dataDevice: string;
  /** Values of buckets, by the store's name: name, url, region. */
  readonly buckets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Identifiers of secrets in the cloud's store, by the name the host knows them by. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly logging: LoggingDriver;
}

/** Docker's logging driver and its options. */
export interface LoggingDriver {
  readonly driver: string;
  readonly options: Readonly<Record<string, string>>;
}

/** A file on the host. */
export interface HostFile {
  readonly path: string;
  readonly content: string;
  /** Octal, such as 0755. @default 0644 */
  readonly permissions?: string;
}

/**
 * What a cloud brings to a host: the commands scripts call by name in {@link BIN}, whatever the cloud, and what installs
 * its agents.
 *
 * - `fetch-secret ID` writes a secret's value to standard output
 * - `put-object FILE URL`, `get-object URL FILE`: copy to and from a bucket
 * - `publish-metric NAME VALUE`
 */
export interface HostCloud {
  readonly commands: readonly HostFile[];
  /** Further files, such as an agent's configuration. */
  readonly files: readonly HostFile[];
  /** Packages of the distribution, besides those every host has. */
  readonly packages: readonly string[];
  /** Snap packages, each as `snap install` takes it. */
  readonly snaps: readonly string[];
  /** Commands run once, after packages are there. */
  readonly setup: readonly (readonly string[])[];
  readonly userData: UserDataFormat;
}

/** How a cloud takes what a machine is told. */
export interface UserDataFormat {
  /** Bytes it takes at most. */
  readonly limit: number;
  /** Whether it is handed over compressed and in base64, which cloud-init undoes by itself. */
  readonly compressed: boolean;
}

/** Files a person may want to read, by path in the rendered output. */
export type HostFiles = Readonly<Record<"host/compose.yaml" | "host/nginx.conf" | "host/cloud-init.yaml", string>>;

/** Where scripts and configuration of the host are. */
export const HOME = "/opt/groundplan";
export const BIN = `${HOME}/bin`;
/** Where the data volume is mounted. */
export const DATA = "/srv/data";
/** In memory: gone with the power. */
export const RUN = "/run/groundplan";
/** Group of every container that has no group of its own, as in clusters. */
export const GROUP_ID = 10_001;
/** User of containers whose image knows none. */
export const USER_ID = 10_001;
