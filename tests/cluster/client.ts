import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { type Access, readKubeconfig } from "./kubeconfig";
import { fieldsOf, type KubernetesObject, listOf, type Reference } from "./objects";

/** Who the API server takes these tests for. */
export const FIELD_MANAGER = "groundplan-test";

const REQUEST_TIMEOUT_MS = 120_000;
const POLL_MS = 100;

/** An answer that is not a success. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly body: unknown,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export interface Query {
  readonly [name: string]: string | undefined;
}

interface Call {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  readonly contentType?: string;
}

export interface Answer {
  readonly body: unknown;
  /** What the server warns of: pod security that only warns, deprecated versions. */
  readonly warnings: readonly string[];
}

interface ResourceKind {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** A cluster by its API, with no more than these tests need. */
export class Cluster {
  private readonly agent: Agent;
  private readonly base: URL;
  private readonly kinds = new Map<string, ReadonlyMap<string, ResourceKind>>();

  constructor(private readonly access: Access) {
    this.agent = new Agent({ keepAlive: true, ca: access.ca, cert: access.certificate, key: access.key });
    this.base = new URL(access.server);
  }

  static fromKubeconfig(path: string): Cluster {
    return new Cluster(readKubeconfig(path));
  }

  /** Closes the connections kept open. */
  close(): void {
    this.agent.destroy();
  }

  async get(reference: Reference): Promise<KubernetesObject> {
    return (await this.call({ method: "GET", path: await this.pathOf(reference) })).body as KubernetesObject;
  }

  /** The objects of a kind, everywhere or in one namespace. */
  async list(
    apiVersion: string,
    kind: string,
    namespace?: string,
    query?: Query,
  ): Promise<readonly KubernetesObject[]> {
    const path = await this.collection(apiVersion, kind, namespace);
    const { body } = await this.call({ method: "GET", path, query });
    // Items of a list come without the kind they are of.
    return listOf(fieldsOf(body).items).map((item) => ({ ...item, apiVersion, kind }) as KubernetesObject);
  }

  /** Server-side apply, as the Pulumi provider does it, refusing unknown and duplicate fields. */
  async apply(object: KubernetesObject, dryRun = false): Promise<Answer> {
    return this.call({
      method: "PATCH",
      path: await this.pathOf(object),
      query: {
        fieldManager: FIELD_MANAGER,
        force: "true",
        fieldValidation: "Strict",
        dryRun: dryRun ? "All" : undefined,
      },
      body: object,
      contentType: "application/apply-patch+yaml",
    });
  }

  async create(object: KubernetesObject, dryRun = false): Promise<Answer> {
    return this.call({
      method: "POST",
      path: await this.collection(object.apiVersion, object.kind, object.metadata.namespace),
      query: { fieldManager: FIELD_MANAGER, fieldValidation: "Strict", dryRun: dryRun ? "All" : undefined },
      body: object,
    });
  }

  async merge(reference: Reference, patch: unknown, subresource = ""): Promise<KubernetesObject> {
    const path = `${await this.pathOf(reference)}${subresource && `/${subresource}`}`;
    const contentType = "application/merge-patch+json";
    return (await this.call({ method: "PATCH", path, body: patch, contentType })).body as KubernetesObject;
  }

  /** Asks for a subresource's action, such as a pod's eviction. */
  async act(reference: Reference, subresource: string, body: unknown): Promise<Answer> {
    return this.call({ method: "POST", path: `${await this.pathOf(reference)}/${subresource}`, body });
  }

  /** Deletes an object; what is not there is as good as deleted. */
  async delete(reference: Reference): Promise<void> {
    const path = await this.pathOf(reference);
    await this.call({ method: "DELETE", path, query: { propagationPolicy: "Background" } }).catch(ignoreNotFound);
  }

  /** Waits until an object is as wanted, following its changes. Resolves to what it was last when time runs out. */
  async until(
    reference: Reference,
    wanted: (object: KubernetesObject | undefined) => boolean,
    timeoutMs: number,
  ): Promise<{ readonly met: boolean; readonly last: KubernetesObject | undefined }> {
    const deadline = Date.now() + timeoutMs;
    const path = await this.collection(reference.apiVersion, reference.kind, reference.metadata.namespace);
    const query = { fieldSelector: `metadata.name=${reference.metadata.name}` };
    for (;;) {
      const { body } = await this.call({ method: "GET", path, query });
      let last = listOf(fieldsOf(body).items)[0] as KubernetesObject | undefined;
      if (wanted(last)) {
        return { met: true, last };
      }
      const resourceVersion = String(fieldsOf(fieldsOf(body).metadata).resourceVersion);
      for await (const event of this.watch(path, { ...query, resourceVersion }, deadline)) {
        if (event.type === "ERROR") {
          break;
        }
        last = event.type === "DELETED" ? undefined : (event.object as KubernetesObject);
        if (wanted(last)) {
          return { met: true, last };
        }
      }
      if (Date.now() >= deadline) {
        return { met: false, last };
      }
    }
  }

  /** Whether a kind is served; what was learned is forgotten first when `refresh` is set. */
  async serves(apiVersion: string, kind: string, refresh = false): Promise<boolean> {
    if (refresh) {
      this.kinds.delete(apiVersion);
    }
    return (await this.kindsOf(apiVersion)).has(kind);
  }

  /** Whether objects of a kind live in namespaces. */
  async isNamespaced(apiVersion: string, kind: string): Promise<boolean> {
    return (await this.kind(apiVersion, kind)).namespaced;
  }

  async call(call: Call): Promise<Answer> {
    const response = await this.send(call, REQUEST_TIMEOUT_MS);
    const chunks: Buffer[] = [];
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
    }
    const text = Buffer.concat(chunks).toString();
    const json = response.headers["content-type"]?.startsWith("application/json") ?? false;
    const body: unknown = json ? JSON.parse(text) : text;
    const status = response.statusCode ?? 0;
    if (status >= 300) {
      const { reason, message } = fieldsOf(body);
      throw new ApiError(status, String(reason ?? ""), String(message ?? text), body);
    }
    return { body, warnings: warningsOf(response.headers.warning) };
  }

  private async *watch(
    path: string,
    query: Query,
    deadline: number,
  ): AsyncGenerator<{ type: string; object: unknown }> {
    const remaining = deadline - Date.now();
    if (remaining <= 0) {
      return;
    }
    const response = await this.send({ method: "GET", path, query: { ...query, watch: "true" } }, remaining);
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      response.destroy();
    }, remaining);
    try {
      let rest = "";
      for await (const chunk of response.setEncoding("utf8")) {
        const lines = (rest + String(chunk)).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          yield JSON.parse(line) as { type: string; object: unknown };
        }
      }
    } catch (error) {
      // Ending the connection when the time is over looks like a broken one.
      if (!isOver) {
        throw error;
      }
    } finally {
      clearTimeout(timer);
      response.destroy();
    }
  }

  private send(call: Call, timeoutMs: number): Promise<IncomingMessage> {
    const url = new URL(`${this.base.pathname.replace(/\/$/, "")}${call.path}`, this.base);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) {
        url.searchParams.set(name, value);
      }
    }
    const { token } = this.access;
    const payload = call.body === undefined ? undefined : JSON.stringify(call.body);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        url,
        {
          method: call.method,
          agent: this.agent,
          timeout: timeoutMs + POLL_MS,
          headers: {
            accept: "application/json",
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(payload === undefined
              ? {}
              : {
                  "content-type": call.contentType ?? "application/json",
                  "content-length": Buffer.byteLength(payload),
                }),
          },
        },
        resolve,
      );
      outgoing.on("timeout", () =>
        outgoing.destroy(new Error(`${call.method} ${call.path}: no answer in ${timeoutMs} ms`)),
      );
      outgoing.on("error", reject);
      outgoing.end(payload);
    });
  }

  private async pathOf({ apiVersion, kind, metadata }: Reference): Promise<string> {
    return `${await this.collection(apiVersion, kind, metadata.namespace)}/${encodeURIComponent(metadata.name)}`;
  }

  /** Path of a kind's objects: those of one namespace, or all of them. */
  private async collection(apiVersion: string, kind: string, namespace: string | undefined): Promise<string> {
    const { plural, namespaced } = await this.kind(apiVersion, kind);
    const inNamespace = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
    return `${groupPath(apiVersion)}${inNamespace}/${plural}`;
  }

  private async kind(apiVersion: string, kind: string): Promise<ResourceKind> {
    const found = (await this.kindsOf(apiVersion)).get(kind);
    if (found === undefined) {
      throw new ApiError(404, "NotFound", `no kind ${kind} in ${apiVersion}`, undefined);
    }
    return found;
  }

  private async kindsOf(apiVersion: string): Promise<ReadonlyMap<string, ResourceKind>> {
    const known = this.kinds.get(apiVersion);
    if (known !== undefined) {
      return known;
    }
    const { body } = await this.call({ method: "GET", path: groupPath(apiVersion) }).catch(ignoreNotFound);
    const kinds = new Map(
      listOf(fieldsOf(body).resources)
        .filter(({ name }) => !String(name).includes("/"))
        .map(({ kind, name, namespaced }) => [String(kind), { plural: String(name), namespaced: namespaced === true }]),
    );
    if (kinds.size > 0) {
      this.kinds.set(apiVersion, kinds);
    }
    return kinds;
  }
}

/** Asks again and again until the answer is yes; for what the API has no watch for. */
export async function poll(what: string, timeoutMs: number, ask: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await ask())) {
    if (Date.now() >= deadline) {
      throw new Error(`${what}: not within ${timeoutMs} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function ignoreNotFound(error: unknown): Answer {
  if (error instanceof ApiError && error.status === 404) {
    return { body: undefined, warnings: [] };
  }
  throw error;
}

/** Reads `299 - "text", 299 - "text"`. */
function warningsOf(header: string | readonly string[] | undefined): readonly string[] {
  const text = typeof header === "string" ? header : (header ?? []).join(", ");
  return [...text.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, quoted]) =>
    (quoted ?? "").replace(/\\(.)/g, "$1"),
  );
}
