import { InputError, show } from "../../components/errors";
import { parsePath, replaced } from "../selection";

/** Secret settings in the clear, by path: `groundplan:secrets.stripe.api-key`, `aws:token`. They are in memory only. */
export type Secrets = Readonly<Record<string, string>>;

/** A path split into the full key of the configuration and the steps within its value. */
export interface SecretPath {
  readonly key: string;
  readonly steps: readonly (string | number)[];
}

/** Reads a secret's path. Throws an InputError where it is none. */
export function secretPath(path: string): SecretPath {
  const [, namespace, rest] = /^([A-Za-z][\w-]*):(.+)$/.exec(path) ?? [];
  const steps = rest === undefined ? undefined : parsePath(rest);
  if (namespace === undefined || steps === undefined) {
    throw new InputError([
      {
        path: "secrets",
        found: show(path),
        allowed: "a namespace, a colon and a path, such as groundplan:secrets.api-key",
        fix: "write the setting's full path",
      },
    ]);
  }
  const [first, ...inner] = steps;
  return { key: `${namespace}:${String(first)}`, steps: inner };
}

/** The path as `pulumi config set --path` takes it. */
export function cliPath({ key, steps }: SecretPath): string {
  return key + steps.map((step) => (typeof step === "number" ? `[${step}]` : `[${JSON.stringify(step)}]`)).join("");
}

/** Whole values, by full key, of the configuration that secrets are part of. */
export function withSecrets(
  values: Readonly<Record<string, unknown>>,
  secrets: Secrets,
): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const [path, secret] of Object.entries(secrets)) {
    const { key, steps } = secretPath(path);
    result[key] = replaced(result[key] ?? values[key], steps, secret);
  }
  return result;
}
