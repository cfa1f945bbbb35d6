import { runtime } from "@pulumi/pulumi";

// The modules themselves, not copies with getters: a run replaces functions in them.
import log = require("@pulumi/pulumi/log");

import { Resource } from "@pulumi/pulumi/resource";

import debuggable = require("@pulumi/pulumi/runtime/debuggable");

import * as settings from "@pulumi/pulumi/runtime/settings";
import * as state from "@pulumi/pulumi/runtime/state";
import type { CallSites } from "./callSites";
import type { Constructions } from "./construction";
import type { Diagnostics } from "./diagnostics";
import { knownValue } from "./outputs";

/** The parts of the SDK that its types keep to themselves. */
interface Store {
  resourcePackages: unknown;
  resourceModules: unknown;
  settings: { options: Record<string, unknown>; rpcDone: Promise<unknown> };
  logErrorCount: number;
}
const { LocalStore } = state as { LocalStore: new () => Store };
const globals = globalThis as { globalStore: Store | undefined; stackResource: unknown };
const sdkSettings = settings as unknown as { waitForRPCs(): Promise<void>; _reset(): void };

/** What a run needs of the SDK while it has it. */
export interface SdkSession {
  /** The label of the registration that first met an error, as `resource:NAME[TYPE]`. */
  labelsOf(error: unknown): readonly string[];
  /** Runs the program inside a stack and waits for everything it registered. */
  run(program: () => Promise<Record<string, unknown> | undefined>, report: (error: unknown) => void): Promise<void>;
  /** Puts back what the session changed. */
  close(): void;
}

/**
 * Takes the SDK's global state for one run: a store of its own, so that nothing of an earlier run is left and nothing of
 * this one stays, the run's configuration, and its log. The SDK's own debugging aids, which record a stack for every promise
 * and format one for every resource, are left out: they cost more than the rest of a registration, and where a resource
 * is made is known from its construction.
 */
export function openSdk(options: {
  readonly directory?: string;
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  readonly diagnostics: Diagnostics;
  readonly constructions: Constructions;
  readonly callSites: CallSites;
}): SdkSession {
  const outer = globals.globalStore;
  const outerStack = globals.stackResource;
  const store = new LocalStore();
  if (outer !== undefined) {
    // Packages announce their classes once, when they are first imported.
    store.resourcePackages = outer.resourcePackages;
    store.resourceModules = outer.resourceModules;
  }
  globals.globalStore = store;
  store.settings.options.rootDirectory = options.directory ?? process.cwd();
  runtime.setAllConfig({ ...options.config }, [...options.secretKeys]);

  const labels = new Map<unknown, string[]>();
  const restore = [patchLog(store, options.diagnostics), patchDebugging(labels), patchCalls(options.callSites)];

  return {
    labelsOf(error) {
      const context = (error as { promise?: { _debugCtx?: string } } | undefined)?.promise?._debugCtx;
      return labels.get(error) ?? (context?.startsWith("resource:") ? [context] : []);
    },
    async run(program, report) {
      const outputs = runtime.runInPulumiStack(async () => {
        runtime.registerStackTransformation(({ resource, type, name, props, opts }) => {
          options.constructions.add(resource, type, name, props, opts);
          return undefined;
        });
        // An engine is told of the stack before the program starts, and the SDK waits for that; alone it would not, and
        // the program's transforms would reach the stack itself.
        await urnOf((state as { getStackResource(): Resource }).getStackResource());
        return program();
      });
      await outputs.catch(report);
      await sdkSettings.waitForRPCs();
    },
    close() {
      settings.disconnectSync();
      sdkSettings._reset();
      for (const undo of restore) {
        undo();
      }
      globals.globalStore = outer;
      globals.stackResource = outerStack;
    },
  };
}

/** The SDK logs to an engine over gRPC, or to the console where there is none. */
function patchLog(store: Store, diagnostics: Diagnostics): () => void {
  const target = log as Record<"info" | "warn" | "error", (message: string, resource?: Resource) => Promise<void>>;
  const original = { info: target.info, warn: target.warn, error: target.error };
  const record = (severity: "info" | "warning" | "error") => async (message: string, resource?: Resource) => {
    if (severity === "error") {
      store.logErrorCount++;
    }
    const urn = resource === undefined ? undefined : await urnOf(resource);
    diagnostics.add(severity, message, urn);
  };
  Object.assign(target, { info: record("info"), warn: record("warning"), error: record("error") });
  return () => Object.assign(target, original);
}

function urnOf(resource: Resource): Promise<string> {
  return knownValue(resource.urn);
}

function patchDebugging(labels: Map<unknown, string[]>): () => void {
  const promises = debuggable as {
    debuggablePromise: <T>(promise: Promise<T>, context: string) => Promise<T>;
  };
  const sites = Resource as unknown as { stackTrace: (skip: number) => unknown[] };
  const original = { debuggablePromise: promises.debuggablePromise, stackTrace: sites.stackTrace };
  promises.debuggablePromise = (promise, context) =>
    typeof context === "string" && context.startsWith("resource:")
      ? promise.catch((error) => {
          const known = labels.get(error);
          if (known === undefined) {
            labels.set(error, [context]);
          } else {
            known.push(context);
          }
          throw error;
        })
      : promise;
  sites.stackTrace = () => [];
  return () => {
    promises.debuggablePromise = original.debuggablePromise;
    sites.stackTrace = original.stackTrace;
  };
}

const CALLS = ["invoke", "invokeOutput", "invokeSingle", "invokeSingleOutput", "call", "callSingle"] as const;

/** Notes where the program enters the SDK's functions that call a provider's. */
function patchCalls(callSites: CallSites): () => void {
  type Call = (token: string, ...rest: unknown[]) => unknown;
  const target = runtime as unknown as Record<string, Call | undefined>;
  const originals = new Map<string, Call>();
  for (const name of CALLS) {
    const original = target[name];
    if (original !== undefined) {
      originals.set(name, original);
      target[name] = function entered(token, ...rest) {
        callSites.add(token, entered);
        return original(token, ...rest);
      };
    }
  }
  return () => Object.assign(target, Object.fromEntries(originals));
}
