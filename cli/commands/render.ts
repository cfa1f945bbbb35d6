import { resolve } from "node:path";
import type { RunResult } from "../../engine";
import { componentFiles } from "../../engine/render/componentFiles";
import { renderManifests } from "../../engine/render/manifests";
import { writeRendered } from "../../engine/render/write";
import type { SelectorOptions } from "../command";
import { printSummary } from "../output/summary";
import type { CommandContext } from "../run";
import { planWithProgress, verdict } from "./plan";

export interface RenderOptions extends SelectorOptions {
  readonly out: string;
}

/** Plans a stack, judges it and writes its files; the files are written also where a policy fails, which is said. */
export async function render(options: RenderOptions, context: CommandContext): Promise<void> {
  const { out } = context.terminal;
  const runs: RunResult[] = [];
  const onRun = (run: RunResult) => runs.push(run);
  const simulated = await planWithProgress({ ...options, onRun }, "simulate", context);
  // What a preview does not know is what the simulation made up: the files say so, value by value.
  const preview = await planWithProgress({ ...options, onRun, packs: [], quiet: true }, "preview", context);
  const [simulatedRun, previewRun] = runs;
  const files = {
    ...renderManifests(simulated, preview),
    ...(simulatedRun ? componentFiles(simulatedRun, previewRun) : {}),
  };
  await writeRendered(resolve(context.directory, options.out), files);
  printSummary(simulated, out);
  const directories = new Map<string, number>();
  for (const path of Object.keys(files)) {
    const directory = path.slice(0, path.lastIndexOf("/"));
    directories.set(directory, (directories.get(directory) ?? 0) + 1);
  }
  out.write(`\n${out.colors.bold("Files")}  in ${options.out}\n`);
  for (const [directory, count] of [...directories].sort()) {
    out.write(`  ${directory}/  ${count} ${count === 1 ? "file" : "files"}\n`);
  }
  context.exitCode = verdict(simulated);
}
