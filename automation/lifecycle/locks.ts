import { hostname } from "node:os";
import type { LockHolder } from "./errors";

/** Whether every holder of a lock was a process of this machine that is gone. */
export function isStale(
  holders: readonly LockHolder[],
  here: string = hostname(),
  isAlive: (pid: number) => boolean = isRunning,
): boolean {
  return holders.length > 0 && holders.every(({ host, pid }) => host === here && !isAlive(pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
