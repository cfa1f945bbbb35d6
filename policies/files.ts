import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { at, text } from "./read";

/** What a path or pattern of a program names on this machine. */
export interface Local {
  readonly files: readonly { readonly path: string; readonly content: string }[];
  /** Why the files are not those the program means, or not all; completes a sentence that begins with the path. */
  readonly problem?: string;
}

/** One preview asks for the same files once per rule; within this time they are read once. In milliseconds. */
const FRESH = 1000;
/** A pattern that reaches further is not followed: a policy is no search of a disk. */
const MAXIMUM_ENTRIES = 10_000;

const read = new Map<string, { readonly until: number; readonly local: Local }>();

/** The files a path or pattern names, relative to where the program runs. */
export function readLocal(pattern: string): Local {
  const now = Date.now();
  const bases = programDirectories();
  const key = [pattern, ...bases].join("\0");
  const known = read.get(key);
  if (known && known.until > now) return known.local;
  const local = find(pattern, bases);
  read.set(key, { until: now + FRESH, local });
  return local;
}

function find(pattern: string, bases: readonly string[]): Local {
  const roots = path.isAbsolute(pattern) ? [path.parse(pattern).root] : bases;
  try {
    for (const root of roots) {
      const found = /[*?[\]{}!]/.test(pattern) ? matching(root, pattern) : [path.resolve(root, pattern)].filter(isFile);
      if (found.length === 0) continue;
      return { files: found.map((file) => ({ path: file, content: readFileSync(file, "utf8") })) };
    }
  } catch (error) {
    return { files: [], problem: `cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})` };
  }
  return { files: [], problem: "names no file here" };
}

function isFile(file: string): boolean {
  return existsSync(file) && statSync(file).isFile();
}

/** Files below `root` that a pattern of `*`, `?` and `**` names. Other patterns match nothing, which is told. */
function matching(root: string, pattern: string): readonly string[] {
  if (/[[\]{}!]/.test(pattern)) return [];
  const parts = path.normalize(pattern).split(path.sep);
  const fixed = parts.slice(
    0,
    parts.findIndex((part) => /[*?]/.test(part)),
  );
  const base = path.resolve(root, ...fixed);
  const rest = parts.slice(fixed.length);
  if (!existsSync(base)) return [];
  const expression = new RegExp(`^${rest.map(partExpression).join("")}$`);
  const deep = rest.includes("**") || rest.length > 1;
  const entries = readdirSync(base, { recursive: deep, encoding: "utf8" });
  if (entries.length > MAXIMUM_ENTRIES) return [];
  return entries
    .filter((entry) => expression.test(entry.split(path.sep).join("/")))
    .sort()
    .map((entry) => path.join(base, entry))
    .filter(isFile);
}

function partExpression(part: string, index: number, parts: readonly string[]): string {
  const last = index === parts.length - 1;
  if (part === "**") return last ? ".*" : "(?:[^/]+/)*";
  const source = part
    .replace(/[.+^$()|\\]/g, "\\$&")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]");
  return last ? source : `${source}/`;
}

/**
 * Where a program's relative paths may start. A pack's server runs in the pack's folder; the shell's own directory,
 * which the CLI hands on, tells where the program is. The project's file names the folder the program runs in.
 */
function programDirectories(): readonly string[] {
  const starts = [process.env.PWD, process.cwd()].filter((directory) => directory !== undefined);
  const all = starts.flatMap((start) => [...projectDirectories(start), start]);
  return [...new Set(all)];
}

const projects = new Map<string, readonly string[]>();

function projectDirectories(start: string): readonly string[] {
  let known = projects.get(start);
  if (known === undefined) {
    known = projectAbove(start);
    projects.set(start, known);
  }
  return known;
}

function projectAbove(start: string): readonly string[] {
  for (let directory = start; ; directory = path.dirname(directory)) {
    const file = path.join(directory, "Pulumi.yaml");
    if (existsSync(file)) return [...mainDirectories(directory, file), directory];
    if (directory === path.dirname(directory)) return [];
  }
}

/** The folder of the program's `main`, or `main` itself where it is a folder. */
function mainDirectories(directory: string, file: string): readonly string[] {
  try {
    const main = text(at(parse(readFileSync(file, "utf8")), "main"));
    if (main === undefined) return [];
    const full = path.resolve(directory, main);
    return [existsSync(full) && statSync(full).isDirectory() ? full : path.dirname(full)];
  } catch {
    // A project file that cannot be read says nothing of where the program is.
    return [];
  }
}
