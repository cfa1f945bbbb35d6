import { type Document, isNode, LineCounter, type ParsedNode, parseDocument } from "yaml";
import { InputError, type Problem, Problems, show } from "../../components/errors";
import { formatPath, type Path, valueAt } from "../../components/validation";

/** Something of the file that the system does not have, or has otherwise. */
export interface Note {
  readonly path: string;
  readonly source: string;
  readonly message: string;
}

/** What an import gives: a system file, and what a person must know of it. */
export interface Imported {
  readonly text: string;
  readonly notes: readonly Note[];
}

/** A YAML file being imported: its values, their lines, and what was found wrong or left behind on the way. */
export class Source {
  /** Values as they are written. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** Values with what the format resolves resolved. */
  readonly root: Readonly<Record<string, unknown>>;
  readonly problems = new Problems();
  readonly notes: Note[] = [];
  private readonly document: Document.Parsed<ParsedNode>;
  private readonly lines = new LineCounter();
  private readonly file: string;

  /** Throws an InputError for a text that is no YAML mapping. */
  constructor(text: string, file: string, resolve: (text: string) => string = (plain) => plain) {
    this.file = file;
    this.document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false, merge: true });
    const wrong = this.document.errors.map(
      (error): Problem => ({
        path: "(file)",
        found: error.message.split("\n")[0] ?? error.code,
        allowed: "one YAML document",
        fix: "correct the syntax at this line",
        source: `${file}:${this.lines.linePos(error.pos[0]).line}`,
      }),
    );
    if (wrong.length > 0) {
      throw new InputError(wrong);
    }
    this.raw = this.read();
    this.root = mapTexts(this.raw, resolve) as Readonly<Record<string, unknown>>;
  }

  private read(): Readonly<Record<string, unknown>> {
    let value: unknown;
    try {
      value = this.document.toJS();
      // An anchor within itself makes a value without end; writing it down finds that.
      JSON.stringify(value);
    } catch (error) {
      // An alias to nothing, or aliases that multiply without end.
      value = error instanceof Error ? error.message : error;
    }
    if (!isMapping(value)) {
      throw new InputError([
        {
          path: "(file)",
          found: show(value),
          allowed: "a mapping",
          fix: "name a file of the kind the command reads",
          source: `${this.file}:1`,
        },
      ]);
    }
    return value;
  }

  at(path: Path): unknown {
    return valueAt(this.root, path);
  }

  /** A mapping at a path; an empty one where there is none, and a problem where something else is. */
  mapping(path: Path): Readonly<Record<string, unknown>> {
    const value = this.at(path);
    if (value !== undefined && value !== null && !isMapping(value)) {
      this.problem(path, "a mapping", "write keys and values below it");
    }
    return isMapping(value) ? value : {};
  }

  problem(path: Path, allowed: string, fix: string, found: string = show(this.at(path))): void {
    this.problems.add({ path: formatPath(path), found, allowed, fix, source: this.place(path) });
  }

  note(path: Path, message: string): void {
    this.notes.push({ path: formatPath(path), source: this.place(path), message });
  }

  /** File and line of a path, or of the nearest thing around it. */
  place(path: Path): string {
    for (let length = path.length; length > 0; length -= 1) {
      const node = this.document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) {
        return `${this.file}:${this.lines.linePos(node.range[0]).line}`;
      }
    }
    return `${this.file}:1`;
  }
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") {
    return change(value);
  }
  if (Array.isArray(value)) {
    return value.map((item) => mapTexts(item, change));
  }
  return isMapping(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, change)]))
    : value;
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A plain value as text; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}
