import type { Path } from "../../components/validation";
import { type DraftUse, looksSecret, toName } from "./draft";
import { type Environment, readEnvironment, useOf, type Variable } from "./environment";
import type { ScoreContext } from "./score";
import { textOf } from "./source";

const PLACEHOLDER = /\$\{([^}]*)\}/g;

/** Variables of a container: placeholders of resources become edges, those of metadata their values. */
export function readScoreVariables(path: Path, context: ScoreContext): Environment {
  const { source, draft, workload } = context;
  const plain: Variable[] = [];
  const uses = new Map<string, DraftUse>();
  const secretEnv: Record<string, string> = {};
  for (const [name, value] of Object.entries(source.mapping(path))) {
    const at = [...path, name];
    const text = textOf(value);
    if (text === undefined) {
      source.problem(at, "a text", "write the value in quotes", "something else (not shown)");
      continue;
    }
    const resolved = withMetadata(text, context);
    const placeholders = [...resolved.matchAll(PLACEHOLDER)].map((match) => match[1] ?? "");
    if (placeholders.length === 0) {
      plain.push({ name, value: resolved.replaceAll("$${", "${"), path: at });
    } else if (!/^[A-Z_][A-Z0-9_]*$/.test(name)) {
      source.note(at, `the variable ${name} is left out: names are upper case; rename it in the program`);
    } else if (!linked(name, resolved, placeholders, at, uses, context)) {
      const secret = toName(`${workload}-${name}`.length > 40 ? name : `${workload}-${name}`);
      draft.secrets[secret] = { description: `${name} of ${workload}` };
      secretEnv[name] = secret;
      source.note(
        at,
        `${name} is put together of ${placeholders.join(" and ")}, which no edge can give: it is the secret ${secret} now`,
      );
    }
  }
  const rest = readEnvironment(workload, plain, new Map(), draft, source);
  return { env: rest.env, secretEnv: { ...rest.secretEnv, ...secretEnv }, uses: new Map([...uses, ...rest.uses]) };
}

function withMetadata(text: string, { source }: ScoreContext): string {
  return text.replace(/\$\{metadata\.([\w.-]+)\}/g, (whole, key: string) => {
    const value = textOf(source.at(["metadata", ...key.split(".")]));
    return value === undefined || looksSecret(key, value) ? whole : value;
  });
}

/** One value of one resource is an edge's variable; a URL made of several of one resource is its URL. */
function linked(
  name: string,
  text: string,
  placeholders: readonly string[],
  path: Path,
  uses: Map<string, DraftUse>,
  { source, resources }: ScoreContext,
): boolean {
  const parts = placeholders.map((placeholder) => /^resources\.([^.]+)\.(.+)$/.exec(placeholder));
  const names = new Set(parts.map((match) => match?.[1]));
  const [resource] = names;
  const found = resource === undefined ? undefined : resources.get(resource);
  if (names.size !== 1 || found?.target === undefined) {
    return false;
  }
  const value = found.values[parts[0]?.[2] ?? ""];
  const whole = placeholders.length === 1 && text === `\${${placeholders[0]}}`;
  const part = whole ? value : /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? found.values.url : undefined;
  if (part === undefined) {
    return false;
  }
  if (!whole) {
    source.note(path, `${name} was put together; it is given the URL of ${found.target} as it comes`);
  }
  const use = useOf(uses, found.target);
  use.env = { ...use.env, [name]: part };
  return true;
}
