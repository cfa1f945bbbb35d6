import type { Diagnostic } from "./diagnostics";
import type { RecordedResource } from "./goal";
import type { AskedFunction, InvokeTable } from "./invokes";
import type { SimulatorTable } from "./simulation";
import type { StackReferenceTable } from "./stackReferences";
import type { WireObject } from "./wire";

/** A program in this process: what it returns are the stack's outputs. */
export type Program = () =>
  | Promise<Record<string, unknown> | undefined>
  | Promise<void>
  | Record<string, unknown>
  | undefined;

/** What to run, and how. */
export interface RunRequest {
  /** A function, or the entry file of a program that runs in a process of its own. */
  readonly program: Program | { readonly entry: string };
  readonly project: string;
  readonly stack: string;
  /** @default "organization", as the engine's own file backend has it */
  readonly organization?: string;
  /** The project's root, where a program finds the files its configuration names. @default the working directory */
  readonly directory?: string;
  /** The stack's configuration, `namespace:key` to text. */
  readonly config: Readonly<Record<string, string>>;
  /** The keys of `config` whose values are secret. */
  readonly secretKeys: readonly string[];
  /**
   * `preview` leaves computed outputs unknown; `simulate` makes them up and runs the program as an update would. So in
   * `simulate` every `apply` runs, and `pulumi.runtime.isDryRun()` is false: work that a program guards with it, such as
   * a migration or a request to a cluster, really runs. A program that does such work is planned with `preview` only.
   */
  readonly mode: "preview" | "simulate";
  /** @default "direct" */
  readonly transport?: "direct" | "grpc";
  /** Answers to functions, ahead of the engine's own. */
  readonly invokes?: InvokeTable;
  /** Simulators, ahead of the engine's own. */
  readonly simulators?: SimulatorTable;
  /** The outputs of other stacks. */
  readonly stackReferences?: StackReferenceTable;
  /** The most a run may take. A program that waits for nothing is found long before. @default 60 */
  readonly timeoutSeconds?: number;
  /** Told of every resource registered. */
  readonly onProgress?: (progress: { readonly resources: number; readonly urn: string }) => void;
}

/** What a run recorded. */
export interface RunResult {
  readonly project: string;
  readonly stack: string;
  readonly organization: string;
  readonly mode: "preview" | "simulate";
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  /** In the order they were registered, the stack first. */
  readonly resources: readonly RecordedResource[];
  /** The functions of providers it called, in that order. */
  readonly asked: readonly AskedFunction[];
  /** The stack's outputs, as the protocol carries them. */
  readonly outputs: WireObject;
  readonly diagnostics: readonly Diagnostic[];
  /** `file:line:column` of the code that constructed a resource; only programs in this process know it. */
  readonly sourceOf: (urn: string) => string | undefined;
}
