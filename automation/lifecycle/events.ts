import type { EngineEvent } from "@pulumi/pulumi/automation";
import { plainText } from "./classify";
import { nameOf, type PolicyViolation } from "./errors";
import type { Redactor } from "./redact";

/** How far an operation is. */
export interface StackProgress {
  /** Resources the engine is done with, unchanged ones included. */
  readonly done: number;
  /** Resources it is working on. */
  readonly running: number;
  readonly failed: number;
  /** How many there will be, where something told: a preview before it, or the state. */
  readonly expected?: number;
}

/** What happens to a resource. */
export interface ResourceEvent {
  readonly kind: "resource";
  readonly status: "started" | "done" | "failed";
  /** What the engine does: `create`, `update`, `delete`, `replace`, `same`, `refresh`, ... */
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Names of the properties that change; never their values. */
  readonly properties: readonly string[];
  readonly progress: StackProgress;
}

/** What an operation reports while it goes on. No event holds a property's value. */
export type StackEvent =
  | { readonly kind: "phase"; readonly name: string }
  | ResourceEvent
  | {
      readonly kind: "diagnostic";
      readonly severity: "info" | "warning" | "error";
      readonly message: string;
      readonly urn: string;
    }
  | ({ readonly kind: "policy"; readonly level: "mandatory" | "advisory" } & PolicyViolation)
  | { readonly kind: "retry"; readonly attempt: number; readonly reason: string; readonly delayMs: number }
  | {
      readonly kind: "summary";
      /** Resources by what was, or would be, done to them. */
      readonly changes: Readonly<Record<string, number>>;
      readonly durationSeconds: number;
    };

/** A resource something is, or would be, done to. */
export interface ResourceChange {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly op: string;
  readonly properties: readonly string[];
}

/** What is kept of an operation's events until it ends. */
export interface Observed {
  /** Whether the engine began: from then on the state may have changed. */
  readonly started: boolean;
  readonly errors: readonly { readonly urn: string; readonly message: string }[];
  readonly failed: readonly string[];
  readonly violations: readonly PolicyViolation[];
  readonly changes: readonly ResourceChange[];
  readonly counts: Readonly<Record<string, number>>;
  readonly durationSeconds: number;
}

export const NOTHING_OBSERVED: Observed = {
  started: false,
  errors: [],
  failed: [],
  violations: [],
  changes: [],
  counts: {},
  durationSeconds: 0,
};

const UNTOUCHED = new Set(["same", "read", "read-discard", "discard-replaced"]);

/** Reads the engine's events: counts, keeps what a result or an error needs, and tells the rest in plain words. */
export class EventReader {
  private readonly emit: (event: StackEvent) => void;
  private readonly redactor: Redactor;
  private readonly expected: number | undefined;
  private readonly running = new Set<string>();
  private readonly doneUrns = new Set<string>();
  private readonly failedUrns = new Set<string>();
  private readonly errors: { urn: string; message: string }[] = [];
  private readonly violations: PolicyViolation[] = [];
  private readonly changes = new Map<string, ResourceChange>();
  private counts: Readonly<Record<string, number>> = {};
  private durationSeconds = 0;
  private started = false;

  constructor(emit: (event: StackEvent) => void, redactor: Redactor, expected?: number) {
    this.emit = emit;
    this.redactor = redactor;
    this.expected = expected;
  }

  read(event: EngineEvent): void {
    const { preludeEvent, resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent } = event;
    const { policyEvent, summaryEvent } = event;
    this.started ||= preludeEvent !== undefined || resourcePreEvent !== undefined;
    if (resourcePreEvent) {
      this.resource("started", resourcePreEvent.metadata);
    } else if (resOutputsEvent) {
      this.resource("done", resOutputsEvent.metadata);
    } else if (resOpFailedEvent) {
      this.resource("failed", resOpFailedEvent.metadata);
    } else if (diagnosticEvent && !diagnosticEvent.ephemeral && (diagnosticEvent.severity as string) !== "debug") {
      this.diagnostic(diagnosticEvent);
    } else if (policyEvent) {
      this.policy(policyEvent);
    } else if (summaryEvent) {
      this.counts = { ...(summaryEvent.resourceChanges as Readonly<Record<string, number>> | undefined) };
      this.durationSeconds = summaryEvent.durationSeconds;
      this.emit({ kind: "summary", changes: this.counts, durationSeconds: this.durationSeconds });
    }
  }

  get observed(): Observed {
    return {
      started: this.started,
      errors: this.errors,
      failed: [...this.failedUrns],
      violations: this.violations,
      changes: [...this.changes.values()],
      counts: this.counts,
      durationSeconds: this.durationSeconds,
    };
  }

  private resource(status: ResourceEvent["status"], step: Step): void {
    const { urn, op, type } = step;
    // Steps of one replacement share a URN; the last one of them settles it.
    const id = `${op} ${urn}`;
    if (status === "started") {
      this.running.add(id);
    } else {
      this.running.delete(id);
      (status === "done" ? this.doneUrns : this.failedUrns).add(urn);
    }
    const properties = [...new Set([...(step.diffs ?? []), ...Object.keys(step.detailedDiff ?? {})])].sort();
    if (!UNTOUCHED.has(op) && (op !== "refresh" || properties.length > 0)) {
      this.keep({ urn, type, name: nameOf(urn), op, properties });
    }
    const { expected } = this;
    const counted = { done: this.doneUrns.size, running: this.running.size, failed: this.failedUrns.size };
    const progress = expected === undefined ? counted : { ...counted, expected };
    this.emit({ kind: "resource", status, op, urn, type, name: nameOf(urn), properties, progress });
  }

  /** Of the steps of a replacement, `replace` tells most. */
  private keep(change: ResourceChange): void {
    const known = this.changes.get(change.urn);
    const kept = known?.op === "replace" ? known : change;
    const properties = [...new Set([...(known?.properties ?? []), ...change.properties])].sort();
    this.changes.set(change.urn, { ...kept, properties });
  }

  private diagnostic({ severity, message, urn = "" }: Diagnostic): void {
    const text = this.redactor.text(plainText(message)).trim();
    if (severity === "error") {
      this.errors.push({ urn, message: text });
    }
    if (text !== "") {
      this.emit({ kind: "diagnostic", severity: severity === "info#err" ? "info" : severity, message: text, urn });
    }
  }

  private policy(event: Policy): void {
    const violation = {
      pack: event.policyPackName,
      rule: event.policyName,
      urn: event.resourceUrn ?? "",
      message: this.redactor.text(plainText(event.message)).trim(),
    };
    const level = event.enforcementLevel === "mandatory" ? "mandatory" : "advisory";
    if (level === "mandatory") {
      this.violations.push(violation);
    }
    this.emit({ kind: "policy", level, ...violation });
  }
}

type Step = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];
type Diagnostic = NonNullable<EngineEvent["diagnosticEvent"]>;
type Policy = NonNullable<EngineEvent["policyEvent"]>;

/** Leaves out the preview an update with a plan begins with, but for what it says is wrong. */
export function afterPreview(onEvent: (event: EngineEvent) => void): (event: EngineEvent) => void {
  let previewing = true;
  return (event) => {
    if (!previewing || event.diagnosticEvent !== undefined) {
      onEvent(event);
    }
    previewing &&= event.summaryEvent === undefined;
  };
}
