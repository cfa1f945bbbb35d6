import { fileURLToPath } from "node:url";
import type { Alias } from "@pulumi/pulumi/proto/alias_pb";
import type { Callback } from "@pulumi/pulumi/proto/callback_pb";
import type { ReadResourceRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { SourcePosition, StackTrace } from "@pulumi/pulumi/proto/source_pb";
import type { Struct, Value } from "google-protobuf/google/protobuf/struct_pb";
import { relativePath } from "./construction";
import type { AliasReference, CallbackReference, Goal, GoalOptions } from "./goal";
import type { Wire, WireObject } from "./wire";

/** The values in a protocol struct; nothing where there is none. */
export function decodeStruct(struct: Struct | undefined): WireObject {
  return struct === undefined ? {} : (struct.toJavaScript() as WireObject);
}

/** What a RegisterResource request asks for. */
export function decodeRegister(request: RegisterResourceRequest): Goal {
  const propertyDependencies: Record<string, readonly string[]> = {};
  for (const [key, value] of request.getPropertydependenciesMap().entries()) {
    const urns = value.getUrnsList();
    if (urns.length > 0) {
      propertyDependencies[key] = urns;
    }
  }
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    remote: request.getRemote(),
    parent: given(request.getParent()),
    provider: given(request.getProvider()),
    inputs: decodeStruct(request.getObject()),
    dependencies: request.getDependenciesList(),
    propertyDependencies,
    options: decodeOptions(request),
    transforms: request.getTransformsList().map(decodeCallback),
    packageRef: given(request.getPackageref()),
    source: decodeSource(request.getSourceposition(), request.getStacktrace()),
  };
}

/** What a ReadResource request asks for. */
export function decodeRead(request: ReadResourceRequest): Goal {
  return {
    type: request.getType(),
    name: request.getName(),
    custom: true,
    remote: false,
    parent: given(request.getParent()),
    provider: given(request.getProvider()),
    inputs: decodeStruct(request.getProperties()),
    dependencies: request.getDependenciesList(),
    propertyDependencies: {},
    options: compact({
      readId: request.getId(),
      version: given(request.getVersion()),
      pluginDownloadURL: given(request.getPlugindownloadurl()),
      additionalSecretOutputs: list(request.getAdditionalsecretoutputsList()),
    }),
    transforms: [],
    packageRef: given(request.getPackageref()),
    source: decodeSource(request.getSourceposition(), request.getStacktrace()),
  };
}

function decodeOptions(request: RegisterResourceRequest): GoalOptions {
  return compact({
    protect: request.hasProtect() ? request.getProtect() : undefined,
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    replaceOnChanges: list(request.getReplaceonchangesList()),
    ignoreChanges: list(request.getIgnorechangesList()),
    additionalSecretOutputs: list(request.getAdditionalsecretoutputsList()),
    aliases: list([...request.getAliasesList().map(decodeAlias), ...request.getAliasurnsList()]),
    retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() : undefined,
    deletedWith: given(request.getDeletedwith()),
    customTimeouts: decodeTimeouts(request.getCustomtimeouts()),
    version: given(request.getVersion()),
    pluginDownloadURL: given(request.getPlugindownloadurl()),
    import: given(request.getImportid()),
    hideDiffs: list(request.getHidediffsList()),
    replaceWith: list(request.getReplaceWithList()),
    replacementTrigger: decodeValue(request.getReplacementTrigger()),
    providers: decodeMap(request.getProvidersMap()),
    hooks: decodeHooks(request.getHooks()),
    envVarMappings: decodeMap(request.getEnvvarmappingsMap()),
    remote: request.getRemote() ? true : undefined,
  });
}

/** Custom timeouts that were set; the SDK always sends the message, mostly empty. */
export function decodeTimeouts(
  timeouts: RegisterResourceRequest.CustomTimeouts | undefined,
): GoalOptions["customTimeouts"] | undefined {
  if (timeouts === undefined) {
    return undefined;
  }
  const set = compact({
    create: given(timeouts.getCreate()),
    update: given(timeouts.getUpdate()),
    delete: given(timeouts.getDelete()),
    read: given(timeouts.getRead()),
  });
  return Object.keys(set).length > 0 ? set : undefined;
}

/** The names of hooks by the moment they run at. */
export function decodeHooks(
  hooks: RegisterResourceRequest.ResourceHooksBinding | undefined,
): GoalOptions["hooks"] | undefined {
  if (hooks === undefined) {
    return undefined;
  }
  const set = compact({
    beforeCreate: list(hooks.getBeforeCreateList()),
    afterCreate: list(hooks.getAfterCreateList()),
    beforeUpdate: list(hooks.getBeforeUpdateList()),
    afterUpdate: list(hooks.getAfterUpdateList()),
    beforeDelete: list(hooks.getBeforeDeleteList()),
    afterDelete: list(hooks.getAfterDeleteList()),
    onError: list(hooks.getOnErrorList()),
  });
  return Object.keys(set).length > 0 ? (set as Record<string, readonly string[]>) : undefined;
}

/** An alias, whole or in parts. */
export function decodeAlias(alias: Alias): AliasReference {
  const spec = alias.getSpec();
  if (spec === undefined) {
    return alias.getUrn();
  }
  return compact({
    name: given(spec.getName()),
    type: given(spec.getType()),
    stack: given(spec.getStack()),
    project: given(spec.getProject()),
    parent: given(spec.getParenturn()),
    noParent: spec.getNoparent() ? true : undefined,
  });
}

/** Where to call a function of the program's. */
export function decodeCallback(callback: Callback): CallbackReference {
  return { target: callback.getTarget(), token: callback.getToken() };
}

/** A protocol value, where one was sent. */
export function decodeValue(value: Value | undefined): Wire | undefined {
  return value === undefined ? undefined : (value.toJavaScript() as Wire);
}

/** A protocol map as an object; nothing where it is empty. */
export function decodeMap(map: {
  entries(): Iterable<[string, string]> | unknown;
}): Record<string, string> | undefined {
  const entries = [...(map.entries() as Iterable<[string, string]>)];
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** A string that was set: the protocol's empty one means that it was not. */
export function given(text: string): string | undefined {
  return text === "" ? undefined : text;
}

/** A list that was set. */
export function list<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length > 0 ? items : undefined;
}

/** An object without its undefined values. */
export function compact<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    if (value !== undefined) {
      result[key] = value;
    }
  }
  return result as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** The first frame that is neither the SDK's nor any other package's. */
function decodeSource(position: SourcePosition | undefined, trace: StackTrace | undefined): string | undefined {
  const frames = trace?.getFramesList().map((frame) => frame.getPc()) ?? [position];
  for (const frame of frames) {
    if (frame?.getUri().startsWith("file:") === true && !frame.getUri().includes("/node_modules/")) {
      return `${relativePath(fileURLToPath(frame.getUri()))}:${frame.getLine()}:${frame.getColumn()}`;
    }
  }
  return undefined;
}
