import { remedyOf } from "./remedies";

/** What went wrong in a stack's life, one word per way out. */
export type LifecycleErrorKind =
  | "concurrent-update"
  | "policy-violation"
  | "provider-failure"
  | "program-failure"
  | "cancelled"
  | "timeout"
  | "stack-not-found"
  | "wrong-passphrase"
  | "missing-plugin"
  | "backend-unreachable"
  | "missing-cli"
  | "plan-mismatch"
  | "pending-creates"
  | "refused"
  | "command-failed";

/** One thing that kept a stack's operation from its end: what happened, and what to do about it. Never a stack trace. */
export abstract class LifecycleError extends Error {
  abstract readonly kind: LifecycleErrorKind;
  /** What to do about it. */
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(`${message}\n  fix  ${fix}`);
    this.name = new.target.name;
    this.fix = fix;
  }
}

/** Who holds a stack's lock, as the backend says it. */
export interface LockHolder {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
  readonly since: string;
}

/** Another update of the stack is going on, or one was killed and left its lock. Nothing has been done. */
export class ConcurrentUpdateError extends LifecycleError {
  override readonly kind = "concurrent-update";
  /** Who holds the lock; none where the backend does not say. */
  readonly holders: readonly LockHolder[];

  constructor(stackName: string, holders: readonly LockHolder[]) {
    const who = holders
      .map(({ user, host, pid, since }) => `${user}@${host}, process ${pid}, since ${since}`)
      .join("; ");
    super(
      `stack ${stackName} is locked by another update${who === "" ? "" : `: ${who}`}`,
      "wait for it to end; where that process is gone, run the command again with --unlock",
    );
    this.holders = holders;
  }
}

export interface PolicyViolation {
  readonly pack: string;
  readonly rule: string;
  readonly urn: string;
  readonly message: string;
}

/** A mandatory policy fails. Found before anything is made, unless the engine ran the packs (`policies: "engine"`). */
export class PolicyViolationError extends LifecycleError {
  override readonly kind = "policy-violation";
  readonly violations: readonly PolicyViolation[];

  constructor(stackName: string, violations: readonly PolicyViolation[]) {
    const list = violations.map(
      ({ rule, urn, message }) => `  ${rule} ${nameOf(urn)}: ${message.trim().replaceAll("\n", "; ")}`,
    );
    super(
      `${count(violations.length, "mandatory policy violation")} in stack ${stackName}:\n${list.join("\n")}`,
      "mend the settings, or add an exemption with a reason and an end to groundplan:policyExemptions",
    );
    this.violations = violations;
  }
}

export interface ResourceFailure {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly message: string;
}

/** A provider could not do what was asked of it. What was done until then is in the state; the next up goes on from it. */
export class ProviderFailureError extends LifecycleError {
  override readonly kind = "provider-failure";
  readonly failures: readonly ResourceFailure[];

  constructor(stackName: string, failures: readonly ResourceFailure[]) {
    const list = failures.map(({ type, name, message }) => `  ${name} (${type}): ${message.trim()}`);
    super(
      `${count(failures.length, "resource")} of stack ${stackName} failed:\n${list.join("\n")}`,
      remedyOf(failures) ?? "mend the cause and run the same command again: it goes on from what was done",
    );
    this.failures = failures;
  }
}

/** The program itself failed: wrong settings that only a real update asks about, or an error in it. */
export class ProgramFailureError extends LifecycleError {
  override readonly kind = "program-failure";

  constructor(stackName: string, message: string) {
    super(
      `the program of stack ${stackName} failed: ${message.trim()}`,
      "mend what it names, then run again; with GROUNDPLAN_DEBUG=1 it says where in the program",
    );
  }
}

/** The caller asked for an end. `clean` tells whether the engine ended by itself, with its state written. */
export class CancelledError extends LifecycleError {
  override readonly kind = "cancelled";
  readonly clean: boolean;

  constructor(stackName: string, clean: boolean) {
    super(`the operation on stack ${stackName} was cancelled`, whatNext(clean));
    this.clean = clean;
  }
}

/** The time limit was reached. */
export class TimeoutError extends LifecycleError {
  override readonly kind = "timeout";
  readonly clean: boolean;

  constructor(stackName: string, limitMs: number, clean: boolean) {
    super(`the operation on stack ${stackName} took longer than ${limitMs / 1_000} s and was ended`, whatNext(clean));
    this.clean = clean;
  }
}

function whatNext(clean: boolean): string {
  return clean
    ? "run it again: it goes on from what was done"
    : "the engine was killed: run again with --unlock, which names what was being made then and what to do about it";
}

export class StackNotFoundError extends LifecycleError {
  override readonly kind = "stack-not-found";

  constructor(stackName: string, backend: string) {
    super(`there is no stack ${stackName} in ${backend}`, "check the name and the backend, or create it: up --create");
  }
}

/** The secrets of the stack cannot be read: a passphrase that is wrong or missing, or a key that is refused. */
export class WrongPassphraseError extends LifecycleError {
  override readonly kind = "wrong-passphrase";
  readonly missing: boolean;

  constructor(stackName: string, missing: boolean) {
    super(
      missing
        ? `stack ${stackName} needs a passphrase for its secrets`
        : `the passphrase of stack ${stackName} is wrong`,
      "set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE, to the one the stack was made with",
    );
    this.missing = missing;
  }
}

export class MissingPluginError extends LifecycleError {
  override readonly kind = "missing-plugin";
  readonly plugin: string;

  constructor(plugin: string, version: string | undefined) {
    super(
      `the provider plugin ${plugin}${version === undefined ? "" : ` ${version}`} is not installed`,
      `pulumi plugin install resource ${plugin}${version === undefined ? "" : ` ${version}`}, on a machine that may download it`,
    );
    this.plugin = plugin;
  }
}

/** The state cannot be reached, or its backend lets nobody in. Nothing has been done. */
export class BackendUnreachableError extends LifecycleError {
  override readonly kind = "backend-unreachable";

  constructor(backend: string, reason: string) {
    super(
      `the state backend ${backend} cannot be used: ${reason}`,
      "check its address, the network and the credentials: groundplan doctor tells which",
    );
  }
}

/** There is no Pulumi CLI, and none could be downloaded. */
export class MissingCliError extends LifecycleError {
  override readonly kind = "missing-cli";

  constructor(reason: string) {
    super(
      `this command needs the Pulumi CLI: ${reason}`,
      "install it (https://www.pulumi.com/docs/install/) so that pulumi is on the PATH; plan, check and render work without it",
    );
  }
}

/** A saved plan is not what an update would do now. Nothing has been done. */
export class PlanMismatchError extends LifecycleError {
  override readonly kind = "plan-mismatch";
  /** What differs, one line each. */
  readonly differences: readonly string[];

  constructor(plan: string, differences: readonly string[]) {
    const shown = differences.slice(0, 20).map((line) => `  ${line}`);
    const more = differences.length > 20 ? [`  and ${differences.length - 20} more`] : [];
    super(
      `the plan ${plan} no longer matches:\n${[...shown, ...more].join("\n")}`,
      "look at the changes and save a new plan: preview --save-plan FILE",
    );
    this.differences = differences;
  }
}

/** A resource a killed run had begun to make. */
export interface PendingResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
}

/**
 * A killed run had begun to make things under names that their cloud or provider chose: whether they are there is for
 * somebody to look, since another up would make them a second time. The state is as it was left.
 */
export class PendingCreatesError extends LifecycleError {
  override readonly kind = "pending-creates";
  readonly resources: readonly PendingResource[];

  constructor(stackName: string, resources: readonly PendingResource[]) {
    const list = resources.map(({ urn }) => `  ${urn}`);
    super(
      `stack ${stackName} names ${count(resources.length, "creation")} that a killed run began and nobody saw the end of:\n${list.join("\n")}`,
      `look for each in its cloud; take what is there into the state (pulumi import, or import in the library); then run refresh --stack ${stackName} --clear-pending-creates, and this command again`,
    );
    this.resources = resources.map(({ urn, type, name }) => ({ urn, type, name }));
  }
}

/** A guard rail: the caller has to say that it is meant. Nothing has been done. */
export class RefusedError extends LifecycleError {
  override readonly kind = "refused";
}

/** The Pulumi CLI failed in a way nobody has a name for. */
export class CommandFailedError extends LifecycleError {
  override readonly kind = "command-failed";

  constructor(what: string, message: string) {
    super(`${what} failed: ${message.trim()}`, "run again with GROUNDPLAN_DEBUG=1 to see all the Pulumi CLI said");
  }
}

export function nameOf(urn: string): string {
  return urn === "" ? "the stack" : urn.slice(urn.lastIndexOf("::") + 2);
}

function count(number: number, noun: string): string {
  if (number === 1) {
    return `1 ${noun}`;
  }
  return `${number} ${noun}s`;
}
