import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import {
  ARCHIVE,
  ASSET,
  isObject,
  isUnknown,
  mapValues,
  OUTPUT,
  RESOURCE,
  SECRET,
  signatureOf,
  unwrap,
  type Wire,
} from "./wire";

/** A value in a plan: JSON, with special values as objects tagged by `$`. */
export type PlanValue = null | boolean | number | string | readonly PlanValue[] | { readonly [key: string]: PlanValue };

/** A map of values in a plan. */
export type PlanObject = { readonly [key: string]: PlanValue };

/** Converts a protocol value for a plan. A secret's own value stays behind. */
export function toPlanValue(value: Wire): PlanValue {
  if (isUnknown(value)) {
    return { $: "unknown" };
  }
  if (Array.isArray(value)) {
    return value.map(toPlanValue);
  }
  if (!isObject(value)) {
    return value as PlanValue;
  }
  switch (signatureOf(value)) {
    case SECRET:
      return secretTag(value.value ?? null);
    case OUTPUT:
      return outputTag(value);
    case RESOURCE:
      return { $: "resource", urn: value.urn as string };
    case ASSET:
      return assetTag("asset", value);
    case ARCHIVE:
      return assetTag("archive", value);
    default: {
      const entries = mapValues(value, toPlanValue);
      // A map of the program's with a key like our tag's is wrapped, so that no data is taken for a tag.
      return "$" in entries ? { $: "map", entries } : entries;
    }
  }
}

function secretTag(value: Wire): PlanValue {
  const plain = unwrap(value);
  return isUnknown(plain)
    ? { $: "secret", type: "unknown", known: false }
    : {
        $: "secret",
        type: typeName(plain),
        known: true,
        ...(isObject(plain) ? { keys: Object.keys(plain).sort() } : {}),
      };
}

function outputTag(value: { readonly [key: string]: Wire }): PlanValue {
  const inner = value.value;
  if (value.secret === true) {
    return inner === undefined ? { $: "secret", type: "unknown", known: false } : secretTag(inner);
  }
  return inner === undefined ? { $: "unknown" } : toPlanValue(inner);
}

function typeName(value: Wire): string {
  if (value === null) {
    return "null";
  }
  return Array.isArray(value) ? "array" : typeof value;
}

/** An asset is known by what it holds. Paths are told as seen from the working directory. */
function assetTag(tag: "asset" | "archive", value: { readonly [key: string]: Wire }): PlanValue {
  if (typeof value.path === "string") {
    return { $: tag, kind: "file", path: portablePath(value.path), ...fileHash(value.path) };
  }
  if (typeof value.uri === "string") {
    return { $: tag, kind: "remote", uri: value.uri };
  }
  if (isObject(value.assets)) {
    return { $: tag, kind: "assets", assets: mapValues(value.assets, toPlanValue) };
  }
  const text = typeof value.text === "string" ? value.text : "";
  return { $: tag, kind: "text", text, sha256: sha256(text) };
}

function portablePath(path: string): string {
  return path.startsWith("/") ? relative(process.cwd(), path) : path;
}

function fileHash(path: string): { sha256?: string } {
  try {
    return { sha256: sha256(readFileSync(path)) };
  } catch {
    // A directory, or a file that a later step makes: its path is all that is known.
    return {};
  }
}

/** The SHA-256 of some text, in hex. */
export function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

/** JSON with sorted keys, the same bytes for the same value. */
export function stableJson(value: unknown, indent = 2): string {
  return JSON.stringify(sortKeys(value), null, indent);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sortKeys);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    const item = (value as Record<string, unknown>)[key];
    if (item !== undefined) {
      // A plain assignment of `__proto__` would set the prototype instead of the key.
      Object.defineProperty(sorted, key, {
        value: sortKeys(item),
        enumerable: true,
        writable: true,
        configurable: true,
      });
    }
  }
  return sorted;
}
