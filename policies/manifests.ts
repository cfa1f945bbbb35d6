import { parseAllDocuments } from "yaml";
import { list, type Props, text } from "./read";

/** Text is parsed once for all rules: those of one run hold the same properties, or at least the same text. */
const parsed = new Map<string, Manifest>();
const MAXIMUM_TEXTS = 64;

export interface Manifest {
  readonly objects: readonly unknown[];
  /** What is wrong with documents that could not be read; they hold nothing a rule could look at. */
  readonly problems: readonly string[];
}

/** The objects of a ConfigGroup: the literal ones, then those of its YAML text. */
export function manifestObjects(props: Props): readonly unknown[] {
  const literal = list(props.objs);
  return [...literal, ...manifestTexts(props).flatMap((source) => readManifest(source).objects)];
}

/** YAML given as text. The first SDK takes a list of texts, the second one text. */
export function manifestTexts(props: Props): readonly string[] {
  return (Array.isArray(props.yaml) ? list(props.yaml) : [props.yaml]).flatMap((entry) => text(entry) ?? []);
}

export function readManifest(source: string): Manifest {
  const known = parsed.get(source);
  if (known) return known;
  const objects: unknown[] = [];
  const problems: string[] = [];
  for (const document of Array.from(parseAllDocuments(source))) {
    const [error] = document.errors;
    if (error) {
      problems.push(error.message.split("\n")[0] ?? error.message);
      continue;
    }
    try {
      const value: unknown = document.toJS();
      if (value !== null && value !== undefined) objects.push(value);
    } catch (error) {
      // Such as aliases that would expand without end.
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  const manifest = { objects, problems };
  if (parsed.size >= MAXIMUM_TEXTS) parsed.clear();
  parsed.set(source, manifest);
  return manifest;
}
