import { parseEnv } from "node:util";
import type { Path } from "../../components/validation";
import { valueAt } from "../../components/validation";
import { interpolate, parsePairs } from "./composeForms";
import type { ComposeContext } from "./composeService";
import { toName } from "./draft";
import type { Variable } from "./environment";
import { isMapping, textOf } from "./source";

/** A service's variables: of its env files, of its environment over them, and of the secrets mounted into it. */
export function readVariables(path: Path, service: string, context: ComposeContext): readonly Variable[] {
  const variables = new Map<string, Variable>();
  const add = (variable: Variable) => variables.set(variable.name, variable);
  for (const variable of fromFiles(path, context)) {
    add(variable);
  }
  const at = [...path, "environment"];
  const pairs = parsePairs(valueAt(context.source.raw, at));
  if (pairs === undefined) {
    context.source.problem(at, "a mapping, or a list of NAME=value", "write NAME: value", "something else (not shown)");
  }
  for (const { name, value, step } of pairs ?? []) {
    const resolved = value === undefined ? undefined : interpolate(value);
    add({ name, value: resolved?.known ? resolved.text : undefined, path: [...at, step] });
  }
  return withSecrets(path, service, [...variables.values()], context);
}

function fromFiles(path: Path, { source, readFile }: ComposeContext): readonly Variable[] {
  const at = [...path, "env_file"];
  const value = source.at(at);
  const files = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
  return files.flatMap((entry: unknown, index) => {
    const where = Array.isArray(value) ? [...at, index] : at;
    const file = isMapping(entry) ? textOf(entry.path) : textOf(entry);
    const text = file === undefined ? undefined : readFile(file);
    if (file === undefined) {
      source.problem(where, "the path of a file", "write the path");
    } else if (text === undefined) {
      source.note(where, `${file} is not there: its variables are left out`);
    }
    // Values of a file are for one machine as a rule; they are read like any others.
    return Object.entries(parseEnv(text ?? "")).map(([name, inner]) => ({ name, value: inner, path: where }));
  });
}

/** A secret is a file in Compose and a variable here: `X_FILE` names which. */
function withSecrets(
  path: Path,
  service: string,
  variables: readonly Variable[],
  { source, draft, usedSecrets }: ComposeContext,
): readonly Variable[] {
  const list = source.at([...path, "secrets"]);
  const mounted = new Map<string, string>();
  for (const [index, entry] of (Array.isArray(list) ? list : []).entries()) {
    const name = isMapping(entry) ? textOf(entry.source) : textOf(entry);
    if (name === undefined || source.at(["secrets", name]) === undefined) {
      source.problem([...path, "secrets", index], "a secret of the file", "declare it below secrets");
      continue;
    }
    usedSecrets.add(name);
    const target = (isMapping(entry) ? textOf(entry.target) : undefined) ?? name;
    mounted.set(target.startsWith("/") ? target : `/run/secrets/${target}`, name);
  }
  const named = new Set<string>();
  const rest = variables.map((variable) => {
    const secret = mounted.get(variable.value ?? "");
    if (secret === undefined || !variable.name.endsWith("_FILE")) {
      return variable;
    }
    named.add(secret);
    source.note(
      variable.path,
      `${variable.name} is the variable ${variable.name.slice(0, -5)} now: secrets are no files`,
    );
    return { ...variable, name: variable.name.slice(0, -5), value: undefined };
  });
  const others = [...new Set(mounted.values())].filter((secret) => !named.has(secret));
  return [
    ...rest,
    ...others.map((secret) => {
      const name = toName(secret).replaceAll("-", "_").toUpperCase();
      source.note(
        [...path, "secrets"],
        `the secret ${secret} is the variable ${name} of ${service} in ${draft.name}: secrets are no files`,
      );
      return { name, value: undefined, path: [...path, "secrets"] };
    }),
  ];
}
