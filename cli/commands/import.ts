import { existsSync, readFileSync, statSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { ImportRequest } from "../../automation/import/compose";
import type { Imported } from "../../automation/import/source";
import { SCHEMA } from "../../automation/import/write";
import type { CommandContext } from "../run";

export interface ImportOptions {
  readonly name?: string;
  readonly out?: string;
}

/** Turns a Docker Compose file into a system file. */
export async function importComposeFile(file: string, options: ImportOptions, context: CommandContext): Promise<void> {
  const { importCompose } =
    require("../../automation/import/compose") as typeof import("../../automation/import/compose");
  await importFile(importCompose, file, options, context);
}

/** Turns a Score workload into a system file. */
export async function importScoreFile(file: string, options: ImportOptions, context: CommandContext): Promise<void> {
  const { importScore } = require("../../automation/import/score") as typeof import("../../automation/import/score");
  await importFile(importScore, file, options, context);
}

async function importFile(
  importer: (request: ImportRequest) => Imported,
  file: string,
  { name, out }: ImportOptions,
  { directory, terminal }: CommandContext,
): Promise<void> {
  const path = resolve(directory, file);
  const { text, notes } = importer({
    text: await readFile(path, "utf8"),
    file,
    ...(name === undefined ? {} : { name }),
    schema: schemaFor(directory, out),
    readFile: (beside) => readBeside(dirname(path), beside),
  });
  for (const { source, message } of notes) {
    terminal.err.write(`${terminal.err.colors.yellow("note")} ${source}: ${message}\n`);
  }
  if (out === undefined) {
    terminal.out.write(text);
  } else {
    await writeFile(resolve(directory, out), text);
    terminal.out.write(`System  ${out}\nTry it  npx groundplan plan --system ${out}\n`);
  }
}

/** The schema that comes with the command, where it lies in the project; its address anywhere else. */
function schemaFor(directory: string, out: string | undefined): string {
  const schema = join(__dirname, "..", "..", "examples", "system.schema.json");
  const from = dirname(resolve(directory, out ?? "system.yaml"));
  const inside = (path: string) => !relative(directory, path).startsWith("..");
  if (!inside(schema) || !inside(from)) {
    return SCHEMA;
  }
  const path = relative(from, schema).split(sep).join("/");
  return path.startsWith(".") ? path : `./${path}`;
}

/** A file the imported one names; nothing where it is none, or outside its directory. */
function readBeside(directory: string, name: string): string | undefined {
  const path = resolve(directory, name);
  return !relative(directory, path).startsWith("..") && existsSync(path) && statSync(path).isFile()
    ? readFileSync(path, "utf8")
    : undefined;
}
