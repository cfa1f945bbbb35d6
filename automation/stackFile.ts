import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import { InputError, type Problem, show } from "../components/errors";

/** A stack's configuration as its file holds it, before the program has read any of it. */
export interface StackFile {
  readonly project: string;
  readonly stack: string;
  /** Values by full key (`groundplan:system`), still structured. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Full keys that hold a secret anywhere in their value. */
  readonly secretKeys: readonly string[];
}

/**
 * What the SDK takes for a value that is not known yet. A `secure:` value stands for itself only to the engine that holds
 * its key; offline it is present, secret and unknown.
 */
export const UNKNOWN_CONFIG_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Reads `Pulumi.yaml` and `Pulumi.STACK.yaml` of a directory. Throws an {@link InputError} with every problem found. */
export async function readStackFile(directory: string, stack: string): Promise<StackFile> {
  const project = await readProjectName(directory);
  const file = `Pulumi.${stack}.yaml`;
  const text = await readText(join(directory, file));
  if (text === undefined) {
    throw new InputError([
      {
        path: "--stack",
        found: show(stack),
        allowed: `a stack with a file in the project: ${(await stackNames(directory)).join(", ") || "there is none"}`,
        fix: `create ${file}, or name one of those`,
      },
    ]);
  }
  const content = parseYaml(text, file);
  const config = content.config ?? {};
  if (!isRecord(config)) {
    throw new InputError([
      {
        path: `${file}: config`,
        found: show(config),
        allowed: "a map of keys to values",
        fix: "indent the keys below config:",
      },
    ]);
  }
  const values: Record<string, unknown> = {};
  const secretKeys: string[] = [];
  for (const [key, value] of Object.entries(config)) {
    const fullKey = key.includes(":") ? key : `${project}:${key}`;
    const { plain, secret } = withoutSecrets(value);
    values[fullKey] = plain;
    if (secret) {
      secretKeys.push(fullKey);
    }
  }
  return { project, stack, values, secretKeys };
}

/** Configuration in the form the SDK takes: strings, structured values as JSON. */
export function toPulumiConfig(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** Stacks that have a file in a directory. */
export async function stackNames(directory: string): Promise<readonly string[]> {
  const files = await readdir(directory).catch(() => [] as string[]);
  return files.flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []).sort();
}

async function readProjectName(directory: string): Promise<string> {
  const text = await readText(join(directory, "Pulumi.yaml"));
  const name = text === undefined ? undefined : parseYaml(text, "Pulumi.yaml").name;
  if (typeof name !== "string" || name === "") {
    throw new InputError([
      {
        path: "Pulumi.yaml: name",
        found: text === undefined ? "no such file" : show(name),
        allowed: "the name of the project",
        fix: "run the command from the project's root",
      },
    ]);
  }
  return name;
}

function parseYaml(text: string, file: string): Record<string, unknown> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new InputError(
      document.errors.map((error): Problem => {
        const { line, col } = lineCounter.linePos(error.pos[0]);
        return {
          path: file,
          source: `${file}:${line}:${col}`,
          found: error.message,
          allowed: "well-formed YAML",
          fix: `mend line ${line}; indentation and colons are the usual causes`,
        };
      }),
    );
  }
  let content: unknown;
  try {
    content = document.toJS();
    JSON.stringify(content);
  } catch (error) {
    // An alias to nothing, aliases that multiply without end, an anchor within itself: well-formed, and no value.
    const found = error instanceof Error ? (error.message.split("\n")[0] ?? error.name) : String(error);
    throw new InputError([
      {
        path: file,
        found,
        allowed: "aliases of anchors that stand before them",
        fix: "correct the alias, or write its value out",
      },
    ]);
  }
  if (content === null || content === undefined) {
    return {};
  }
  if (!isRecord(content)) {
    throw new InputError([
      { path: file, found: show(content), allowed: "a map of keys to values", fix: "start the file with config:" },
    ]);
  }
  return content;
}

/** Replaces every `secure:` value, in any depth, by the marker of an unknown one. */
function withoutSecrets(value: unknown): { plain: unknown; secret: boolean } {
  if (isRecord(value)) {
    if (typeof value.secure === "string" && Object.keys(value).length === 1) {
      return { plain: UNKNOWN_CONFIG_VALUE, secret: true };
    }
    const entries = Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)] as const);
    return {
      plain: Object.fromEntries(entries.map(([key, inner]) => [key, inner.plain])),
      secret: entries.some(([, inner]) => inner.secret),
    };
  }
  if (Array.isArray(value)) {
    const items = value.map(withoutSecrets);
    return { plain: items.map((item) => item.plain), secret: items.some((item) => item.secret) };
  }
  return { plain: value, secret: false };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
