import { credentials } from "@grpc/grpc-js";
import { Alias } from "@pulumi/pulumi/proto/alias_pb";
import { CallbacksClient } from "@pulumi/pulumi/proto/callback_grpc_pb";
import { CallbackInvokeRequest } from "@pulumi/pulumi/proto/callback_pb";
import * as resproto from "@pulumi/pulumi/proto/resource_pb";
import { Struct, Value } from "google-protobuf/google/protobuf/struct_pb";
import {
  compact,
  decodeAlias,
  decodeHooks,
  decodeMap,
  decodeStruct,
  decodeTimeouts,
  decodeValue,
  given,
  list,
} from "./decode";
import type { AliasReference, CallbackReference, Goal, GoalOptions } from "./goal";
import type { Call } from "./monitor";
import { MonitorError } from "./monitorErrors";
import type { WireObject } from "./wire";

const clients = new Map<string, CallbacksClient>();

/** Closes the connections to callback servers. */
export function closeCallbacks(): void {
  for (const client of clients.values()) {
    client.close();
  }
  clients.clear();
}

/** A resource's goal after one of the program's transforms. */
export async function callResourceTransform(callback: CallbackReference, goal: Goal): Promise<Goal> {
  const request = new resproto.TransformRequest();
  request.setType(goal.type);
  request.setName(goal.name);
  request.setCustom(goal.custom);
  request.setParent(goal.parent ?? "");
  request.setProperties(struct(goal.inputs));
  request.setOptions(encodeOptions(goal));
  const response = resproto.TransformResponse.deserializeBinary(await invoke(callback, request.serializeBinary()));
  const properties = response.getProperties();
  const options = response.getOptions();
  const inputs = properties === undefined ? goal.inputs : decodeStruct(properties);
  return {
    ...goal,
    inputs,
    // What a transform takes out no longer brings its dependencies.
    propertyDependencies: Object.fromEntries(
      Object.entries(goal.propertyDependencies).filter(([key]) => key in inputs),
    ),
    ...(options === undefined ? {} : applyOptions(goal, options)),
  };
}

/** A call after one of the program's invoke transforms. */
export async function callInvokeTransform(callback: CallbackReference, call: Call): Promise<Call> {
  const options = new resproto.TransformInvokeOptions();
  options.setProvider(call.provider ?? "");
  options.setVersion(call.version ?? "");
  const request = new resproto.TransformInvokeRequest();
  request.setToken(call.token);
  request.setArgs(struct(call.args));
  request.setOptions(options);
  const response = resproto.TransformInvokeResponse.deserializeBinary(
    await invoke(callback, request.serializeBinary()),
  );
  const args = response.getArgs();
  const changed = response.getOptions();
  return compact({
    token: call.token,
    args: args === undefined ? call.args : decodeStruct(args),
    provider: changed === undefined ? call.provider : given(changed.getProvider()),
    version: changed === undefined ? call.version : given(changed.getVersion()),
  }) as Call;
}

function invoke(callback: CallbackReference, payload: Uint8Array): Promise<Uint8Array> {
  let client = clients.get(callback.target);
  if (client === undefined) {
    client = new CallbacksClient(callback.target, credentials.createInsecure(), {
      "grpc.max_receive_message_length": 1024 * 1024 * 400,
    });
    clients.set(callback.target, client);
  }
  const request = new CallbackInvokeRequest();
  request.setToken(callback.token);
  request.setRequest(payload);
  const connected = client;
  return new Promise((resolve, reject) => {
    connected.invoke(request, (error, response) => {
      if (error !== null) {
        reject(new MonitorError("transform", error.details));
      } else {
        resolve(response.getResponse_asU8());
      }
    });
  });
}

function encodeOptions(goal: Goal): resproto.TransformResourceOptions {
  const { options } = goal;
  const encoded = new resproto.TransformResourceOptions();
  encoded.setDependsOnList([...goal.dependencies]);
  encoded.setProvider(goal.provider ?? "");
  if (options.protect !== undefined) {
    encoded.setProtect(options.protect);
  }
  if (options.retainOnDelete !== undefined) {
    encoded.setRetainOnDelete(options.retainOnDelete);
  }
  if (options.deleteBeforeReplace !== undefined) {
    encoded.setDeleteBeforeReplace(options.deleteBeforeReplace);
  }
  encoded.setIgnoreChangesList([...(options.ignoreChanges ?? [])]);
  encoded.setReplaceOnChangesList([...(options.replaceOnChanges ?? [])]);
  encoded.setVersion(options.version ?? "");
  encoded.setPluginDownloadUrl(options.pluginDownloadURL ?? "");
  encoded.setAliasesList((options.aliases ?? []).map(encodeAlias));
  encoded.setDeletedWith(options.deletedWith ?? "");
  encoded.setAdditionalSecretOutputsList([...(options.additionalSecretOutputs ?? [])]);
  encoded.setImport(options.import ?? "");
  encoded.setHideDiffList([...(options.hideDiffs ?? [])]);
  encoded.setReplaceWithList([...(options.replaceWith ?? [])]);
  if (options.customTimeouts !== undefined) {
    const timeouts = new resproto.RegisterResourceRequest.CustomTimeouts();
    timeouts.setCreate(options.customTimeouts.create ?? "");
    timeouts.setUpdate(options.customTimeouts.update ?? "");
    timeouts.setDelete(options.customTimeouts.delete ?? "");
    timeouts.setRead(options.customTimeouts.read ?? "");
    encoded.setCustomTimeouts(timeouts);
  }
  if (options.hooks !== undefined) {
    encoded.setHooks(encodeHooks(options.hooks));
  }
  if (options.replacementTrigger !== undefined) {
    encoded.setReplacementTrigger(
      Value.fromJavaScript(options.replacementTrigger as Parameters<typeof Value.fromJavaScript>[0]),
    );
  }
  const providers = encoded.getProvidersMap();
  for (const [key, value] of Object.entries(options.providers ?? {})) {
    providers.set(key, value);
  }
  return encoded;
}

function encodeHooks(hooks: NonNullable<GoalOptions["hooks"]>): resproto.RegisterResourceRequest.ResourceHooksBinding {
  const binding = new resproto.RegisterResourceRequest.ResourceHooksBinding();
  binding.setBeforeCreateList([...(hooks.beforeCreate ?? [])]);
  binding.setAfterCreateList([...(hooks.afterCreate ?? [])]);
  binding.setBeforeUpdateList([...(hooks.beforeUpdate ?? [])]);
  binding.setAfterUpdateList([...(hooks.afterUpdate ?? [])]);
  binding.setBeforeDeleteList([...(hooks.beforeDelete ?? [])]);
  binding.setAfterDeleteList([...(hooks.afterDelete ?? [])]);
  binding.setOnErrorList([...(hooks.onError ?? [])]);
  return binding;
}

function encodeAlias(alias: AliasReference): Alias {
  const encoded = new Alias();
  if (typeof alias === "string") {
    encoded.setUrn(alias);
    return encoded;
  }
  const spec = new Alias.Spec();
  spec.setName(alias.name ?? "");
  spec.setType(alias.type ?? "");
  spec.setStack(alias.stack ?? "");
  spec.setProject(alias.project ?? "");
  if (alias.parent !== undefined) {
    spec.setParenturn(alias.parent);
  }
  if (alias.noParent === true) {
    spec.setNoparent(true);
  }
  encoded.setSpec(spec);
  return encoded;
}

function applyOptions(goal: Goal, changed: resproto.TransformResourceOptions): Partial<Goal> {
  const options: GoalOptions = compact({
    protect: changed.hasProtect() ? changed.getProtect() : undefined,
    retainOnDelete: changed.hasRetainOnDelete() ? changed.getRetainOnDelete() : undefined,
    deleteBeforeReplace: changed.hasDeleteBeforeReplace() ? changed.getDeleteBeforeReplace() : undefined,
    ignoreChanges: list(changed.getIgnoreChangesList()),
    replaceOnChanges: list(changed.getReplaceOnChangesList()),
    version: given(changed.getVersion()),
    pluginDownloadURL: given(changed.getPluginDownloadUrl()),
    aliases: list(changed.getAliasesList().map(decodeAlias)),
    deletedWith: given(changed.getDeletedWith()),
    additionalSecretOutputs: list(changed.getAdditionalSecretOutputsList()),
    import: given(changed.getImport()),
    hideDiffs: list(changed.getHideDiffList()),
    replaceWith: list(changed.getReplaceWithList()),
    customTimeouts: decodeTimeouts(changed.getCustomTimeouts()),
    hooks: decodeHooks(changed.getHooks()),
    replacementTrigger: decodeValue(changed.getReplacementTrigger()),
    // This SDK sets the providers it answers with and then clears them; what was asked for stays.
    providers: decodeMap(changed.getProvidersMap()) ?? goal.options.providers,
    // Not among what a transform may see.
    envVarMappings: goal.options.envVarMappings,
    remote: goal.options.remote,
    readId: goal.options.readId,
  });
  return { options, provider: given(changed.getProvider()), dependencies: changed.getDependsOnList() };
}

function struct(properties: WireObject): Struct {
  return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]);
}
