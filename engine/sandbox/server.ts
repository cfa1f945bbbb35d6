import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { decodeStruct } from "../decode";
import { urnName, urnType } from "../urn";
import { unwrap, type WireObject } from "../wire";
import type { ObjectDiff } from "./diff";
import { NotReady, ProviderError, type SandboxProvider, type Subject } from "./provider";

/** A whole stack's manifests may be one message. */
const MESSAGE_BYTES = 400 * 1024 * 1024;

const CODES: Readonly<Record<ProviderError["reason"], status>> = {
  failed: status.UNKNOWN,
  unavailable: status.UNKNOWN,
  exists: status.ALREADY_EXISTS,
  "not-found": status.NOT_FOUND,
  unimplemented: status.UNIMPLEMENTED,
};

/** Serves a provider on a port of the loopback address, as the engine's plugin host expects. */
export function serveProvider(provider: SandboxProvider, version: string): Promise<{ port: number; server: Server }> {
  const options = { "grpc.max_receive_message_length": MESSAGE_BYTES, "grpc.max_send_message_length": MESSAGE_BYTES };
  const server = new Server(options);
  server.addService(ResourceProviderService, methods(provider, version));
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve({ port, server }),
    );
  });
}

function methods(provider: SandboxProvider, version: string): UntypedServiceImplementation {
  const implemented: UntypedServiceImplementation = {
    handshake: unary(() => {
      const response = new proto.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    }),
    getPluginInfo: unary(() => {
      const response = new PluginInfo();
      response.setVersion(version);
      return response;
    }),
    checkConfig: unary((request: proto.CheckRequest) => checked(request)),
    diffConfig: unary((request: proto.DiffRequest) =>
      diffed(provider.diffConfig(decodeStruct(request.getOldInputs()), decodeStruct(request.getNews()))),
    ),
    configure: unary((request: proto.ConfigureRequest) => {
      provider.configure(decodeStruct(request.getArgs()), request.getUrn());
      const response = new proto.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),
    check: unary((request: proto.CheckRequest) => checked(request)),
    diff: unary((request: proto.DiffRequest) =>
      diffed(
        provider.diff(
          subjectOf(request),
          request.getId(),
          decodeStruct(request.getOlds()),
          decodeStruct(request.getOldInputs()),
          decodeStruct(request.getNews()),
        ),
      ),
    ),
    create: unary(async (request: proto.CreateRequest) => {
      const inputs = decodeStruct(request.getProperties());
      const { id, outputs } = request.getPreview()
        ? { id: "", outputs: provider.previewCreate(subjectOf(request), inputs) }
        : await provider.create(subjectOf(request), inputs);
      const response = new proto.CreateResponse();
      response.setId(id);
      response.setProperties(struct(outputs));
      return response;
    }),
    update: unary(async (request: proto.UpdateRequest) => {
      const [subject, id] = [subjectOf(request), request.getId()];
      const [olds, news] = [decodeStruct(request.getOlds()), decodeStruct(request.getNews())];
      const outputs = request.getPreview()
        ? provider.previewUpdate(subject, id, olds, news)
        : await provider.update(subject, id, olds, news);
      const response = new proto.UpdateResponse();
      response.setProperties(struct(outputs));
      return response;
    }),
    read: unary(async (request: proto.ReadRequest) => {
      const [olds, inputs] = [decodeStruct(request.getProperties()), decodeStruct(request.getInputs())];
      const found = await provider.read(subjectOf(request), request.getId(), olds, inputs);
      const response = new proto.ReadResponse();
      if (found !== undefined) {
        response.setId(request.getId());
        response.setProperties(struct(found.outputs));
        response.setInputs(struct(found.inputs));
      }
      return response;
    }),
    delete: unary(async (request: proto.DeleteRequest) => {
      const [olds, oldInputs] = [decodeStruct(request.getProperties()), decodeStruct(request.getOldInputs())];
      await provider.delete(subjectOf(request), request.getId(), olds, oldInputs);
      return new Empty();
    }),
    invoke: unary(async (request: proto.InvokeRequest) => {
      const args = unwrap(decodeStruct(request.getArgs())) as WireObject;
      const response = new proto.InvokeResponse();
      response.setReturn(struct(await provider.invoke(request.getTok(), args)));
      return response;
    }),
    cancel: unary(() => {
      provider.cancel();
      return new Empty();
    }),
    attach: unary(() => new Empty()),
  };
  const refused = Object.keys(ResourceProviderService)
    .filter((name) => !(name in implemented))
    .map((name) => [
      name,
      unary(() => Promise.reject(new ProviderError("unimplemented", `no ${name} in the sandbox`))),
    ]);
  return { ...Object.fromEntries(refused), ...implemented } as UntypedServiceImplementation;
}

function unary<In, Out>(handle: (request: In) => Out | Promise<Out>) {
  return (call: ServerUnaryCall<In, Out>, callback: sendUnaryData<Out>): void => {
    // A function throws inside the chain, not out of it.
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(serviceError(error)),
      );
  };
}

function serviceError(error: unknown): Partial<ServiceError> {
  if (error instanceof NotReady) {
    const detail = new proto.ErrorResourceInitFailed();
    detail.setId(error.id);
    detail.setProperties(struct(error.outputs));
    detail.setReasonsList([error.message]);
    const packed = new Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const whole = new Status();
    whole.setCode(status.UNKNOWN);
    whole.setMessage(error.message);
    whole.addDetails(packed);
    const metadata = new Metadata();
    metadata.add("grpc-status-details-bin", Buffer.from(whole.serializeBinary()));
    return { code: status.UNKNOWN, details: error.message, metadata };
  }
  if (error instanceof ProviderError) {
    return { code: CODES[error.reason], details: error.message };
  }
  if (error instanceof Error && error.name === "AbortError") {
    return { code: status.CANCELLED, details: "cancelled while it waited" };
  }
  return { code: status.INTERNAL, details: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function checked(request: proto.CheckRequest): proto.CheckResponse {
  const response = new proto.CheckResponse();
  response.setInputs(request.getNews() ?? new Struct());
  return response;
}

function diffed({ changes, deleteBeforeReplace }: ObjectDiff): proto.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  const { Kind } = proto.PropertyDiff;
  const response = new proto.DiffResponse();
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList([...new Set(changes.map(({ key }) => key))]);
  response.setReplacesList([...new Set(changes.filter(({ replaces }) => replaces).map(({ key }) => key))]);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  for (const { path, kind, replaces } of changes) {
    const detail = new proto.PropertyDiff();
    const kinds = { add: Kind.ADD, delete: Kind.DELETE, update: Kind.UPDATE };
    // Each kind is followed by itself with a replacement.
    detail.setKind(replaces ? kinds[kind] + 1 : kinds[kind]);
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

function subjectOf(request: { getUrn(): string }): Subject {
  const urn = request.getUrn();
  return { urn, type: urnType(urn), name: urnName(urn) };
}

function struct(properties: WireObject): Struct {
  return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]);
}
