import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engproto from "@pulumi/pulumi/proto/engine_pb";
import * as provproto from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as resproto from "@pulumi/pulumi/proto/resource_pb";
import * as settings from "@pulumi/pulumi/runtime/settings";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Diagnostic, Diagnostics } from "./diagnostics";
import type { Monitor } from "./monitor";
import { type Encoder, type Method, monitorService } from "./service";
import type { WireObject } from "./wire";

/** A monitor and an engine served on the loopback address. */
export interface GrpcServer {
  readonly port: number;
  readonly address: string;
  readonly close: () => Promise<void>;
}

function struct(properties: WireObject): Struct {
  return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]);
}

const messages: Encoder = {
  registered(answer) {
    const response = new resproto.RegisterResourceResponse();
    response.setUrn(answer.urn);
    response.setId(answer.id);
    response.setObject(struct(answer.properties));
    return response;
  },
  read(answer) {
    const response = new resproto.ReadResourceResponse();
    response.setUrn(answer.urn);
    response.setProperties(struct(answer.properties));
    return response;
  },
  invoked(result) {
    const response = new provproto.InvokeResponse();
    response.setReturn(struct(result ?? {}));
    return response;
  },
  called(result) {
    const response = new provproto.CallResponse();
    response.setReturn(struct(result ?? {}));
    return response;
  },
  feature(supported) {
    const response = new resproto.SupportsFeatureResponse();
    response.setHassupport(supported);
    return response;
  },
  packageRef(reference) {
    const response = new resproto.RegisterPackageResponse();
    response.setRef(reference);
    return response;
  },
  empty: () => new Empty(),
};

const SEVERITIES: Readonly<Record<number, Diagnostic["severity"]>> = {
  [engproto.LogSeverity.DEBUG]: "debug",
  [engproto.LogSeverity.INFO]: "info",
  [engproto.LogSeverity.WARNING]: "warning",
  [engproto.LogSeverity.ERROR]: "error",
};

/** Serves ResourceMonitor and Engine on one port of the loopback address. */
export async function serveGrpc(monitor: Monitor, diagnostics: Diagnostics): Promise<GrpcServer> {
  const server = new Server({
    "grpc.max_receive_message_length": 1024 * 1024 * 400,
    "grpc.max_send_message_length": 1024 * 1024 * 400,
  });
  server.addService(ResourceMonitorService, handlers(monitorService(monitor, messages)));
  let root = "";
  server.addService(
    EngineService,
    handlers({
      log: (request: engproto.LogRequest, done) => {
        diagnostics.add(SEVERITIES[request.getSeverity()] ?? "info", request.getMessage(), request.getUrn());
        done(null, new Empty());
      },
      getRootResource: (_: engproto.GetRootResourceRequest, done) => {
        const response = new engproto.GetRootResourceResponse();
        response.setUrn(root);
        done(null, response);
      },
      setRootResource: (request: engproto.SetRootResourceRequest, done) => {
        root = request.getUrn();
        done(null, new engproto.SetRootResourceResponse());
      },
      // There is no Pulumi here whose version could be too old.
      requirePulumiVersion: (_: unknown, done) => done(null, new engproto.RequirePulumiVersionResponse()),
    }),
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    port,
    address: `127.0.0.1:${port}`,
    close: async () => server.forceShutdown(),
  };
}

/** Serves the monitor and points the SDK in this process at it. */
export async function attachGrpc(monitor: Monitor, diagnostics: Diagnostics): Promise<GrpcServer> {
  const server = await serveGrpc(monitor, diagnostics);
  const { project, stack, mode, organization } = monitor.settings;
  settings.resetOptions(project, stack, 16, server.address, server.address, mode === "preview", organization);
  return server;
}

function handlers(methods: { readonly [name: string]: Method<never> }): UntypedServiceImplementation {
  const implementation: UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(methods)) {
    implementation[name] = (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>) => {
      method(call.request as never, done as Parameters<Method<never>>[1]);
    };
  }
  return implementation;
}
