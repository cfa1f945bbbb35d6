import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** An output a resource class declares. */
export interface DeclaredOutput {
  readonly name: string;
  /** Its TypeScript type, without `undefined`. */
  readonly type: string;
  /** Whether the provider always gives it. */
  readonly required: boolean;
}

const declared = new Map<string, readonly DeclaredOutput[]>();
const nested = new Map<string, readonly DeclaredOutput[]>();
const packages = new Map<string, string | undefined>();
const nestedTexts = new Map<string, string>();

/**
 * The outputs of a resource type, as the declarations of its own SDK package give them: no provider is there to ask for
 * its schema. Empty for a type whose package is not installed.
 */
export function declaredOutputs(type: string): readonly DeclaredOutput[] {
  let outputs = declared.get(type);
  if (outputs === undefined) {
    outputs = readOutputs(type);
    declared.set(type, outputs);
  }
  return outputs;
}

/** The fields of a nested output type, as `outputs.eks.ClusterIdentity`. */
export function nestedOutputs(packageName: string, reference: string): readonly DeclaredOutput[] {
  const key = `${packageName} ${reference}`;
  let outputs = nested.get(key);
  if (outputs === undefined) {
    outputs = readNested(packageName, reference.split(".").slice(1));
    nested.set(key, outputs);
  }
  return outputs;
}

function readOutputs(type: string): readonly DeclaredOutput[] {
  const [packageName, module, name] = type.split(":");
  const directory = packageName === undefined ? undefined : packageDirectory(packageName);
  if (directory === undefined || module === undefined || name === undefined) {
    return [];
  }
  const own = lowerFirst(name);
  // Kubernetes names its groups by their domain: rbac.authorization.k8s.io/v1, helm.sh/v3.
  const group = module.replace(/^([a-z]+)\.[a-z.0-9]+(?=\/)/, "$1");
  for (const file of [
    `${module}.d.ts`,
    `${module.replace(/^index\//, "")}.d.ts`,
    `${group}/${own}.d.ts`,
    `${own}.d.ts`,
  ]) {
    const text = read(join(directory, file));
    if (text !== undefined) {
      return parseFields(text, /^ {4}readonly (\w+): pulumi\.Output<([\s\S]*?)>;$/gm, false);
    }
  }
  return [];
}

function readNested(packageName: string, path: readonly string[]): readonly DeclaredOutput[] {
  const directory = packageDirectory(packageName);
  if (directory === undefined) {
    return [];
  }
  let text = nestedTexts.get(packageName);
  if (text === undefined) {
    text = read(join(directory, "types", "output.d.ts")) ?? "";
    nestedTexts.set(packageName, text);
  }
  let at = 0;
  for (const namespace of path.slice(0, -1)) {
    at = text.indexOf(`namespace ${namespace} {`, at);
    if (at < 0) {
      return [];
    }
  }
  const start = text.indexOf(`interface ${path[path.length - 1]} {`, at);
  if (start < 0) {
    return [];
  }
  const line = text.lastIndexOf("\n", start) + 1;
  const indent = /^ */.exec(text.slice(line, start))?.[0] ?? "";
  const end = text.indexOf(`\n${indent}}`, start);
  return parseFields(text.slice(start, end), /^ +(\w+\??): ([^;{]*(?:\{[^}]*\})?[^;]*);$/gm, true);
}

function parseFields(text: string, pattern: RegExp, questionMarks: boolean): readonly DeclaredOutput[] {
  const fields: DeclaredOutput[] = [];
  for (const [, name = "", written = ""] of text.matchAll(pattern)) {
    const optional = questionMarks ? name.endsWith("?") : / \| undefined$/.test(written);
    fields.push({
      name: name.replace("?", ""),
      type: written
        .replace(/ \| undefined$/, "")
        .replace(/\s+/g, " ")
        .trim(),
      required: !optional,
    });
  }
  return fields;
}

function packageDirectory(packageName: string): string | undefined {
  if (!packages.has(packageName)) {
    packages.set(packageName, findPackage(packageName));
  }
  return packages.get(packageName);
}

function findPackage(packageName: string): string | undefined {
  try {
    return dirname(require.resolve(`@pulumi/${packageName}/package.json`, { paths: [process.cwd(), __dirname] }));
  } catch {
    return undefined;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
