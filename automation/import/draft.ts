import type { SystemInput } from "../../systems/spec";

type Services = SystemInput["services"];
export type DraftService = Services[string];
export type DraftStore = NonNullable<SystemInput["stores"]>[string];
export type DraftExternal = NonNullable<SystemInput["external"]>[string];
export type DraftUse = Exclude<NonNullable<DraftService["uses"]>[number], string>;

/** The system as it grows out of a file. */
export interface Draft {
  readonly name: string;
  readonly from: string;
  readonly services: Record<string, DraftService>;
  readonly stores: Record<string, DraftStore>;
  readonly external: Record<string, DraftExternal>;
  readonly secrets: Record<string, { description: string }>;
  readonly routes: NonNullable<SystemInput["routes"]>;
}

export function newDraft(name: string, from: string): Draft {
  return { name, from, services: {}, stores: {}, external: {}, secrets: {}, routes: [] };
}

/** What a part is given when the file says nothing: small enough for a laptop, to be measured and raised. */
export const DEFAULT_RESOURCES = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { cpu: "500m", memory: "512Mi" },
};
export const DEFAULT_STORE_RESOURCES = {
  requests: { cpu: "100m", memory: "256Mi" },
  limits: { cpu: "1", memory: "1Gi" },
};
export const DEFAULT_SIZE = "10Gi";

/** A name the spec takes, made of one it may not. Empty where nothing is left of it. */
export function toName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 40)
    .replace(/-+$/, "");
}

export function titleOf(name: string): string {
  const words = name.replaceAll("-", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

const SECRET_NAME =
  /(passw|passphrase|pwd$|_pass$|^pass$|secret|token|api_?key|access_?key|private_?key|encryption_?key|signing_?key|auth_?key|credential|salt$|dsn$|license_?key|_key$|webhook)/i;
/** Names that only speak of secrets: where they are, how long they last. */
const NOT_SECRET =
  /(_(file|path|dir|ttl|expiry|expires(_in)?|seconds|minutes|hours|days|algorithm|length|enabled|issuer|audience|header|max|min|limit|count)$|public_?key|publishable|tokens$)/i;
const SECRET_VALUE =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[posu]_\w{20,}|\bxox[abprs]-|\b[sr]k[-_]\w{16,}|\bAIza[\w-]{30,}|\beyJ[\w-]{10,}\.[\w-]+|:\/\/[^\s/@]+@|hooks\.slack\.com\/|[?&](token|key|sig|signature|secret|password)=|^[A-Fa-f0-9]{32,}$|^[A-Za-z0-9+/]{40,}={0,2}$/;

/** Whether a value must not be copied. Too many are taken for secrets rather than one too few. */
export function looksSecret(name: string, value: string): boolean {
  return SECRET_VALUE.test(value) || (SECRET_NAME.test(name) && !NOT_SECRET.test(name) && value !== "");
}

/** Whether a text holds something that must not be copied into a configuration file. */
export function holdsSecret(text: string): boolean {
  return text.split(/\r?\n/).some((line) => {
    const [, name = "", value = ""] = /^\s*["']?([\w.-]+)["']?\s*[:= ]\s*["']?([^"'\s#;,]+)/.exec(line) ?? [];
    return SECRET_VALUE.test(line) || looksSecret(name.replace(/[.-]/g, "_"), value);
  });
}
