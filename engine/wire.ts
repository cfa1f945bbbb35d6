/** A property value as Pulumi's protocol carries it: JSON, with special values as signed objects. */
export type Wire = null | boolean | number | string | readonly Wire[] | WireObject;

/** A bag of protocol values. */
export interface WireObject {
  readonly [key: string]: Wire;
}

/** The key that marks an object as one of the protocol's special values. */
export const SIGNATURE = "4dabf18193072939515e22adb298388d";
/** The signatures, as in sdk/go/common/resource/sig. */
export const SECRET = "1b47061264138c4ac30d75fd1eb44270";
export const ASSET = "c44067f5952c0a294b673a41bacd8c17";
export const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
export const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
export const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
/** An unknown travels as this string. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The other unknowns that policies and older SDKs may meet, by the type they stand for. */
const UNKNOWNS: ReadonlySet<string> = new Set([
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Whether a value is one of the protocol's unknowns. */
export function isUnknown(value: Wire | undefined): boolean {
  return typeof value === "string" && UNKNOWNS.has(value);
}

/** Whether a value is a map: an object that is neither a list nor null. */
export function isObject(value: unknown): value is WireObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The signature of a special value, if it is one. */
export function signatureOf(value: Wire | undefined): string | undefined {
  const signature = isObject(value) ? value[SIGNATURE] : undefined;
  return typeof signature === "string" ? signature : undefined;
}

/** Wraps a value as a secret, unless it is one. */
export function makeSecret(value: Wire): Wire {
  return signatureOf(value) === SECRET ? value : { [SIGNATURE]: SECRET, value };
}

/** A value with every secret and output value in it taken off; unknowns stay the protocol's unknown. */
export function unwrap(value: Wire): Wire {
  if (Array.isArray(value)) {
    return value.map(unwrap);
  }
  if (!isObject(value)) {
    return value;
  }
  const signature = signatureOf(value);
  if (signature === SECRET) {
    return unwrap(value.value ?? null);
  }
  if (signature === OUTPUT) {
    return "value" in value ? unwrap(value.value ?? null) : UNKNOWN;
  }
  return mapValues(value, unwrap);
}

/** Whether a value is, or holds, an unknown. */
export function containsUnknown(value: Wire): boolean {
  if (isUnknown(value)) {
    return true;
  }
  if (Array.isArray(value)) {
    return value.some(containsUnknown);
  }
  if (!isObject(value)) {
    return false;
  }
  if (signatureOf(value) === OUTPUT && !("value" in value)) {
    return true;
  }
  return Object.values(value).some(containsUnknown);
}

/** Whether a value is, or holds, a secret. */
export function containsSecret(value: Wire): boolean {
  if (Array.isArray(value)) {
    return value.some(containsSecret);
  }
  if (!isObject(value)) {
    return false;
  }
  const signature = signatureOf(value);
  return (
    signature === SECRET || (signature === OUTPUT && value.secret === true) || Object.values(value).some(containsSecret)
  );
}

/** Calls `visit` with every plain string kept under a secret: what must never be shown. */
export function secretStrings(value: Wire, visit: (text: string) => void, secret = false): void {
  if (typeof value === "string") {
    if (secret && !isUnknown(value)) {
      visit(value);
    }
  } else if (Array.isArray(value)) {
    for (const item of value) {
      secretStrings(item, visit, secret);
    }
  } else if (isObject(value)) {
    const signature = signatureOf(value);
    const inner = secret || signature === SECRET || (signature === OUTPUT && value.secret === true);
    for (const [key, item] of Object.entries(value)) {
      if (key !== SIGNATURE) {
        secretStrings(item, visit, inner);
      }
    }
  }
}

/** A map with every value replaced. */
export function mapValues<In, Out>(
  object: { readonly [key: string]: In },
  convert: (value: In, key: string) => Out,
): { [key: string]: Out } {
  const result: { [key: string]: Out } = {};
  for (const key of Object.keys(object)) {
    // `Object.keys` gives own keys only, so the value is there even where its type admits undefined.
    result[key] = convert(object[key] as In, key);
  }
  return result;
}
