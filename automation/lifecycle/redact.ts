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
