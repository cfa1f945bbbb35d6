import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import { InputError, type Problem, show } from "../components/errors";
import { type Path, valueAt } from "../components/validation";
import { collectChecked } from "../components/validation/checked";
import { didYouMean } from "../components/validation/suggestions";
import { builtInSystem, systemNames } from "./index";
import { mergeLayers } from "./resolve";
import { MODELS, type SystemInput, systemSchema } from "./spec";
import { checkSystem } from "./validate";

export interface LoadOptions {
  /** Reads a file; the program's working directory is the stack's, so relative paths start there. */
  readonly readFile: (path: string) => Promise<string>;
  /**
   * Path of the setting that named the system, for its problems.
   * @default "system"
   */
  readonly setting?: string;
}

/** Whether a system is named by a file rather than by a built-in name. */
export function isSystemPath(nameOrPath: string): boolean {
  return /[/\\]|\.(ya?ml|json)$/i.test(nameOrPath);
}

/**
 * A system by its built-in name, or from a YAML or JSON file. A file is validated whole, with every one of its models'
 * overlays; throws one {@link InputError} with all problems, each with its file and line.
 */
export async function loadSystem(nameOrPath: string, options: LoadOptions): Promise<SystemInput> {
  if (isSystemPath(nameOrPath)) {
    return parseSystem(await readSystemFile(nameOrPath, options), nameOrPath);
  }
  const system = await builtInSystem(nameOrPath);
  if (!system) {
    throw new InputError([
      {
        path: options.setting ?? "system",
        found: show(nameOrPath),
        allowed: `${systemNames.join(", ")}, or the path of a .yaml or .json file`,
        fix: didYouMean(nameOrPath, systemNames) ?? "name a built-in system, or write a path that ends in .yaml",
      },
    ]);
  }
  return system;
}

async function readSystemFile(path: string, { readFile, setting }: LoadOptions): Promise<string> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason =
      error instanceof Error && "code" in error && error.code === "ENOENT" ? "no such file" : String(error);
    throw new InputError([
      {
        path: setting ?? "system",
        found: `${show(path)}: ${reason}`,
        allowed: "a file that can be read, relative to the stack's directory",
        fix: "correct the path, or create the file",
      },
    ]);
  }
}

/** Reads a system from the text of a YAML or JSON file. */
export function parseSystem(text: string, file: string): SystemInput {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new InputError(
      document.errors.map((error) => ({
        path: "(file)",
        found: error.message.split("\n")[0] ?? error.code,
        allowed: "valid YAML or JSON",
        fix: "correct the syntax at this line",
        source: `${file}:${lines.linePos(error.pos[0]).line}`,
      })),
    );
  }
  const value = plainValue(document, file);
  const locate = (path: Path) => `${file}:${lineOf(document.contents, path, lines)}`;
  const { value: parsed, problems } = collectChecked(systemSchema, value, { root: "", locate }, checkSystem);
  const all = parsed === undefined ? problems : overlayProblems(value as SystemInput, locate);
  if (all.length > 0) {
    throw new InputError(all);
  }
  places.set(value as SystemInput, locate);
  return value as SystemInput;
}

/** Where what a file says stands in it, by the system read from it. */
const places = new WeakMap<SystemInput, (path: Path) => string>();

/** File and line of a path in a system; of the nearest thing around it where it leads nowhere. Undefined where no file was read. */
export function lineIn(system: SystemInput, path: Path): string | undefined {
  return places.get(system)?.(path);
}

/** An alias to nothing, aliases that multiply without end and an anchor within itself are well-formed, and no value. */
function plainValue(document: Document, file: string): unknown {
  try {
    const value: unknown = document.toJS();
    JSON.stringify(value);
    return value;
  } catch (error) {
    const found = error instanceof Error ? (error.message.split("\n")[0] ?? error.name) : String(error);
    throw new InputError([
      {
        path: "(file)",
        found,
        allowed: "aliases of anchors that stand before them",
        fix: "correct the alias, or write its value out",
        source: file,
      },
    ]);
  }
}

/** What the overlays of the models break in a system that is right without them. */
function overlayProblems(system: SystemInput, locate: (path: Path) => string): readonly Problem[] {
  return MODELS.flatMap((model) => {
    if (system.models?.[model] === undefined) {
      return [];
    }
    const origin = {
      root: `models.${model}.`,
      // What an overlay breaks may stand outside it.
      locate: (path: Path) =>
        locate(valueAt(system.models?.[model], path) === undefined ? path : ["models", model, ...path]),
    };
    const merged = mergeLayers(system, { model });
    return collectChecked(systemSchema, merged, origin, (parsed) =>
      checkSystem(parsed).map((problem) => ({ ...problem, path: `${origin.root}${problem.path}` })),
    ).problems;
  });
}

/** Line of a path; where it leads nowhere, of the nearest thing around it. */
function lineOf(contents: Node | null, path: Path, lines: LineCounter): number {
  let offset = contents?.range?.[0] ?? 0;
  let current: unknown = contents;
  for (const part of path) {
    if (isMap(current)) {
      const pair = current.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (!pair || !isScalar(pair.key)) {
        break;
      }
      offset = pair.key.range?.[0] ?? offset;
      current = pair.value;
    } else {
      const item: unknown = (current as { items?: readonly unknown[] } | null)?.items?.[Number(part)];
      if (item === undefined) {
        break;
      }
      offset = (item as Node).range?.[0] ?? offset;
      current = item;
    }
  }
  return lines.linePos(offset).line;
}
