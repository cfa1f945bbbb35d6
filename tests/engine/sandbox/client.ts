import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { credentials, type Server, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { Counter } from "../../../engine/sandbox/counter";
import type { ReplaceRule } from "../../../engine/sandbox/diff";
import { type Fault, Faults } from "../../../engine/sandbox/faults";
import { SandboxProvider } from "../../../engine/sandbox/provider";
import { serveProvider } from "../../../engine/sandbox/server";
import { SandboxStore } from "../../../engine/sandbox/store";
import type { WireObject } from "../../../engine/wire";

export interface PluginSettings {
  readonly package: string;
  readonly config?: WireObject;
  /** Name of the provider resource. */
  readonly name?: string;
  readonly faults?: readonly Fault[];
  readonly run?: string;
  readonly replacesOn?: ReplaceRule;
  readonly deleteUnreachable?: boolean;
  /** Sandbox to share with others. @default one of its own */
  readonly directory?: string;
}

/** A provider plugin served within the process, and called as the engine calls it. */
export class Plugin {
  /** How often it was told to die. */
  deaths = 0;
  readonly directory: string;
  readonly store: SandboxStore;
  #client: ResourceProviderClient | undefined;
  #server: Server | undefined;
  #port = 0;

  constructor(private readonly settings: PluginSettings) {
    this.directory = settings.directory ?? mkdtempSync(join(tmpdir(), "groundplan-sandbox-"));
    this.store = new SandboxStore(this.directory, "passphrase");
  }

  async start(): Promise<this> {
    const { settings } = this;
    const counter = new Counter(join(this.directory, "faults"));
    const provider = new SandboxProvider({
      package: settings.package,
      store: this.store,
      faults: new Faults(settings.faults ?? [], counter, settings.run ?? "run"),
      replacesOn: settings.replacesOn ?? (() => false),
      deleteUnreachable: settings.deleteUnreachable ?? false,
      die: () => {
        this.deaths++;
        this.#server?.forceShutdown();
        return new Promise(() => undefined);
      },
    });
    const { port, server } = await serveProvider(provider, "1.2.3");
    this.#server = server;
    this.#port = port;
    this.#client = new ResourceProviderClient(`127.0.0.1:${this.#port}`, credentials.createInsecure());
    const configure = new proto.ConfigureRequest();
    configure.setArgs(struct(settings.config ?? {}));
    configure.setUrn(`urn:pulumi:dev::shop::pulumi:providers:${settings.package}::${settings.name ?? "main"}`);
    await this.call("configure", configure);
    return this;
  }

  stop(): void {
    this.#client?.close();
    this.#server?.forceShutdown();
    if (this.settings.directory === undefined) {
      rmSync(this.directory, { recursive: true, force: true });
    }
  }

  async create(urn: string, inputs: WireObject, preview = false): Promise<{ id: string; outputs: WireObject }> {
    const request = new proto.CreateRequest();
    request.setUrn(urn);
    request.setProperties(struct(inputs));
    request.setPreview(preview);
    const response = await this.call<proto.CreateResponse>("create", request);
    return { id: response.getId(), outputs: plain(response.getProperties()) };
  }

  async update(urn: string, id: string, olds: WireObject, news: WireObject, preview = false): Promise<WireObject> {
    const request = new proto.UpdateRequest();
    request.setUrn(urn);
    request.setId(id);
    request.setOlds(struct(olds));
    request.setNews(struct(news));
    request.setPreview(preview);
    return plain((await this.call<proto.UpdateResponse>("update", request)).getProperties());
  }

  async read(urn: string, id: string, olds: WireObject = {}, inputs: WireObject = {}) {
    const request = new proto.ReadRequest();
    request.setUrn(urn);
    request.setId(id);
    request.setProperties(struct(olds));
    request.setInputs(struct(inputs));
    const response = await this.call<proto.ReadResponse>("read", request);
    return { id: response.getId(), outputs: plain(response.getProperties()), inputs: plain(response.getInputs()) };
  }

  async delete(urn: string, id: string, outputs: WireObject, inputs: WireObject): Promise<void> {
    const request = new proto.DeleteRequest();
    request.setUrn(urn);
    request.setId(id);
    request.setProperties(struct(outputs));
    request.setOldInputs(struct(inputs));
    await this.call("delete", request);
  }

  async check(urn: string, inputs: WireObject): Promise<WireObject> {
    const request = new proto.CheckRequest();
    request.setUrn(urn);
    request.setNews(struct(inputs));
    return plain((await this.call<proto.CheckResponse>("check", request)).getInputs());
  }

  async diff(urn: string, id: string, olds: WireObject, oldInputs: WireObject, news: WireObject) {
    return this.#diff("diff", urn, id, olds, oldInputs, news);
  }

  async diffConfig(olds: WireObject, news: WireObject) {
    return this.#diff("diffConfig", "urn:pulumi:dev::shop::pulumi:providers:kubernetes::main", "", olds, olds, news);
  }

  async invoke(token: string, args: WireObject): Promise<WireObject> {
    const request = new proto.InvokeRequest();
    request.setTok(token);
    request.setArgs(struct(args));
    return plain((await this.call<proto.InvokeResponse>("invoke", request)).getReturn());
  }

  async cancel(): Promise<void> {
    await this.call("cancel", new Empty());
  }

  call<Out>(method: string, request: unknown): Promise<Out> {
    return new Promise((resolve, reject) => {
      const client = this.#client as unknown as Record<
        string,
        (request: unknown, done: (error: ServiceError | null, response: Out) => void) => void
      >;
      client[method]?.call(client, request, (error, response) => (error ? reject(error) : resolve(response)));
    });
  }

  async #diff(
    method: string,
    urn: string,
    id: string,
    olds: WireObject,
    oldInputs: WireObject,
    news: WireObject,
  ): Promise<{ changes: Record<string, string>; replaces: string[]; deleteBeforeReplace: boolean }> {
    const request = new proto.DiffRequest();
    request.setUrn(urn);
    request.setId(id);
    request.setOlds(struct(olds));
    request.setOldInputs(struct(oldInputs));
    request.setNews(struct(news));
    const response = await this.call<proto.DiffResponse>(method, request);
    const kinds = Object.entries(proto.PropertyDiff.Kind);
    const details = [...(response.getDetaileddiffMap().entries() as Iterable<[string, proto.PropertyDiff]>)];
    return {
      changes: Object.fromEntries(
        details.map(([path, detail]) => [path, kinds.find(([, kind]) => kind === detail.getKind())?.[0] ?? ""]),
      ),
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }
}

/** What a call that must fail fails with. */
export async function failure(call: Promise<unknown>): Promise<{ readonly code: number; readonly message: string }> {
  try {
    await call;
  } catch (error) {
    const { code, details } = error as ServiceError;
    return { code, message: details };
  }
  throw new Error("the call did not fail");
}

/** What the engine is told of an object that was made and is not ready. */
export async function initFailure(
  call: Promise<unknown>,
): Promise<{ id: string; outputs: WireObject; reasons: string[] }> {
  try {
    await call;
  } catch (error) {
    const [bytes] = (error as ServiceError).metadata.get("grpc-status-details-bin");
    const [detail] = Status.deserializeBinary(bytes as Buffer).getDetailsList();
    const failed = proto.ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() ?? new Uint8Array());
    return { id: failed.getId(), outputs: plain(failed.getProperties()), reasons: failed.getReasonsList() };
  }
  throw new Error("the call did not fail");
}

function struct(properties: WireObject): Struct {
  return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]);
}

function plain(found: Struct | undefined): WireObject {
  return (found?.toJavaScript() ?? {}) as WireObject;
}
