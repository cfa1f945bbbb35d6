import { createHash } from "node:crypto";

/** `length` hex digits that depend on the seed alone. */
export function fakeToken(seed: string, length: number): string {
  let token = "";
  for (let round = 0; token.length < length; round++) {
    token += createHash("sha256").update(`${round}:${seed}`).digest("hex");
  }
  return token.slice(0, length);
}

/** A whole number in `[low, high]` that depends on the seed alone. */
export function fakeNumber(seed: string, low: number, high: number): number {
  return low + (Number.parseInt(fakeToken(seed, 12), 16) % (high - low + 1));
}

/** `length` characters of `alphabet`. */
export function fakeCharacters(seed: string, length: number, alphabet: string): string {
  const bytes = Buffer.from(fakeToken(seed, length * 4), "hex");
  let text = "";
  for (let index = 0; index < length; index++) {
    text += alphabet[bytes.readUInt16BE(index * 2) % alphabet.length] ?? "";
  }
  return text;
}

/** A version 4 UUID in form. */
export function fakeUuid(seed: string): string {
  const hex = fakeToken(seed, 32);
  const variant = "89ab"[fakeNumber(`${seed}/variant`, 0, 3)] ?? "8";
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** An address of 10.0.0.0/8 whose last byte is neither the network's nor the broadcast's. */
export function fakePrivateIp(seed: string): string {
  return `10.${fakeNumber(`${seed}/1`, 0, 255)}.${fakeNumber(`${seed}/2`, 0, 255)}.${fakeNumber(`${seed}/3`, 4, 250)}`;
}

/** An address of 203.0.113.0/24, kept for documentation: it can reach nobody. */
export function fakePublicIp(seed: string): string {
  return `203.0.113.${fakeNumber(seed, 1, 254)}`;
}

/** A moment that is the same in every run. */
export const FAKE_TIME = "2026-01-01T00:00:00Z";
