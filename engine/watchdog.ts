/** What a watchdog looks at. */
export interface Watched {
  /** Grows with every request; a change means that the program is alive. */
  readonly activity: () => number;
  /** Requests that are not answered yet. */
  readonly inFlight: () => number;
  /** Ports whose sockets are the engine's own. */
  readonly ownPorts: () => readonly number[];
}

/** How often to look, and how long nothing may happen. */
const TICK_MS = 25;
const QUIET_MS = 750;
/** Once something has failed, only what is under way already is still of interest. */
const QUIET_AFTER_FAILURE_MS = 100;
/** The share of a tick a process may spend on the processor and still wait for nothing: workers compile unseen. */
const BUSY_SHARE = 0.1;
/** A tick this late says that the process was kept from running, by its own work or by others': it proves no quiet. */
const LATE_MS = 4 * TICK_MS;

/** How a wait ended. */
export type Ending = "settled" | "quiet" | "timeout";

/**
 * Tells a program that waits for something from one that waits for nothing: no request comes, none is open, and the
 * process has no timer, file or socket beyond those it had at the start. What is then still pending never settles.
 */
export class Watchdog {
  readonly #baseline = count(process.getActiveResourcesInfo());

  constructor(private readonly watched: Watched) {}

  /** Waits until `work` settles, or nothing goes on any more, or the time is up. Never rejects. */
  wait(work: Promise<unknown>, deadline: number, failed: () => boolean): Promise<Ending> {
    return new Promise((resolve) => {
      let last = this.watched.activity();
      let quietSince = performance.now();
      let cpu = process.cpuUsage();
      let looked = performance.now();
      const timer = setInterval(() => {
        const now = performance.now();
        const used = process.cpuUsage(cpu);
        const share = (used.user + used.system) / 1000 / (now - looked);
        const late = now - looked > LATE_MS;
        cpu = process.cpuUsage();
        looked = now;
        const activity = this.watched.activity();
        if (activity !== last || this.watched.inFlight() > 0 || share > BUSY_SHARE || late || this.#busy(1)) {
          last = activity;
          quietSince = now;
        }
        if (now - quietSince >= (failed() ? QUIET_AFTER_FAILURE_MS : QUIET_MS)) {
          end("quiet");
        } else if (now >= deadline) {
          end("timeout");
        }
      }, TICK_MS);
      const end = (ending: Ending) => {
        clearInterval(timer);
        resolve(ending);
      };
      const settled = () => end("settled");
      work.then(settled, settled);
    });
  }

  /** Lets what the program left running end: a forgotten timer may still fail. Gives up at the deadline. */
  async drain(deadline: number): Promise<void> {
    await turn();
    await turn();
    while (this.#busy(0) && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  }

  /** Whether the process has more to wait for than it had at the start. `ownTimers` are this watchdog's. */
  #busy(ownTimers: number): boolean {
    const current = count(process.getActiveResourcesInfo());
    current.set("Timeout", (current.get("Timeout") ?? 0) - ownTimers);
    const own = this.#ownSockets();
    for (const [kind, number] of current) {
      const excess = number - (this.#baseline.get(kind) ?? 0) - (own.get(kind) ?? 0);
      if (excess > 0) {
        return true;
      }
    }
    return false;
  }

  #ownSockets(): ReadonlyMap<string, number> {
    const ports = new Set(this.watched.ownPorts());
    const own = new Map<string, number>();
    if (ports.size > 0) {
      // Node has no public way to tell sockets apart.
      const { _getActiveHandles } = process as unknown as { _getActiveHandles(): readonly object[] };
      for (const handle of _getActiveHandles.call(process)) {
        const { localPort, remotePort, address } = handle as {
          localPort?: number;
          remotePort?: number;
          address?: () => { port?: number };
        };
        if ((localPort !== undefined && ports.has(localPort)) || (remotePort !== undefined && ports.has(remotePort))) {
          own.set("TCPSocketWrap", (own.get("TCPSocketWrap") ?? 0) + 1);
        } else if (localPort === undefined && ports.has(address?.call(handle)?.port ?? -1)) {
          own.set("TCPServerWrap", (own.get("TCPServerWrap") ?? 0) + 1);
        }
      }
    }
    return own;
  }
}

function count(kinds: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of kinds) {
    // An immediate is over by the next turn, and output to a pipe or file is not the program's work.
    if (kind !== "Immediate" && kind !== "WriteWrap" && kind !== "TTYWrap" && kind !== "PipeWrap") {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  return counts;
}

/** One turn of the event loop: rejections nobody handles are reported between turns. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
