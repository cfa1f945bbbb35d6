/** What the service needs of the library: an interface, so that its test needs no engine. */
export interface Environments {
  /** Opens the environment of a pull request, or brings it up to a new commit; its life starts anew. */
  open(request: {
    readonly name: string;
    readonly commit: string;
  }): Promise<{ readonly url?: string; readonly expiresAt: Date }>;
  /** Destroys it. One that is not there is closed. */
  close(name: string): Promise<void>;
  /** Destroys those whose time is over; gives their names. */
  prune(): Promise<readonly string[]>;
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
    prune: async () => {
      const pruned = await library().pruneEnvironments({ directory }, { timeLimitMs });
      for (const { stack, outcome, error } of pruned) {
        if (outcome === "failed") {
          // It keeps its tag: the next prune tries it again.
          process.stderr.write(`prune of ${stack} failed: ${error instanceof Error ? error.message : String(error)}\n`);
        }
      }
      return pruned.filter(({ outcome }) => outcome === "destroyed").map(({ stack }) => stack);
    },
  };
}

/** The first address among the program's outputs: placements, each with its URLs by host. */
function firstUrl(placements: unknown): { readonly url?: string } {
  const urls = Object.values(
    (placements ?? {}) as Readonly<Record<string, { urls?: Readonly<Record<string, string>> }>>,
  );
  const url = urls.flatMap((placement) => Object.values(placement.urls ?? {}))[0];
  return url === undefined ? {} : { url };
}
