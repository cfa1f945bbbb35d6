import { basename } from "node:path";
import { stringify } from "yaml";
import { InputError } from "../../components/errors";
import { parseSystem } from "../../systems/load";
import { resolveSystem } from "../../systems/resolve";
import { MODELS } from "../../systems/spec";
import { type Draft, titleOf } from "./draft";
import type { Imported, Source } from "./source";

/** Where editors find the schema of a system file, for whoever has no copy of it at hand. */
export const SCHEMA = "https://groundplan.dev/schema/system.json";

/**
 * Writes the draft as a system file with everything that did not carry over at its head. What is written loads and
 * resolves in every model, or the import is refused with all that stands in the way.
 */
export function writeSystem(draft: Draft, source: Source, schema: string): Imported {
  if (Object.keys(draft.services).length === 0 && source.problems.isEmpty) {
    source.problem([], "at least one program besides the stores", "add the service that uses them", "none");
  }
  source.problems.throwIfAny();
  const { name, services, stores, external, secrets, routes } = draft;
  // Its path is of this machine; the file it names is the same everywhere.
  const file = basename(draft.from);
  const parts = { services, stores, external, secrets, routes };
  const filled = Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0);
  const system = { name, title: titleOf(name), description: `Imported from ${file}`, ...Object.fromEntries(filled) };
  const body = stringify(system, { lineWidth: 120, aliasDuplicateObjects: false });
  const sorted = [...source.notes].sort((a, b) => lineOf(a.source) - lineOf(b.source));
  const notes = sorted.map(({ source: place, message }) => comment(`line ${lineOf(place)}: ${message}`)).join("");
  const head = `# yaml-language-server: $schema=${schema}\n#\n# Imported from ${file}${source.notes.length > 0 ? ". What does not carry over as it stands:\n#" : "; everything carried over."}\n`;
  verify(`${head}${notes}${body}`, draft.from);
  return { text: `${head}${notes}${body}`, notes: sorted };
}

function lineOf(place: string): number {
  return Number(/:(\d+)$/.exec(place)?.[1] ?? 1);
}

/** A comment line; whatever the file says, it stays one. */
function comment(text: string): string {
  return `# - ${text.replace(/\s+/g, " ")}\n`;
}

/** What the import wrote must be right; where the file asks for what no system can have, its author is told. */
function verify(text: string, from: string): void {
  try {
    const system = parseSystem(text, "system.yaml");
    for (const model of MODELS) {
      resolveSystem(system, { model, environment: "dev", placement: "main" });
    }
  } catch (error) {
    if (!InputError.is(error)) {
      throw error;
    }
    const problems = error.problems.map(({ source: _, ...problem }) => ({ ...problem, source: from }));
    throw new InputError(problems);
  }
}
