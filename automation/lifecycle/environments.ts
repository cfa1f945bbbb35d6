import { InputError, show } from "../../components/errors";
import type { Selection } from "../selection";
import { RefusedError, StackNotFoundError } from "./errors";
import type { StackEvent } from "./events";
import { stateResources } from "./guards";
import { withLimits } from "./limits";
import { follow, Operation } from "./operation";
import type { OperationOptions, PolicyOptions, UpResult } from "./options";
import { type PoolOptions, runMany } from "./pool";
import { listStacks } from "./projectStacks";
import type { StackOptions } from "./session";
import { openStack, type StackHandle } from "./stack";

/** Tags of a stack that lives for a time only. They are in its backend: whoever prunes needs no file of it. */
export const EXPIRES_TAG = "groundplan:expires-at";
export const BASE_TAG = "groundplan:base";

/** Longest life of an ephemeral environment: two weeks. What is to stay longer is a stack with a file. */
export const LONGEST_LIFE_MS = 14 * 24 * 3_600_000;

export interface EnvironmentOptions extends Omit<StackOptions, "stack" | "base" | "create" | "selection"> {
  /** Name of the new stack, such as `pr-12`. */
  readonly name: string;
  /** Stack whose settings it starts from. */
  readonly base: string;
  /** What is different in it. */
  readonly overrides?: Selection;
  /** Milliseconds from now until `prune` may destroy it; at most two weeks. */
  readonly timeToLiveMs: number;
}

export interface Environment {
  readonly handle: StackHandle;
  readonly expiresAt: Date;
}

const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/**
 * The stack of an ephemeral environment: the settings of its base with overrides, nothing in it protected. Made where it
 * is not there; its life starts anew where it is. Refuses a stack that is somebody's own.
 */
export async function openEnvironment(options: EnvironmentOptions, now = new Date()): Promise<Environment> {
  const { name, base, overrides = {}, timeToLiveMs, ...rest } = options;
  checkEnvironment(options);
  const handle = openStack({
    ...rest,
    stack: name,
    base,
    create: true,
    selection: { ...overrides, set: [...(overrides.set ?? []), ...EPHEMERAL] },
  });
  try {
    await refuseForeign(handle, rest.directory, options);
    const expiresAt = new Date(now.getTime() + timeToLiveMs);
    await handle.tags({ [BASE_TAG]: base, [EXPIRES_TAG]: expiresAt.toISOString() });
    return { handle, expiresAt };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Opens an environment and makes it what its settings say. */
export function upEnvironment(
  options: EnvironmentOptions,
  up: OperationOptions & PolicyOptions = {},
): Operation<UpResult & { readonly expiresAt: Date }> {
  return new Operation(async (emit) => {
    const { timeLimitMs: _whole, ...rest } = up;
    return withLimits(options.name, up, async (signal) => {
      const { handle, expiresAt } = await openEnvironment(options);
      try {
        return { ...(await follow(handle.up({ ...rest, signal }), emit)), expiresAt };
      } finally {
        await handle.close();
      }
    });
  });
}

/** What makes a stack one that lives for hours; a person's overrides cannot take it back. */
const EPHEMERAL: NonNullable<Selection["set"]> = [
  { path: "ephemeral", value: true },
  { path: "protect", value: false },
];

export function checkEnvironment({
  name,
  base,
  timeToLiveMs,
}: Pick<EnvironmentOptions, "name" | "base" | "timeToLiveMs">): void {
  const problems = [
    ...(NAME.test(name) && name !== base
      ? []
      : [
          {
            path: "name",
            found: show(name),
            allowed: "lower-case letters, digits and hyphens, a letter first, at most 40, and not the base's name",
            fix: "name it after what it is for, such as pr-12",
          },
        ]),
    ...(timeToLiveMs > 0 && timeToLiveMs <= LONGEST_LIFE_MS
      ? []
      : [
          {
            path: "timeToLive",
            found: show(timeToLiveMs),
            allowed: "more than nothing and at most 14 days",
            fix: "give what is to stay a stack file of its own: groundplan init",
          },
        ]),
  ];
  if (problems.length > 0) {
    throw new InputError(problems);
  }
}

/** A stack that was there before and is no environment has an owner. */
async function refuseForeign(handle: StackHandle, directory: string, options: EnvironmentOptions): Promise<void> {
  const known = await existing(directory, options);
  // One that was made and not yet tagged when its maker died holds nothing.
  const foreign = known && (await handle.tags())[EXPIRES_TAG] === undefined;
  if (foreign && stateResources(await handle.state()).length > 0) {
    throw new RefusedError(
      `stack ${options.name} is there already and is no ephemeral environment`,
      "choose another name",
    );
  }
}

async function existing(directory: string, { name, ...options }: EnvironmentOptions): Promise<boolean> {
  const stacks = await listStacks({ ...options, directory });
  return stacks.some((stack) => stack.name === name);
}

/** An environment as its backend knows it. */
export interface KnownEnvironment {
  readonly stack: string;
  readonly base: string;
  readonly expiresAt: Date;
  readonly expired: boolean;
}

type Place = Pick<StackOptions, "directory" | "backend" | "secretsProvider" | "env" | "pulumiHome" | "plugins">;

/** Every ephemeral environment of a project. */
export async function listEnvironments(
  place: Place,
  options: PoolOptions & { readonly now?: Date } = {},
): Promise<readonly KnownEnvironment[]> {
  const now = options.now ?? new Date();
  const stacks = await listStacks(place, EXPIRES_TAG);
  const tagged = await runMany(stacks, ({ name }) => tagsOf(place, name), options);
  const failure = tagged.find((result) => !result.ok);
  if (failure && !failure.ok) {
    throw failure.error;
  }
  return tagged.flatMap((result) => {
    const expires = result.ok ? result.value[EXPIRES_TAG] : undefined;
    // A tag nobody can read as a time is no leave to destroy.
    if (!result.ok || expires === undefined || Number.isNaN(Date.parse(expires))) {
      return [];
    }
    const expiresAt = new Date(expires);
    return [{ stack: result.item.name, base: result.value[BASE_TAG] ?? "", expiresAt, expired: expiresAt <= now }];
  });
}

async function tagsOf(place: Place, stack: string): Promise<Readonly<Record<string, string>>> {
  const handle = openStack({ ...place, stack });
  try {
    return await handle.tags();
  } finally {
    await handle.close();
  }
}

export interface PruneOptions extends PoolOptions, OperationOptions {
  readonly now?: Date;
  /** Only says what would be destroyed. @default false */
  readonly dryRun?: boolean;
  /** Only these, by name. @default all */
  readonly stacks?: readonly string[];
  readonly onEvent?: (stack: string, event: StackEvent) => void;
}

export interface Pruned extends KnownEnvironment {
  readonly outcome: "destroyed" | "would-be-destroyed" | "renewed" | "failed";
  readonly error?: unknown;
}

/** Destroys every environment whose time is over. One that fails keeps its tag, so that the next prune tries it again. */
export async function pruneEnvironments(place: Place, options: PruneOptions = {}): Promise<readonly Pruned[]> {
  const { signal, timeLimitMs } = options;
  const known = await withLimits("of every environment", { signal, timeLimitMs }, () =>
    listEnvironments(place, options),
  );
  const expired = known.filter(({ stack, expired }) => expired && (options.stacks?.includes(stack) ?? true));
  const { now: _now, stacks: _stacks, dryRun, onEvent, concurrency, ...operation } = options;
  if (dryRun) {
    return expired.map((environment) => ({ ...environment, outcome: "would-be-destroyed" }));
  }
  const results = await runMany(
    expired,
    async ({ stack }) => {
      const handle = openStack({ ...place, stack });
      try {
        // Whoever opened it again while others were destroyed has given it a new life.
        const { [EXPIRES_TAG]: expires } = await handle.tags({}, { signal, timeLimitMs });
        if (expires === undefined || !(Date.parse(expires) <= (options.now ?? new Date()).getTime())) {
          return "renewed" as const;
        }
        await follow(handle.destroy({ ...operation, remove: true }), (event) => onEvent?.(stack, event));
        return "destroyed" as const;
      } finally {
        await handle.close();
      }
    },
    { concurrency, signal },
  );
  return results.map((result) => {
    if (result.ok) {
      return { ...result.item, outcome: result.value };
    }
    return result.error instanceof StackNotFoundError
      ? { ...result.item, outcome: "destroyed" }
      : { ...result.item, outcome: "failed", error: result.error };
  });
}
