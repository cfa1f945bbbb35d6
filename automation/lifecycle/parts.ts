import { StackNotFoundError } from "./errors";
import type { StackEvent } from "./events";
import { guardProduction, guardProtected, stateResources } from "./guards";
import { type InOrder, reversed, runInOrder } from "./inOrder";
import { follow, type Operation } from "./operation";
import type { ChangeResult, DestroyOptions, PreviewOptions, PreviewResult, UpOptions, UpResult } from "./options";
import { type PartOfSystem, type PartsSelection, partsOfSystem } from "./partStacks";
import type { PoolOptions } from "./pool";
import type { StackOptions } from "./session";
import { openStack, type StackHandle } from "./stack";

/** A system split over stacks, by the stack it was split from. */
export interface PartsRequest extends Omit<StackOptions, "base">, PartsSelection {}

/** What all parts are told, and each of them on its way. */
export interface PartsOptions extends PoolOptions {
  readonly onEvent?: (stack: string, event: StackEvent) => void;
  /** @default the library's own; replaced in tests */
  readonly open?: (options: StackOptions) => PartHandle;
}

/** As much of a stack as its parts need. */
export type PartHandle = Pick<StackHandle, "preview" | "up" | "destroy" | "state" | "outputs" | "close">;

/** What became of one part. */
export type PartResult<T> = { readonly part: string; readonly stack: string } & (
  | { readonly outcome: "done"; readonly result: T }
  | { readonly outcome: "failed"; readonly error: unknown }
  /** `reason` says what it waited for in vain. */
  | { readonly outcome: "not-started"; readonly reason: string }
  /** There was nothing to destroy. */
  | { readonly outcome: "absent" }
);

/**
 * Makes every part what its settings say, each after those it reads, those that do not follow each other side by side. A
 * part's failure is its own; what reads it is not started. Rejects where the files are wrong, or production is not meant.
 */
export async function upParts(
  request: PartsRequest,
  options: PartsOptions & Omit<UpOptions, "plan"> = {},
): Promise<readonly PartResult<UpResult>[]> {
  const parts = await partsOfSystem(request);
  guardProduction(request.stack, parts[0]?.environment, options.yesProduction === true);
  return run(request, options, parts, "others", (stack, own) => stack.up(own));
}

/**
 * What an up of every part would do. A part that reads one never deployed cannot be looked at before that one is, and is
 * not started.
 */
export async function previewParts(
  request: PartsRequest,
  options: PartsOptions & Omit<PreviewOptions, "savePlan"> = {},
): Promise<readonly PartResult<PreviewResult>[]> {
  return run(request, options, await partsOfSystem(request), "all", (stack, own) => stack.preview(own));
}

/**
 * Deletes what the parts made, each after those that read it. Rejects, with nothing destroyed, where any part is protected
 * or production is not meant.
 */
export async function destroyParts(
  request: PartsRequest,
  options: PartsOptions & DestroyOptions = {},
): Promise<readonly PartResult<ChangeResult>[]> {
  const parts = await partsOfSystem(request);
  guardProduction(request.stack, parts[0]?.environment, options.yesProduction === true);
  const existing = { ...request, create: false };
  for (const { name } of parts) {
    await withPart(existing, options, name, async (stack) => {
      guardProtected(name, stateResources(await stack.state().catch(nothingOfMissing)));
    });
  }
  return run(existing, options, reversed(parts), "none", (stack, own) => stack.destroy(own));
}

/** Whether all parts are what was asked for. */
export function allDone(results: readonly PartResult<unknown>[]): boolean {
  return results.every(({ outcome }) => outcome === "done" || outcome === "absent");
}

/** Does the same to every part in order; `reads` tells whether it asks for the outputs of those before it. */
async function run<T, O extends PartsOptions>(
  request: PartsRequest,
  options: O,
  parts: readonly PartOfSystem[],
  reads: "all" | "others" | "none",
  start: (stack: PartHandle, options: Omit<O, "onEvent" | "open" | "concurrency">) => Operation<T>,
): Promise<readonly PartResult<T>[]> {
  const { onEvent, open: _open, concurrency, ...own } = options;
  const here = new Set(parts.map(({ name }) => name));
  const ended = await runInOrder(
    parts,
    async ({ name, after }): Promise<Ended<T>> => {
      const read = reads === "none" ? [] : after.filter((other) => reads === "all" || !here.has(other));
      for (const other of read) {
        if (!(await isDeployed(request, options, other))) {
          throw new NotDeployed(`it reads ${other}, which was never deployed`);
        }
      }
      try {
        const work = (stack: PartHandle) => follow(start(stack, own), (event) => onEvent?.(name, event));
        return { result: await withPart(request, options, name, work) };
      } catch (error) {
        if (reads === "none" && error instanceof StackNotFoundError) {
          return {};
        }
        throw error;
      }
    },
    { concurrency, signal: options.signal },
  );
  return ended.map((one, index) => told(parts[index]?.part ?? one.name, one));
}

function nothingOfMissing(error: unknown): undefined {
  if (!(error instanceof StackNotFoundError)) {
    throw error;
  }
}

interface Ended<T> {
  /** Absent where there was nothing to do it to. */
  readonly result?: T;
}

/** What keeps a part from being started, found as it was to be. */
class NotDeployed extends Error {}

function told<T>(part: string, ended: InOrder<Ended<T>>): PartResult<T> {
  const { name: stack, outcome } = ended;
  switch (outcome) {
    case "done": {
      const { result } = ended.value;
      return result === undefined ? { part, stack, outcome: "absent" } : { part, stack, outcome, result };
    }
    case "failed": {
      const { error } = ended;
      return error instanceof NotDeployed
        ? { part, stack, outcome: "not-started", reason: error.message }
        : { part, stack, outcome, error };
    }
    case "not-started": {
      const { after } = ended;
      const reason = after.length === 0 ? "cancelled before its turn" : `${after.join(" and ")} came to no good end`;
      return { part, stack, outcome, reason };
    }
  }
}

async function isDeployed(request: PartsRequest, options: PartsOptions, name: string): Promise<boolean> {
  try {
    const outputs = await withPart({ ...request, create: false }, options, name, (stack) => stack.outputs());
    return Object.keys(outputs).length > 0;
  } catch (error) {
    if (error instanceof StackNotFoundError) {
      return false;
    }
    throw error;
  }
}

async function withPart<T>(
  { parts: _parts, ...request }: PartsRequest,
  { open = openStack }: PartsOptions,
  stack: string,
  work: (handle: PartHandle) => Promise<T>,
): Promise<T> {
  const handle = open({ ...request, stack });
  try {
    return await work(handle);
  } finally {
    await handle.close();
  }
}
