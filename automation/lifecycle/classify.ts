import type { CommandFailure } from "./command";
import {
  BackendUnreachableError,
  CommandFailedError,
  ConcurrentUpdateError,
  type LifecycleError,
  type LockHolder,
  MissingPluginError,
  nameOf,
  PlanMismatchError,
  PolicyViolationError,
  ProgramFailureError,
  ProviderFailureError,
  type ResourceFailure,
  StackNotFoundError,
  WrongPassphraseError,
} from "./errors";
import type { Observed } from "./events";

export interface FailureContext {
  readonly stack: string;
  /** The state backend, for a person to read. */
  readonly backend: string;
  /** The saved plan an update was held to. */
  readonly plan?: string;
}

/** Exit codes the CLI gives a meaning of their own. */
const STACK_NOT_FOUND = 6;

/** Turns a failed run of the CLI, and what its engine reported until then, into an error with a name. */
export function classify(failure: CommandFailure, observed: Observed, context: FailureContext): LifecycleError {
  const text = plainText(`${failure.stderr}\n${failure.stdout}`);
  return (
    beforeTheEngine(text, failure, context) ??
    byPlan(text, context) ??
    missingPlugin(text) ??
    byPolicy(observed, context) ??
    byResource(observed, context) ??
    (observed.started ? undefined : byBackend(text, context)) ??
    byProgram(observed, context) ??
    new CommandFailedError(`pulumi ${failure.args[0] ?? ""} of stack ${context.stack}`, errorLines(text))
  );
}

/** What the CLI refuses before it runs anything. */
function beforeTheEngine(
  text: string,
  { code }: CommandFailure,
  { stack, backend }: FailureContext,
): LifecycleError | undefined {
  if (/no stack named '[^']*' found/.test(text) || code === STACK_NOT_FOUND) {
    return new StackNotFoundError(stack, backend);
  }
  if (/the stack is currently locked by|Another update is currently in progress/.test(text)) {
    return new ConcurrentUpdateError(stack, lockHolders(text));
  }
  if (/passphrase must be set with PULUMI_CONFIG_PASSPHRASE/.test(text)) {
    return new WrongPassphraseError(stack, true);
  }
  if (/incorrect passphrase|cipher: message authentication failed/.test(text)) {
    return new WrongPassphraseError(stack, false);
  }
  return undefined;
}

export function lockHolders(text: string): readonly LockHolder[] {
  return [...text.matchAll(/created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/g)].map((match) => ({
    user: match[1] ?? "",
    host: match[2] ?? "",
    pid: Number(match[3]),
    since: match[4] ?? "",
  }));
}

function missingPlugin(text: string): LifecycleError | undefined {
  const missing =
    /failed to load plugin \S*pulumi-resource-([\w-]+): plugin not found/.exec(text) ??
    /no resource plugin '(?:pulumi-resource-)?([\w-]+)' found in the workspace(?: at version (v[\w.-]+))?/.exec(text) ??
    /(?:could not|failed to|error) (?:download|install|load|find)\S* (?:plugin|provider) (?:pulumi-resource-)?\[?([\w-]+)\]?(?:[ @-](v?\d[\w.-]*))?/i.exec(
      text,
    );
  return missing?.[1] === undefined ? undefined : new MissingPluginError(missing[1], missing[2]);
}

function byPlan(text: string, { plan }: FailureContext): LifecycleError | undefined {
  // The engine prints both values whole; which resource it is about is what a person needs.
  const broken = [...text.matchAll(/resource (urn:\S+) violates plan: ([\w ,]+)/g)].map(
    (match) => `${nameOf(match[1] ?? "")}: ${match[2]?.trim()}`,
  );
  return plan === undefined || broken.length === 0 ? undefined : new PlanMismatchError(plan, [...new Set(broken)]);
}

function byPolicy(observed: Observed, { stack }: FailureContext): LifecycleError | undefined {
  return observed.violations.length === 0 ? undefined : new PolicyViolationError(stack, observed.violations);
}

function byResource(observed: Observed, { stack }: FailureContext): LifecycleError | undefined {
  const failures = new Map<string, ResourceFailure>();
  for (const { urn, message } of observed.errors) {
    const type = typeOf(urn);
    if (urn !== "" && !type.startsWith("pulumi:pulumi:")) {
      const known = failures.get(urn)?.message;
      failures.set(urn, { urn, type, name: nameOf(urn), message: known ? `${known}\n${message}` : message });
    }
  }
  for (const urn of observed.failed) {
    if (!failures.has(urn)) {
      failures.set(urn, { urn, type: typeOf(urn), name: nameOf(urn), message: "the provider gave no reason" });
    }
  }
  return failures.size === 0 ? undefined : new ProviderFailureError(stack, [...failures.values()]);
}

const BACKEND =
  /unable to open bucket|\.pulumi\/meta\.yaml|could not (?:list|get|read) bucket|performing HTTP request|missing google credentials|PULUMI_ACCESS_TOKEN must be set|invalid access token|\[401\]|\[403\]|dial tcp|no such host|connection refused|DefaultAzureCredential|the backend gave no answer|NoCredentialProviders/i;

function byBackend(text: string, { backend }: FailureContext): LifecycleError | undefined {
  return BACKEND.test(text) ? new BackendUnreachableError(backend, firstLine(errorLines(text))) : undefined;
}

function byProgram(observed: Observed, { stack }: FailureContext): LifecycleError | undefined {
  const messages = observed.errors
    .map(({ message }) => message.replace(/^[ \t]+at .*\n?/gm, ""))
    .filter((message) => !/^\w+ failed\s*$/.test(message));
  return messages.length === 0 ? undefined : new ProgramFailureError(stack, messages.join("\n"));
}

export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with one
  return text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "").replace(/<\{%[^%]*%\}>/g, "");
}

/** What follows `error:`, or all there is. */
function errorLines(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  const errors = lines.filter((line) => /\berror:/.test(line)).map((line) => line.replace(/^.*?\berror:\s*/, ""));
  return (
    [...new Set(errors)].join("\n") ||
    lines
      .filter((line) => line !== "")
      .slice(-5)
      .join("\n") ||
    "no reason given"
  );
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? text;
}

function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
