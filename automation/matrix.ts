import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { CLOUDS } from "../components/context";
import { InputError } from "../components/errors";
import type { PlanDegraded } from "../engine";
import { systemNames } from "../systems";
import { MODELS } from "../systems/spec";

/** One cell of the matrix, in one mode. */
export interface Cell {
  readonly system: string;
  readonly model: string;
  readonly cloud: string;
}

/** What came of a cell: planned in both modes, or why not. */
export interface CellResult extends Cell {
  readonly status: "clean" | "violations" | "refused" | "failed";
  readonly resources: number;
  /** Rules that fail, as `pack/rule resource`. */
  readonly violations: readonly string[];
  readonly exempt: number;
  readonly degraded: readonly PlanDegraded[];
  /** Why a cell was refused or failed. */
  readonly message?: string;
}

export interface MatrixRequest {
  /** The project's root. */
  readonly directory: string;
  /** Stack whose settings every cell is planned with. */
  readonly stack: string;
  /** Only cells whose system, model or cloud is each of these words. @default all */
  readonly filter?: readonly string[];
  /** Threads. @default one per processor */
  readonly workers?: number;
  readonly today?: string;
  /** Whether every plan is made over gRPC too, and must be the same. @default false */
  readonly compareTransports?: boolean;
  /** Told of every cell as it is done. */
  readonly onCell?: (result: CellResult, done: number, total: number) => void;
}

/** Every combination of a built-in system, a model and a cloud, in a fixed order. */
export function cellsOf(filter: readonly string[] = []): readonly Cell[] {
  const all = systemNames.flatMap((system) =>
    MODELS.flatMap((model) => CLOUDS.map((cloud) => ({ system, model, cloud }))),
  );
  return all.filter((cell) => filter.every((word) => Object.values(cell).includes(word)));
}

/**
 * Plans every cell in both modes with all policy packs. Plans share state within a process, so cells are spread over
 * worker threads, each of which loads the SDKs once.
 */
export async function planMatrix(request: MatrixRequest): Promise<readonly CellResult[]> {
  const cells = cellsOf(request.filter);
  if (cells.length === 0) {
    throw new InputError([
      {
        path: "--filter",
        found: (request.filter ?? []).join(", "),
        allowed: `words that one cell has together: ${[...systemNames, ...MODELS, ...CLOUDS].join(", ")}`,
        fix: "leave out the word that is none of them",
      },
    ]);
  }
  const results = new Map<Cell, CellResult>();
  const queue = [...cells];
  const count = Math.min(request.workers ?? availableParallelism(), cells.length);
  await Promise.all(
    Array.from({ length: count }, () =>
      runWorker(request, queue, (cell, result) => {
        results.set(cell, result);
        request.onCell?.(result, results.size, cells.length);
      }),
    ),
  );
  return cells.flatMap((cell) => results.get(cell) ?? []);
}

function runWorker(
  request: MatrixRequest,
  queue: Cell[],
  onResult: (cell: Cell, result: CellResult) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, "matrixWorker.cjs"), {
      workerData: {
        directory: request.directory,
        stack: request.stack,
        today: request.today,
        compareTransports: request.compareTransports ?? false,
      },
    });
    let current: Cell | undefined;
    const next = () => {
      current = queue.shift();
      worker.postMessage(current ?? "done");
    };
    worker.on("message", (result: CellResult) => {
      if (current) {
        onResult(current, result);
      }
      next();
    });
    worker.on("error", reject);
    worker.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a matrix worker ended with ${code}`))));
    next();
  });
}
