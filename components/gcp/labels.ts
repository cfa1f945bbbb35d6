import { digest } from "../naming";

/** https://docs.cloud.google.com/resource-manager/docs/labels-overview#requirements */
const LONGEST = 63;
const DIGEST_LENGTH = 6;

/** Tags as labels: lower case, and no characters but letters, digits, hyphens and underscores. */
export function labelsOf(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [labelKey(key), labelValue(value)]));
}

function labelKey(key: string): string {
  const cleaned = clean(key);
  return cut(/^[a-z]/.test(cleaned) ? cleaned : `x-${cleaned}`, key);
}

function labelValue(value: string): string {
  return cut(clean(value), value);
}

function clean(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9_-]/g, "-");
}

/** A digest of the whole keeps what was cut apart. */
function cut(cleaned: string, original: string): string {
  return cleaned.length <= LONGEST
    ? cleaned
    : `${cleaned.slice(0, LONGEST - DIGEST_LENGTH - 1)}-${digest(original, DIGEST_LENGTH)}`;
}
