import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { ImportRequest } from "../../automation/import/compose";
import type { Imported } from "../../automation/import/source";
import { SCHEMA } from "../../automation/import/write";
import { formatProblems } from "../../components/errors";
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
    await mkdir(dirname(resolve(directory, out)), { recursive: true });
    await writeFile(resolve(directory, out), text);
    terminal.out.write(`System  ${out}\n`);
    await sayHowToTry(text, out, { directory, terminal });
  }
}

/** What to run next, and what it will say: a system as it was found seldom passes every policy. */
async function sayHowToTry(
  text: string,
  file: string,
  { directory, terminal }: Pick<CommandContext, "directory" | "terminal">,
) {
  const { tryOut } = require("../../automation/import/trial") as typeof import("../../automation/import/trial");
  const { commands, resources, refused, problems } = await tryOut({ text, file, directory, name: nameIn(text) });
  const where = existsSync(join(directory, "Pulumi.yaml"))
    ? ""
    : "in Groundplan's own directory, with the path from there\n        ";
  terminal.out.write(`Try it  ${where}${commands.join("\n        ")}\n`);
  if (problems.length > 0) {
    terminal.out.write(`It does not plan yet. ${formatProblems(problems)}\n`);
  } else if (refused.length > 0) {
    const count = refused.length === 1 ? "one thing" : `${refused.length} things`;
    terminal.out.write(`It plans ${resources} resources, of which the policies refuse ${count}. Mend ${file} first:\n`);
    terminal.out.write(`${refused.map((message) => `  ${message}`).join("\n")}\n`);
  }
}

function nameIn(text: string): string {
  return /^name: (.+)$/m.exec(text)?.[1] ?? "";
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
