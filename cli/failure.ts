import type { LifecycleErrorKind } from "../automation/lifecycle/errors";
import { InputError } from "../components/errors";
import { EXIT } from "./exitCodes";

/** What to tell a person of a failure, and the exit code it means. */
export function explainFailure(error: unknown): { message: string; exitCode: number } {
  const inputErrors = findInputErrors(error);
  if (inputErrors.length > 0) {
    const all = new InputError(inputErrors.flatMap((inner) => inner.problems));
    return { message: all.message, exitCode: EXIT.wrongInput };
  }
  if (isFileError(error)) {
    return { message: `${error.path ?? "file"}: ${fileReason(error)}`, exitCode: EXIT.wrongInput };
  }
  const kind = lifecycleKind(error);
  if (kind !== undefined) {
    return { message: (error as Error).message, exitCode: LIFECYCLE_EXITS[kind] ?? EXIT.engineFailed };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    message: process.env.GROUNDPLAN_DEBUG && error instanceof Error ? (error.stack ?? message) : message,
    exitCode: EXIT.engineFailed,
  };
}

/** Ends of a stack's operation that are not the engine's failure; all others are. */
const LIFECYCLE_EXITS: Readonly<Partial<Record<LifecycleErrorKind, number>>> = {
  "policy-violation": EXIT.failed,
  cancelled: EXIT.interrupted,
  "stack-not-found": EXIT.wrongInput,
  "wrong-passphrase": EXIT.wrongInput,
  "plan-mismatch": EXIT.wrongInput,
  "pending-creates": EXIT.wrongInput,
  refused: EXIT.wrongInput,
};

/** Told by its shape: the library that makes these errors loads with the commands that need it. */
export function lifecycleKind(error: unknown): LifecycleErrorKind | undefined {
  const { kind, fix } = (error ?? {}) as { kind?: unknown; fix?: unknown };
  return error instanceof Error && typeof kind === "string" && typeof fix === "string"
    ? (kind as LifecycleErrorKind)
    : undefined;
}

/** Input errors may arrive inside an engine failure: the program threw them while it ran. */
function findInputErrors(error: unknown, seen = new Set<unknown>()): readonly InputError[] {
  if (error === null || typeof error !== "object" || seen.has(error)) {
    return [];
  }
  seen.add(error);
  if (InputError.is(error)) {
    return [error];
  }
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  return [cause, ...(Array.isArray(errors) ? errors : [])].flatMap((inner) => findInputErrors(inner, seen));
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && "syscall" in error && "path" in error;
}

function fileReason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ENOENT":
      return "no such file or directory";
    case "EACCES":
    case "EPERM":
      return "no permission";
    case "EISDIR":
      return "is a directory, not a file";
    case "ENOTDIR":
    case "EEXIST":
      return "a file stands where a directory is needed";
    default:
      return error.code ?? error.message;
  }
}
