/** What the service needs of the library: an interface, so that its test needs no engine. */
export interface Environments {
  /** Opens the environment of a pull request, or brings it up to a new commit; its life starts anew. */
  open(request: {
    readonly name: string;
    readonly commit: string;
  }): Promise<{ readonly url?: string; readonly expiresAt: Date }>;
  /** Destroys it. One that is not there is closed. */
  close(name: string): Promise<void>;
  /** Every environment there is, whoever opened it. */
  list(): Promise<readonly Found[]>;
  /** Destroys one, if its time is over still; says whether it is gone. */
  prune(name: string): Promise<boolean>;
}

/** An environment as the backend has it. */
export interface Found {
  readonly name: string;
  readonly expiresAt: Date;
  readonly expired: boolean;
  /** Commit it was brought up to, or was to be, last. */
  readonly commit?: string;
  readonly url?: string;
  /** Why its last update did not end well. */
  readonly problem?: string;
}

export interface GroundplanOptions {
  /** The project's root. */
  readonly directory: string;
  /** Stack whose settings every environment starts from. */
  readonly base: string;
  /** Settings that differ in an environment, such as the tag of its images. */
  readonly overrides: (request: { name: string; commit: string }) => readonly { path: string; value: unknown }[];
  /** Milliseconds an environment lives after its last commit. @default eight hours */
  readonly timeToLiveMs?: number;
  /** Milliseconds one operation may take. @default 45 minutes */
  readonly timeLimitMs?: number;
}

const HOUR_MS = 3_600_000;

/** The environments of Groundplan's own library. State and passphrase come from the environment of the process. */
export function groundplanEnvironments(options: GroundplanOptions): Environments {
  const { directory, base, overrides, timeToLiveMs = 8 * HOUR_MS, timeLimitMs = 45 * 60_000 } = options;
  const library = () => require("../../automation") as typeof import("../../automation");
  return {
    open: async ({ name, commit }) => {
      const request = { directory, base, name, timeToLiveMs, overrides: { set: overrides({ name, commit }) } };
      const { outputs, expiresAt } = await library().upEnvironment(request, {
        timeLimitMs,
        message: `commit ${commit}`,
        unlock: "stale",
      });
      return { expiresAt, ...firstUrl(outputs.placements?.value) };
    },
    close: async (name) => {
      const { openStack, StackNotFoundError } = library();
      const stack = openStack({ directory, stack: name });
      try {
        await stack.destroy({ remove: true, timeLimitMs, unlock: "stale" });
      } catch (error) {
        if (!(error instanceof StackNotFoundError)) {
          throw error;
        }
      } finally {
        await stack.close();
      }
    },
    list: async () => {
      const known = await library().listEnvironments({ directory });
      const found = await library().runMany(known, ({ stack }) => lastOf(stack));
      return found.map((result) => {
        const { stack: name, expiresAt, expired } = result.item;
        // One whose history cannot be read is there all the same.
        return { name, expiresAt, expired, ...(result.ok ? result.value : { problem: messageOf(result.error) }) };
      });
    },
    prune: async (name) => {
      const [pruned] = await library().pruneEnvironments({ directory }, { timeLimitMs, stacks: [name] });
      if (pruned?.outcome === "failed") {
        // It keeps its tag: the next prune tries it again.
        throw pruned.error;
      }
      return pruned?.outcome === "destroyed";
    },
  };

  /** What the last update of a stack was for, and what came of it. */
  async function lastOf(name: string): Promise<Pick<Found, "commit" | "url" | "problem">> {
    const stack = library().openStack({ directory, stack: name });
    try {
      const [last] = await stack.history({ limit: 1 });
      const { placements } = await stack.outputs();
      const commit = /^commit ([0-9a-f]{40})$/.exec(last?.message ?? "")?.[1];
      return {
        ...firstUrl(placements?.value),
        ...(commit === undefined ? {} : { commit }),
        ...(last?.result === "succeeded" ? {} : { problem: `the last ${last?.kind ?? "update"} did not end well` }),
      };
    } finally {
      await stack.close();
    }
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The first address among the program's outputs: placements, each with its URLs by host. */
function firstUrl(placements: unknown): { readonly url?: string } {
  const urls = Object.values(
    (placements ?? {}) as Readonly<Record<string, { urls?: Readonly<Record<string, string>> }>>,
  );
  const url = urls.flatMap((placement) => Object.values(placement.urls ?? {}))[0];
  return url === undefined ? {} : { url };
}
