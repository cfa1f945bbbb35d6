import path from "node:path";
import { parseAllDocuments } from "yaml";
import { readLocal } from "./files";
import { list, type Props, text } from "./read";

/** Text is parsed once for all rules: those of one run hold the same properties, or at least the same text. */
const parsed = new Map<string, Manifest>();
const MAXIMUM_TEXTS = 1024;

export interface Manifest {
  readonly objects: readonly unknown[];
  /** What is wrong with documents that could not be read; they hold nothing a rule could look at. */
  readonly problems: readonly string[];
}

/** One object of a manifest, with the place it stands: `item 2`, `app.yaml item 0`. */
export interface ManifestObject {
  readonly value: unknown;
  readonly place: string;
}

/** One text of a manifest; `label` starts a message about it. */
export interface ManifestText {
  readonly label: string;
  readonly content: string;
}

interface Carrier {
  readonly type: string;
  readonly props: Props;
}

/** Whether a type stands for manifests: `yaml` in both SDK versions, a group of them or one file. */
export function isManifest(type: string): boolean {
  return /^kubernetes:yaml(\/v2)?:Config(Group|File)$/.test(type);
}

/**
 * The objects of a manifest: the literal ones, then those of its YAML text, then those of files on this machine.
 * The first SDK version may transform what it reads, by functions no policy sees: then its text says nothing of what
 * is made, and only the objects, which are resources of their own, are judged.
 */
export function manifestObjects(carrier: Carrier): readonly ManifestObject[] {
  if (isTransformed(carrier)) return [];
  const { props } = carrier;
  const given = [...list(props.objs), ...yamlTexts(props).flatMap((source) => readManifest(source).objects)];
  const items = given.map((value, index) => ({ value, place: `item ${index}` }));
  const files = fileTexts(carrier).flatMap(({ label, content }) =>
    readManifest(content).objects.map((value, index) => ({ value, place: `${label} item ${index}` })),
  );
  return [...items, ...files];
}

/** All text of a manifest that this machine has. */
export function manifestTexts(carrier: Carrier): readonly ManifestText[] {
  if (isTransformed(carrier)) return [];
  return [...yamlTexts(carrier.props).map((content) => ({ label: "yaml", content })), ...fileTexts(carrier)];
}

export function isTransformed({ type, props }: Carrier): boolean {
  return !type.includes("/v2:") && list(props.transformations).length > 0;
}

/** Paths and patterns a manifest names, those on the network left out. */
export function manifestPaths({ type, props }: Carrier): readonly string[] {
  // The first SDK version makes a ConfigFile of each of a group's files, which is judged as such.
  const files = type === "kubernetes:yaml:ConfigGroup" ? [] : oneOrAll(props.files);
  return [...files, ...oneOrAll(props.file)].filter((source) => !isRemote(source));
}

export function isRemote(source: string): boolean {
  return /^https?:/i.test(source);
}

function fileTexts(carrier: Carrier): readonly ManifestText[] {
  return manifestPaths(carrier).flatMap((source) =>
    readLocal(source).files.map((file) => ({ label: path.basename(file.path), content: file.content })),
  );
}

/** YAML given as text. The first SDK takes a list of texts, the second one text. */
function yamlTexts(props: Props): readonly string[] {
  return oneOrAll(props.yaml);
}

function oneOrAll(value: unknown): readonly string[] {
  return (Array.isArray(value) ? list(value) : [value]).flatMap((entry) => text(entry) ?? []);
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
