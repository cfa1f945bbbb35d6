import type { asset as assets } from "@pulumi/pulumi";
import { ARCHIVE, ASSET, isObject, signatureOf, type Wire, type WireObject } from "./wire";

/** A property bag with the SDK's asset objects in place of the protocol's, as policies expect them. */
export function assetsOf(properties: WireObject): Record<string, unknown> {
  return convert(properties) as Record<string, unknown>;
}

function convert(value: Wire): unknown {
  if (Array.isArray(value)) {
    return value.map(convert);
  }
  if (!isObject(value)) {
    return value;
  }
  switch (signatureOf(value)) {
    case ASSET:
      return toAsset(value);
    case ARCHIVE:
      return toArchive(value);
    default: {
      const result: Record<string, unknown> = {};
      for (const key of Object.keys(value)) {
        result[key] = convert(value[key] ?? null);
      }
      return result;
    }
  }
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

function toArchive(value: WireObject): assets.Archive {
  const asset = loadAssets();
  if (isObject(value.assets)) {
    const members: Record<string, assets.Asset | assets.Archive> = {};
    for (const [name, item] of Object.entries(value.assets)) {
      members[name] = convert(item) as assets.Asset | assets.Archive;
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
