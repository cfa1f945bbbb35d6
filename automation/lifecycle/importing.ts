import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ImportOptions } from "./options";
import type { Session } from "./session";

/** Takes what exists into a stack's state. The Automation API's own import can neither be cancelled nor be given a limit. */
export async function importResources(session: Session, options: ImportOptions, signal: AbortSignal): Promise<void> {
  const { resources, nameTable = {}, protect = true, message, parallel } = options;
  const directory = await mkdtemp(join(tmpdir(), "groundplan-import-"));
  try {
    const file = join(directory, "import.json");
    await writeFile(file, JSON.stringify({ nameTable, resources }));
    await session.operate(
      [
        ...["import", "--stack", session.name, "--file", file, "--yes", "--skip-preview", "--generate-code=false"],
        `--protect=${protect}`,
        ...(message === undefined ? [] : ["--message", message]),
        ...(parallel === undefined ? [] : ["--parallel", String(parallel)]),
      ],
      signal,
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
