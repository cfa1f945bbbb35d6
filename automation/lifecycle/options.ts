import type { PolicyReport } from "../../engine/plan";
import type { PolicyViolation } from "./errors";
import type { ResourceChange } from "./events";
import type { LimitOptions } from "./limits";
import type { RetryOptions } from "./retry";

/** What every operation may be told. */
export interface OperationOptions extends LimitOptions {
  /** Written into the stack's history. */
  readonly message?: string;
  /** URNs to limit the operation to. @default all */
  readonly targets?: readonly string[];
  /** Resources worked on at once. @default the engine's own */
  readonly parallel?: number;
  readonly retry?: RetryOptions;
  /** Removes a lock: `stale` one whose process, on this machine, is gone; `force` any. @default none */
  readonly unlock?: "stale" | "force";
}

export interface PolicyOptions {
  /** `offline` judges a plan before the engine starts; `engine` lets the engine run the packs; `off` judges nothing. @default offline */
  readonly policies?: "offline" | "engine" | "off";
}

/** What an operation that changes something must be told where it is production. */
export interface ConfirmOptions {
  readonly yesProduction?: boolean;
}

export interface PreviewOptions extends OperationOptions, PolicyOptions {
  /** File to save the plan to, for `up`. */
  readonly savePlan?: string;
}

export interface UpOptions extends OperationOptions, PolicyOptions, ConfirmOptions {
  /** A plan saved by `preview`: refused before anything is done where it is not what would be done now. */
  readonly plan?: string;
  /** Goes on with what does not depend on a failure. @default false */
  readonly continueOnError?: boolean;
}

export interface RefreshOptions extends OperationOptions, ConfirmOptions {
  /** Forgets creations that were begun and never ended. @default false */
  readonly clearPendingCreates?: boolean;
}

export interface DestroyOptions extends OperationOptions, ConfirmOptions {
  /** Removes the stack itself afterwards, with its history. @default false */
  readonly remove?: boolean;
  readonly continueOnError?: boolean;
}

export interface ImportOptions extends OperationOptions, ConfirmOptions {
  readonly resources: readonly {
    readonly type: string;
    readonly name: string;
    readonly id: string;
    /** Name in `nameTable` of its parent or provider. */
    readonly parent?: string;
    readonly provider?: string;
    readonly version?: string;
  }[];
  /** URNs by the names that `parent` and `provider` use. */
  readonly nameTable?: Readonly<Record<string, string>>;
  /** Whether what is imported cannot be deleted. @default true */
  readonly protect?: boolean;
}

/** What was, or would be, done. */
export interface ChangeResult {
  /** Resources by what is done to them; `same` counts the untouched. */
  readonly counts: Readonly<Record<string, number>>;
  readonly changes: readonly ResourceChange[];
  readonly hasChanges: boolean;
  readonly durationSeconds: number;
}

export interface PreviewResult extends ChangeResult {
  /** What the packs say; absent with `policies: "off"`. */
  readonly policies?: PolicyReport;
  readonly violations: readonly PolicyViolation[];
}

export interface UpResult extends ChangeResult {
  readonly outputs: Outputs;
}

export interface DriftResult extends ChangeResult {
  readonly drifted: boolean;
}

/** A stack's outputs. A secret one has a value only where it was asked for. */
export type Outputs = Readonly<Record<string, { readonly secret: boolean; readonly value?: unknown }>>;
