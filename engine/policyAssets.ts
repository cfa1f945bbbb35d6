import type { asset as assets } from "@pulumi/pulumi";
import { ARCHIVE, ASSET, isObject, isUnknown, signatureOf, type Wire, type WireObject } from "./wire";

/** A property bag as policies expect it. */
export interface PolicyProps {
  /** The properties, with the SDK's asset objects in place of the protocol's. */
  readonly props: Record<string, unknown>;
  /** Whether any of them is, or holds, an unknown. */
  readonly unknown: boolean;
}

/** Converts a property bag for policies. What holds no asset is not copied. */
export function policyProps(properties: WireObject): PolicyProps {
  const seen = { unknown: false };
  return { props: convert(properties, seen) as Record<string, unknown>, unknown: seen.unknown };
}

function convert(value: Wire, seen: { unknown: boolean }): unknown {
  if (typeof value === "string") {
    seen.unknown ||= isUnknown(value);
    return value;
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return convertArray(value, seen);
  }
  const object = value as WireObject;
  switch (signatureOf(object)) {
    case ASSET:
      return toAsset(object);
    case ARCHIVE:
      return toArchive(object, seen);
    default:
      return convertObject(object, seen);
  }
}

function convertArray(list: readonly Wire[], seen: { unknown: boolean }): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const item = list[index] as Wire;
    const converted = convert(item, seen);
    if (converted !== item) {
      copy ??= [...list];
      copy[index] = converted;
    }
  }
  return copy ?? list;
}

function convertObject(object: WireObject, seen: { unknown: boolean }): object {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(object)) {
    const item = object[key] ?? null;
    const converted = convert(item, seen);
    if (converted !== item) {
      copy ??= { ...object };
      copy[key] = converted;
    }
  }
  return copy ?? object;
}

function toAsset(value: WireObject): assets.Asset {
  const asset = loadAssets();
  if (typeof value.path === "string" && value.path !== "") {
    return new asset.FileAsset(value.path);
  }
  if (typeof value.uri === "string" && value.uri !== "") {
    return new asset.RemoteAsset(value.uri);
  }
  return new asset.StringAsset(String(value.text ?? ""));
}

function toArchive(value: WireObject, seen: { unknown: boolean }): assets.Archive {
  const asset = loadAssets();
  if (isObject(value.assets)) {
    const members: Record<string, assets.Asset | assets.Archive> = {};
    for (const [name, item] of Object.entries(value.assets)) {
      members[name] = convert(item, seen) as assets.Asset | assets.Archive;
    }
    return new asset.AssetArchive(members);
  }
  if (typeof value.path === "string" && value.path !== "") {
    return new asset.FileArchive(value.path);
  }
  return new asset.RemoteArchive(String(value.uri ?? ""));
}

/** Loaded when the first asset is met: most resources have none. */
function loadAssets(): typeof assets {
  return (require("@pulumi/pulumi") as { asset: typeof assets }).asset;
}
