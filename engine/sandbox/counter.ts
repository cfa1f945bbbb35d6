import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Counts across processes: the engine starts one plugin for each provider of a stack, and a plugin may die at any moment.
 * Each number is a file that only one process can make.
 */
export class Counter {
  constructor(private readonly directory: string) {}

  /** The next number of a series, from 1. */
  next(series: string): number {
    const directory = this.#directoryOf(series);
    mkdirSync(directory, { recursive: true });
    for (let number = this.last(series) + 1; ; number++) {
      try {
        closeSync(openSync(join(directory, String(number)), "wx"));
        return number;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
          throw error;
        }
      }
    }
  }

  /** The last number of a series; 0 where none was taken. */
  last(series: string): number {
    try {
      return readdirSync(this.#directoryOf(series)).reduce((highest, name) => Math.max(highest, Number(name)), 0);
    } catch {
      return 0;
    }
  }

  #directoryOf(series: string): string {
    return join(this.directory, createHash("sha256").update(series).digest("hex").slice(0, 24));
  }
}
