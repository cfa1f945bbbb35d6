import type { Stream } from "./terminal";

/**
 * Runs something that Ctrl-C ends in order. The first one asks it to end; a person who has asked three times is let go,
 * and the engine left to finish by itself.
 */
export async function interruptible<T>(err: Stream, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let asked = 0;
  const onSignal = () => {
    asked += 1;
    if (asked === 1) {
      err.write("\nending in order: what was begun is finished and written down\n");
      controller.abort();
    } else if (asked === 2) {
      err.write("still ending; once more leaves the engine to itself, with the stack locked until it is done\n");
    } else {
      process.exit(130);
    }
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    return await run(controller.signal);
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}
