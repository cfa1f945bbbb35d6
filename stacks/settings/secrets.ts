import { z } from "zod";
import type { Path } from "../../components/validation";
import { formatPath } from "../../components/validation";
import { wordsOf } from "../../systems/spec/primitives";

/**
 * Stands for a secret in settings, which hold no secret value: `secret` is its path, by which the reader of the running
 * program hands out the value as a tainted output.
 */
export interface SecretRef {
  readonly secret: string;
}

/** Told by its class, not its shape: settings hold maps of the user's own, in which `secret` is a name like any other. */
class Reference implements SecretRef {
  constructor(readonly secret: string) {}
}

/** The `secure:` of a stack file that nobody has decrypted: present, tainted, its value unknown. */
export interface Encrypted {
  readonly secure: string;
}

/**
 * What the SDK itself writes for a value nobody knows yet. Planning offline puts it where a stack file has `secure:`, as
 * only the engine holds the key.
 */
const UNKNOWN_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a secret's value cannot be known here: encrypted with a key the engine holds. */
export function isUnreadable(value: unknown): value is Encrypted | string {
  return (
    value === UNKNOWN_VALUE ||
    (typeof value === "object" &&
      value !== null &&
      Object.keys(value).length === 1 &&
      typeof (value as Partial<Encrypted>).secure === "string")
  );
}

/** A value that must be encrypted in the stack's settings; parsing leaves nothing of it. */
export const secretText = z
  .union([z.string().min(1), z.strictObject({ secure: z.string().min(1).describe("The encrypted value") })])
  .transform((): SecretRef => new Reference(""))
  .register(wordsOf, {
    allowed: "a secret, encrypted: as `pulumi config set --secret --path` writes it",
    fix: "set it with pulumi config set --secret --path",
    example: "{ secure: AAABAO... }",
  });

/** Settings with the path of each secret put in. Whatever else they hold is left as it is. */
export function withSecretPaths<T>(value: T, path: Path = []): T {
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => withSecretPaths(item, [...path, index])) as T;
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (value instanceof Reference) {
    return new Reference(formatPath(path)) as T;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withSecretPaths(inner, [...path, key])]),
  ) as T;
}

/** Paths of all secrets in settings. */
export function secretPaths(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return value instanceof Reference ? [value.secret] : Object.values(value).flatMap(secretPaths);
}

export function isSecretRef(value: unknown): value is SecretRef {
  return value instanceof Reference;
}
