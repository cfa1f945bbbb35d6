import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type CellResult, planMatrix } from "../../automation/matrix";
import { CLOUDS } from "../../components/context";
import { MODELS } from "../../systems/spec";
import { EXIT } from "../exitCodes";
import { Progress } from "../progress";
import type { CommandContext } from "../run";
import type { Stream } from "../terminal";

export interface MatrixOptions {
  readonly stack: string;
  readonly json?: string;
  readonly filter: readonly string[];
}

/** Plans every system in every model on every cloud, in both modes, and prints one table. */
export async function matrix(options: MatrixOptions, context: CommandContext): Promise<void> {
  const { out, err } = context.terminal;
  const progress = new Progress(err);
  progress.phase("planning the matrix");
  const results = await planMatrix({
    directory: context.directory,
    stack: options.stack,
    filter: options.filter,
    onCell: ({ system, model, cloud }, done, total) =>
      progress.step(`${done} of ${total}: ${system} ${model} ${cloud}`),
  });
  progress.done(`planned ${results.length} cells in both modes`);
  if (options.json !== undefined) {
    await writeFile(resolve(context.directory, options.json), `${JSON.stringify(results, null, 2)}\n`);
  }
  printTable(results, out);
  printTroubles(results, out);
  const clean = results.filter(({ status }) => status === "clean").length;
  out.write(`\n${clean} of ${results.length} cells clean\n`);
  context.exitCode = clean === results.length ? EXIT.clean : EXIT.failed;
}

function printTable(results: readonly CellResult[], out: Stream): void {
  const systems = [...new Set(results.map(({ system }) => system))];
  const clouds = CLOUDS.filter((cloud) => results.some((result) => result.cloud === cloud));
  out.write(`\n${"".padEnd(34)}${clouds.map((cloud) => cloud.padEnd(14)).join("")}\n`);
  for (const system of systems) {
    for (const model of MODELS.filter((name) =>
      results.some((result) => result.system === system && result.model === name),
    )) {
      const cells = clouds.map((cloud) => {
        const result = results.find((cell) => cell.system === system && cell.model === model && cell.cloud === cloud);
        return label(result, out);
      });
      out.write(`${`${system} ${model}`.padEnd(34)}${cells.join("")}\n`);
    }
  }
}

/** Resources of a clean cell; a word for any other. Padded before it is coloured. */
function label(result: CellResult | undefined, out: Stream): string {
  const { colors } = out;
  if (result === undefined) {
    return "".padEnd(14);
  }
  switch (result.status) {
    case "clean":
      return colors.green(
        `${result.resources}${result.degraded.length > 0 ? ` (${result.degraded.length})` : ""}`.padEnd(14),
      );
    case "violations":
      return colors.red(`${result.violations.length} fail`.padEnd(14));
    case "refused":
    case "failed":
      return colors.yellow(result.status.padEnd(14));
    default:
      return result.status satisfies never;
  }
}

function printTroubles(results: readonly CellResult[], out: Stream): void {
  out.write(out.colors.dim("\nresources of a clean cell (features it gives only in part)\n"));
  for (const { system, model, cloud, status, message, violations } of results) {
    if (status !== "clean") {
      out.write(`\n${system} ${model} ${cloud}: ${status}\n`);
      for (const line of message?.split("\n") ?? violations) {
        out.write(`  ${line}\n`);
      }
    }
  }
}
