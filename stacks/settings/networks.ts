/** A range of IPv4 addresses, both ends within it. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** Reads `10.4.0.0/16`; undefined when it is no range, or its address is not the range's first. */
export function parseRange(text: string): Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  const [a = 256, b = 256, c = 256, d = 256, prefix = 33] = (match ?? []).slice(1).map(Number);
  if ([a, b, c, d].some((part) => part > 255) || prefix > 32) {
    return undefined;
  }
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  const size = 2 ** (32 - prefix);
  return first % size === 0 ? { first, last: first + size - 1 } : undefined;
}

export function overlap(one: Range, other: Range): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** Whether a range lies in what RFC 1918 sets aside for private networks. */
export function isPrivate(range: Range): boolean {
  return ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]
    .flatMap((text) => parseRange(text) ?? [])
    .some(({ first, last }) => range.first >= first && range.last <= last);
}
