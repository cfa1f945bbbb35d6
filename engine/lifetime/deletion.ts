import type { RecordedResource } from "../goal";
import type { WireObject } from "../wire";

/** What a provider knows when it is asked to delete a resource. */
export interface DeletionContext {
  readonly resource: RecordedResource;
  /** Its inputs with secrets taken off. */
  readonly inputs: WireObject;
  /** Those of its provider. */
  readonly provider: WireObject;
  /** Whether the provider's other end answers nobody. */
  readonly isUnreachable: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** What stood when the destruction began. */
  readonly began: readonly RecordedResource[];
  /** What stands now, the resource itself among it. */
  readonly standing: readonly RecordedResource[];
}

/** How resources of a type go. */
export interface Deletion {
  /** Why it cannot go now; undefined where it can. */
  readonly obstacle: (context: DeletionContext) => string | undefined;
  /** Whether a refresh finds that it is gone. @default it is there */
  readonly vanishes?: (context: DeletionContext) => boolean;
}

/** Deletions by type token, or by package as `package:*`. */
export type DeletionTable = Readonly<Record<string, Deletion>>;
