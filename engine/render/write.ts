import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import type { RenderedFiles } from "./manifests";

const INDEX = ".rendered.json";

/**
 * Writes rendered files below a directory. What an earlier run wrote there and this one does not is removed, so that a
 * directory never shows a resource that is gone; files somebody else put there, or changed since, are left alone.
 */
export async function writeRendered(directory: string, files: RenderedFiles): Promise<void> {
  const earlier = await readIndex(directory);
  for (const [path, hash] of Object.entries(earlier)) {
    if (!(path in files) && isBelow(path) && (await hashOf(join(directory, path))) === hash) {
      await rm(join(directory, path));
    }
  }
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  const index = Object.fromEntries(
    Object.keys(files)
      .sort()
      .map((path) => [path, sha256(files[path] ?? "")]),
  );
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, INDEX), `${JSON.stringify(index, null, 2)}\n`);
}

async function readIndex(directory: string): Promise<Readonly<Record<string, string>>> {
  try {
    const content: unknown = JSON.parse(await readFile(join(directory, INDEX), "utf8"));
    return typeof content === "object" && content !== null ? (content as Record<string, string>) : {};
  } catch {
    // No index, or not one of ours: nothing here is known to be ours to remove.
    return {};
  }
}

/** The index is a file anybody can edit: nothing outside the directory is ever removed on its word. */
function isBelow(path: string): boolean {
  return !isAbsolute(path) && !normalize(path).startsWith("..");
}

async function hashOf(path: string): Promise<string | undefined> {
  try {
    return sha256(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
