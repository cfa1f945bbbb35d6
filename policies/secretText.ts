/** Names whose value is a secret, and names that only look like it (a path, a reference, a duration, a public key). */
const SECRET_NAME =
  /(passw(or)?d|passphrase|secret|token|api_?-?key|access_?-?key|private_?-?key|credential|auth_?key|connection_?string)/i;
const HARMLESS_NAME =
  /(_(file|path|dir|name|names|ref|arn|id|ttl|expiry|expires|seconds|minutes|hours|days|url|uri|endpoint|issuer|algorithm|length|enabled|type|mode|header|audience|limit|limits|max|count|version|backend|store|namespace|encryption)$|^(max|min)_|tokens|public)/i;
/** Values that are secrets whatever their name. */
const SECRET_VALUES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/\bAKIA[0-9A-Z]{16}\b/, "an AWS access key"],
  [/\b(ghp|gho|ghs|ghu)_[A-Za-z0-9]{36}\b/, "a GitHub token"],
  [/\bxox[abprs]-[A-Za-z0-9-]{10,}/, "a Slack token"],
  [/\b(sk|rk)_live_[A-Za-z0-9]{16,}/, "a Stripe key"],
  [/\bsk-[A-Za-z0-9_-]{20,}/, "an API key"],
  [/\bAIza[0-9A-Za-z_-]{35}\b/, "a Google API key"],
  [/[a-z][a-z0-9+.-]*:\/\/[^\s:/@$]*:[^\s:/@$(){}]+@/i, "a URL with a password"],
];

/** What makes a name and value a secret in plain text; undefined when nothing does. Never returns the value. */
export function secretIn(name: string, value: string): string | undefined {
  for (const [pattern, what] of SECRET_VALUES) if (pattern.test(value)) return what;
  if (value === "" || !SECRET_NAME.test(name) || HARMLESS_NAME.test(name)) return undefined;
  // A reference to another variable or a switch is no secret; nor is a path to a mounted file.
  if (/^\$\(.+\)$|^\$\{.+\}$|^(true|false|yes|no|none|null|\d{1,6})$|^\//i.test(value)) return undefined;
  return "a value under a secret's name";
}
