import { stringify } from "yaml";
import type { Words } from "../../systems/spec/primitives";
import type { Row } from "./schemaRows";

/** A value as a stack file or a system file has it, on one line. */
export function written(value: unknown): string {
  return value === undefined
    ? ""
    : code(stringify(value, { collectionStyle: "flow", lineWidth: 0, defaultStringType: "PLAIN" }).trim());
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** What a field is when it is left out. */
export function preset({ required, preset: value }: Row): string {
  return required ? "required" : value === undefined ? "" : written(value);
}

/** A line of a table. */
export function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replace(/\s+/g, " ").trim()).join(" | ")} |`;
}

/** What a page holds: whatever stands alone first, then a section of each part that has parts of its own. */
export interface PageArgs {
  readonly head: string;
  /** Heading above what stands alone. */
  readonly single: string;
  readonly rows: readonly Row[];
  /** What stands below the heading of a section, of the part it is about. */
  readonly about: (row: Row) => string;
  readonly table: (rows: readonly Row[]) => readonly string[];
}

/** A page about every field of a schema. */
export function page({ head, single, rows, about, table }: PageArgs): string {
  const tops = [...new Set(rows.map(({ path }) => topOf(path)))];
  const grouped = tops.filter((top) => rows.filter((row) => topOf(row.path) === top).length > 1);
  const alone = rows.filter((row) => !grouped.includes(topOf(row.path)));
  const sections = grouped.flatMap((top) => {
    const [first, ...inner] = rows.filter((row) => topOf(row.path) === top);
    return first === undefined ? [] : ["", `## ${top}`, "", `${about(first)}.`, "", ...table(inner)];
  });
  return `${[head, `## ${single}`, "", ...table(alone), ...sections, "", ...termsTable(rows)].join("\n")}\n`;
}

function topOf(path: string): string {
  return /^\w+/.exec(path)?.[0] ?? path;
}

/** What each kind of text has to be, once for all fields that are of it. */
function termsTable(rows: readonly Row[]): readonly string[] {
  const terms = new Map<string, Words>(
    rows.flatMap(({ term }) => (term?.term === undefined ? [] : [[term.term, term] as const])),
  );
  return [
    "## Kinds of text",
    "",
    "| kind | allowed | unit | example |",
    "|---|---|---|---|",
    ...[...terms]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([term, { allowed, unit = "", example }]) => line([term, allowed, unit, written(example)])),
  ];
}
