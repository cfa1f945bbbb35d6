import type { BackupSpec } from "../../../systems/spec";
import type { Binding, BindingValue, ObjectStore } from "../../binding";

/** What a dump needs of the places it runs between. */
export interface DumpTargets {
  /** Database it reads. */
  readonly database: Binding;
  /** Major version of the server: a dump's program must not be older. */
  readonly version: string;
  /** Whether restoring takes extensions that PostgreSQL itself does not bring. */
  readonly foreignExtensions: boolean;
  /** Bucket it is written to. */
  readonly bucket: Binding;
  readonly objects: ObjectStore;
  readonly passphrase: BindingValue;
  readonly images: DumpImages;
  /** Writable space of a dump, as a quantity; a restore test has twice as much. */
  readonly scratchSize: string;
}

export interface DumpImages {
  /** Bash, gzip, gpg and PostgreSQL's client of the server's version. */
  readonly dump: string;
  /** Bash and the bucket's command line: AWS's speaks to every S3-compatible store, Google's to its own. */
  readonly upload: string;
  /** PostgreSQL's server, with the extensions of the database. */
  readonly restore: string;
}

/** A logical dump of the spec, and where it runs. */
export interface PlannedBackup {
  readonly name: string;
  readonly spec: BackupSpec;
  readonly namespace: string;
  /** Undefined: it cannot run here, and `unmet` says why. */
  readonly targets?: DumpTargets;
  readonly unmet?: { readonly reason: string; readonly remedy: string };
}

/** Name of the dump's pods, account and objects: of the client its database knows. */
export function dumpService(backup: string): string {
  return `backup-${backup}`;
}

/** Name of the restore test's. */
export function restoreService(backup: string): string {
  return `restore-${backup}`;
}

/** Name of the secret that encrypts a backup's copies. Lost, every copy is. */
export function passphraseName(backup: string): string {
  return `backup-${backup}-passphrase`;
}

/** Whether a secret is one that {@link passphraseName} names. */
export function isPassphrase(secret: string): boolean {
  return /^backup-.+-passphrase$/.test(secret);
}
