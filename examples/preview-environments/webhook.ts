import { createHmac, timingSafeEqual } from "node:crypto";

/** What a delivery asks for. */
export type Wish =
  | { readonly kind: "open"; readonly number: number; readonly commit: string }
  | { readonly kind: "close"; readonly number: number };

/** Whether a body was signed with the secret, as GitHub signs its deliveries: `sha256=` and an HMAC in hexadecimal. */
export function isSigned(body: Buffer, signature: string | undefined, secret: string): boolean {
  const expected = Buffer.from(`sha256=${createHmac("sha256", secret).update(body).digest("hex")}`);
  const given = Buffer.from(signature ?? "");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Whether a request names the token, as `Authorization: Bearer TOKEN`. */
export function isAllowed(authorization: string | undefined, token: string): boolean {
  // Digests are of one length, whatever is guessed.
  const digest = (text: string) => createHmac("sha256", "length").update(text).digest();
  return timingSafeEqual(digest(authorization ?? ""), digest(`Bearer ${token}`));
}

/** What a `pull_request` delivery asks for; undefined for one that asks for nothing. Throws a SyntaxError for no JSON. */
export function wishOf(event: string | undefined, body: Buffer, repository: string): Wish | undefined {
  const payload = JSON.parse(body.toString("utf8")) as Payload | null;
  const { action, number, pull_request: request } = payload ?? {};
  const commit = request?.head?.sha;
  // Code of a fork is a stranger's: it gets no environment, and none of its credentials.
  const own = request?.head?.repo?.full_name === repository && payload?.repository?.full_name === repository;
  if (event !== "pull_request" || !own || !Number.isSafeInteger(number) || number === undefined) {
    return undefined;
  }
  switch (action) {
    case "opened":
    case "reopened":
    case "synchronize":
      return typeof commit === "string" && /^[0-9a-f]{40}$/.test(commit) ? { kind: "open", number, commit } : undefined;
    case "closed":
      return { kind: "close", number };
    default:
      return undefined;
  }
}

interface Payload {
  readonly action?: string;
  readonly number?: number;
  readonly repository?: { readonly full_name?: string };
  readonly pull_request?: {
    readonly head?: { readonly sha?: string; readonly repo?: { readonly full_name?: string } | null };
  };
}
