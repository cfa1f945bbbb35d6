import type { Wire, WireObject } from "./wire";

/** A function the program's SDK serves for the engine to call back. */
export interface CallbackReference {
  readonly target: string;
  readonly token: string;
}

/** An alias: a whole URN, or the parts that differed. */
export type AliasReference =
  | string
  | {
      readonly name?: string;
      readonly type?: string;
      readonly stack?: string;
      readonly project?: string;
      readonly parent?: string;
      readonly noParent?: boolean;
    };

/** The resource options that were set; what was not set is absent. */
export interface GoalOptions {
  readonly protect?: boolean;
  readonly deleteBeforeReplace?: boolean;
  readonly replaceOnChanges?: readonly string[];
  readonly ignoreChanges?: readonly string[];
  readonly additionalSecretOutputs?: readonly string[];
  readonly aliases?: readonly AliasReference[];
  readonly retainOnDelete?: boolean;
  readonly deletedWith?: string;
  readonly customTimeouts?: {
    readonly create?: string;
    readonly update?: string;
    readonly delete?: string;
    readonly read?: string;
  };
  readonly version?: string;
  readonly pluginDownloadURL?: string;
  readonly import?: string;
  readonly hideDiffs?: readonly string[];
  readonly replaceWith?: readonly string[];
  readonly replacementTrigger?: Wire;
  readonly providers?: Readonly<Record<string, string>>;
  readonly hooks?: Readonly<Record<string, readonly string[]>>;
  readonly envVarMappings?: Readonly<Record<string, string>>;
  /** The id of a resource that is read, not managed. */
  readonly readId?: string;
  /** Set on a component whose children a provider would make. */
  readonly remote?: boolean;
}

/** What a program asks of one resource, whatever transport carried it. */
export interface Goal {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly remote: boolean;
  readonly parent: string | undefined;
  readonly provider: string | undefined;
  readonly inputs: WireObject;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly options: GoalOptions;
  readonly transforms: readonly CallbackReference[];
  readonly packageRef: string | undefined;
  /** `file:line:column` of the user's code, where the transport carries it. */
  readonly source: string | undefined;
}

/** What the engine answers. */
export interface Registered {
  readonly urn: string;
  readonly id: string;
  readonly properties: WireObject;
}

/** A resource as the run recorded it. */
export interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly parent: string | undefined;
  /** The provider reference, `URN::ID`. */
  readonly provider: string | undefined;
  readonly inputs: WireObject;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly options: GoalOptions;
  /** Empty where it is not known yet. */
  readonly id: string;
  /** What the program was given back, merged with what a component registered at its end. */
  outputs: WireObject;
}
