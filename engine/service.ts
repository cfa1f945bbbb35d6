import type * as resproto from "@pulumi/pulumi/proto/resource_pb";
import { decodeCallback, decodeRead, decodeRegister, decodeStruct, given } from "./decode";
import type { Failure } from "./failures";
import type { Registered } from "./goal";
import type { Call, Monitor } from "./monitor";
import { InvokeMissing, MonitorError } from "./monitorErrors";
import type { WireObject } from "./wire";

/** The features this engine has; the SDK leaves out of its requests what is not listed. */
const FEATURES: ReadonlySet<string> = new Set([
  "secrets",
  "resourceReferences",
  "outputValues",
  "aliasSpecs",
  "deletedWith",
  "replaceWith",
  "transforms",
  "invokeTransforms",
  "parameterization",
  "resourceHooks",
  "errorHooks",
]);

/** How a transport writes answers: as protocol messages, or as bare objects with the same getters. */
export interface Encoder {
  registered(answer: Registered): unknown;
  read(answer: Registered): unknown;
  invoked(result: WireObject | undefined): unknown;
  called(result: WireObject | undefined): unknown;
  feature(supported: boolean): unknown;
  packageRef(reference: string): unknown;
  empty(): unknown;
}

/** A request handler, as the generated client and server stubs both take it. */
export type Method<Request> = (request: Request, done: (error: unknown, answer?: unknown) => void) => void;

/** The whole of ResourceMonitor over one monitor, for any transport. */
export function monitorService(monitor: Monitor, encoder: Encoder) {
  const { failures } = monitor.settings;

  /** `tokenOf` names the function a request calls, so that its failure can be told with the place of the call. */
  function method<Request>(
    handle: (request: Request) => unknown,
    tokenOf?: (request: Request) => string,
  ): Method<Request> {
    return (request, done) => {
      monitor.activity++;
      monitor.inFlight++;
      const succeed = (answer: unknown) => {
        monitor.inFlight--;
        done(null, answer);
      };
      const fail = (error: unknown) => {
        monitor.inFlight--;
        failures.add(failureOf(error, callSite(error, tokenOf?.(request))));
        done(error instanceof MonitorError ? error : new MonitorError("program", messageOf(error)));
      };
      let answer: unknown;
      try {
        answer = handle(request);
      } catch (error) {
        fail(error);
        return;
      }
      if (answer instanceof Promise) {
        answer.then(succeed, fail);
      } else {
        succeed(answer);
      }
    };
  }

  function callSite(error: unknown, token: string | undefined): string | undefined {
    if (token === undefined) {
      return undefined;
    }
    return error instanceof InvokeMissing ? monitor.callSites.first(token) : monitor.callSites.only(token);
  }

  return {
    supportsFeature: method((request: resproto.SupportsFeatureRequest) =>
      encoder.feature(FEATURES.has(request.getId())),
    ),
    registerResource: method((request: resproto.RegisterResourceRequest) => {
      const answer = monitor.registerResource(decodeRegister(request));
      return answer instanceof Promise ? answer.then(encoder.registered) : encoder.registered(answer);
    }),
    readResource: method((request: resproto.ReadResourceRequest) =>
      encoder.read(monitor.readResource(decodeRead(request))),
    ),
    registerResourceOutputs: method((request: resproto.RegisterResourceOutputsRequest) => {
      monitor.registerResourceOutputs(request.getUrn(), decodeStruct(request.getOutputs()));
      return encoder.empty();
    }),
    invoke: method(
      (request: resproto.ResourceInvokeRequest) => monitor.invoke(decodeCall(request)).then(encoder.invoked),
      (request) => request.getTok(),
    ),
    call: method(
      (request: resproto.ResourceCallRequest) => encoder.called(monitor.call(decodeCall(request))),
      (request) => request.getTok(),
    ),
    registerStackTransform: method((request: Parameters<typeof decodeCallback>[0]) => {
      monitor.settings.transforms.addStackTransform(decodeCallback(request));
      return encoder.empty();
    }),
    registerStackInvokeTransform: method((request: Parameters<typeof decodeCallback>[0]) => {
      monitor.settings.transforms.addInvokeTransform(decodeCallback(request));
      return encoder.empty();
    }),
    registerResourceHook: method((request: resproto.RegisterResourceHookRequest) => {
      monitor.registerHook(request.getName());
      return encoder.empty();
    }),
    registerErrorHook: method((request: resproto.RegisterErrorHookRequest) => {
      monitor.registerHook(request.getName());
      return encoder.empty();
    }),
    registerPackage: method((request: resproto.RegisterPackageRequest) => {
      const parameters = request.getParameterization();
      return encoder.packageRef(
        monitor.registerPackage(
          parameters?.getName() ?? request.getName(),
          parameters?.getVersion() ?? request.getVersion(),
        ),
      );
    }),
    signalAndWaitForShutdown: method(() => encoder.empty()),
  };
}

function decodeCall(request: resproto.ResourceInvokeRequest | resproto.ResourceCallRequest): Call {
  const version = given(request.getVersion());
  return {
    token: request.getTok(),
    args: decodeStruct(request.getArgs()),
    provider: given(request.getProvider()),
    ...(version === undefined ? {} : { version }),
  };
}

function failureOf(error: unknown, source: string | undefined): Failure {
  const place = source === undefined ? {} : { source };
  if (error instanceof MonitorError) {
    const { failure } = error as { failure?: Failure };
    const urn = error.urn === undefined ? {} : { urn: error.urn };
    return failure ?? { kind: error.kind, message: error.message, ...urn, ...place };
  }
  return { kind: "program", message: messageOf(error), ...place, cause: error };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
