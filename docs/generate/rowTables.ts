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

/** What each kind of text has to be, once for all fields that are of it. */
export function termsTable(rows: readonly Row[]): readonly string[] {
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
