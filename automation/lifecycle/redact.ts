import { readFileSync } from "node:fs";

/** Variables whose values let their reader in somewhere. */
const SECRET_VARIABLES = [
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_ACCESS_TOKEN",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "GOOGLE_CREDENTIALS",
  "GOOGLE_OAUTH_ACCESS_TOKEN",
  "AZURE_STORAGE_KEY",
  "AZURE_STORAGE_SAS_TOKEN",
  "AZURE_CLIENT_SECRET",
  "ARM_CLIENT_SECRET",
];

/** Secrets of an environment: those in variables, and a passphrase in the file that one names. */
export function environmentSecrets(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const values = SECRET_VARIABLES.map((name) => env[name] ?? "");
  const file = env.PULUMI_CONFIG_PASSPHRASE_FILE;
  if (file !== undefined && file !== "") {
    try {
      values.push(readFileSync(file, "utf8").trim());
    } catch {
      // Not there: the CLI says so.
    }
  }
  return values.filter((value) => value !== "");
}

/** Shorter ones would garble text more than they hide, and are guessed at once anyway. */
const SHORTEST = 4;

/** Takes known secrets out of texts, in every form they are likely to be printed in. */
export class Redactor {
  private readonly secrets = new Set<string>();

  add(secret: string): void {
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString("base64")]) {
      if (form.length >= SHORTEST) {
        this.secrets.add(form);
      }
    }
    // A secret of several lines is printed line by line.
    for (const line of secret.split(/\r?\n/)) {
      if (line !== secret && line.length >= 2 * SHORTEST) {
        this.secrets.add(line);
      }
    }
  }

  text(text: string): string {
    const longestFirst = [...this.secrets].sort((left, right) => right.length - left.length);
    return longestFirst.reduce((current, secret) => current.replaceAll(secret, "[secret]"), text);
  }

  /** The same for every text within a value. */
  value<T>(value: T): T {
    if (typeof value === "string") {
      return this.text(value) as T & string;
    }
    if (Array.isArray(value)) {
      return value.map((item) => this.value(item)) as T & unknown[];
    }
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.value(item)])) as T & object;
    }
    return value;
  }
}
