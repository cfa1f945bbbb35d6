import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Environments, messageOf } from "./environments";
import { Queues } from "./queue";
import { isAllowed, isSigned, type Wish, wishOf } from "./webhook";

export interface ServiceOptions {
  readonly environments: Environments;
  /** Secret the webhook's deliveries are signed with. */
  readonly secret: string;
  /** Token that whoever asks for the environments has to name. */
  readonly token: string;
  /** Repository whose pull requests get environments: `owner/name`. */
  readonly repository: string;
  /** Environments worked on at once. @default 2 */
  readonly concurrency?: number;
  readonly log?: (line: string) => void;
}

/** How a pull request's environment is. */
export interface Status {
  readonly name: string;
  readonly state: "opening" | "open" | "closing" | "failed";
  readonly commit?: string;
  readonly url?: string;
  readonly expiresAt?: Date;
  readonly problem?: string;
}

/** Deliveries remembered, so that one sent again is done once. */
const REMEMBERED = 1_000;
const LARGEST_BODY = 1_048_576;

/** Opens and closes an environment per pull request, as a webhook tells it. */
export class PreviewService {
  readonly queues: Queues;
  private readonly options: ServiceOptions;
  private readonly statuses = new Map<number, Status>();
  private readonly deliveries = new Set<string>();

  constructor(options: ServiceOptions) {
    this.options = options;
    this.queues = new Queues(options.concurrency ?? 2);
  }

  server(): Server {
    return createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        this.log(`request failed: ${String(error)}`);
        reply(response, 500, { error: "see the log" });
      });
    });
  }

  /** Learns what there is from the backend: a service that was started again knows what the last one opened. */
  async restore(): Promise<void> {
    for (const { name, expiresAt, commit, url, problem } of await this.options.environments.list()) {
      const number = numberOf(name);
      // What was asked for meanwhile is newer.
      if (number !== undefined && !this.statuses.has(number)) {
        const known = { ...(commit === undefined ? {} : { commit }), ...(url === undefined ? {} : { url }) };
        const state = problem === undefined ? { state: "open" as const } : { state: "failed" as const, problem };
        this.statuses.set(number, { name, ...state, ...known, expiresAt });
      }
    }
  }

  /**
   * Lets what is out of time be destroyed, each in the line of its own name, behind what is done to it; to be called now and
   * then. Gives the names.
   */
  async prune(): Promise<readonly string[]> {
    const found = await this.options.environments.list();
    const expired = found.filter((environment) => environment.expired).map(({ name }) => name);
    for (const name of expired) {
      this.queues.add(name, () => this.pruneOne(name));
    }
    return expired;
  }

  private async pruneOne(name: string): Promise<void> {
    try {
      if (await this.options.environments.prune(name)) {
        this.log(`${name} pruned`);
        this.forget(name);
      }
    } catch (error) {
      this.log(`prune of ${name} failed: ${messageOf(error)}`);
    }
  }

  /** Forgets one that is gone, unless somebody has asked for it again. */
  private forget(name: string): void {
    const number = numberOf(name);
    const state = number === undefined ? undefined : this.statuses.get(number)?.state;
    if (number !== undefined && (state === "open" || state === "failed")) {
      this.statuses.delete(number);
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<ServerResponse> {
    const { method, url } = request;
    if (method === "GET" && url === "/healthz") {
      return reply(response, 200, { status: "ok" });
    }
    if (method === "GET" && url === "/environments") {
      if (!isAllowed(header(request, "authorization"), this.options.token)) {
        response.setHeader("www-authenticate", "Bearer");
        return reply(response, 401, { error: "name the token: Authorization: Bearer TOKEN" });
      }
      return reply(response, 200, Object.fromEntries(this.statuses));
    }
    if (method !== "POST" || url !== "/webhook") {
      return reply(response, 404, { error: "POST /webhook, GET /environments or GET /healthz" });
    }
    const body = await bodyOf(request);
    if (body === undefined) {
      return reply(response, 413, { error: "larger than any delivery" });
    }
    if (!isSigned(body, header(request, "x-hub-signature-256"), this.options.secret)) {
      return reply(response, 401, { error: "the signature does not match" });
    }
    return this.deliver(request, body, response);
  }

  private deliver(request: IncomingMessage, body: Buffer, response: ServerResponse): ServerResponse {
    const delivery = header(request, "x-github-delivery");
    if (delivery === undefined) {
      return reply(response, 400, { error: "the delivery has no id" });
    }
    if (this.deliveries.has(delivery)) {
      return reply(response, 200, { result: "known already" });
    }
    let wish: Wish | undefined;
    try {
      wish = wishOf(header(request, "x-github-event"), body, this.options.repository);
    } catch {
      return reply(response, 400, { error: "the body is no JSON" });
    }
    this.remember(delivery);
    if (wish === undefined) {
      return reply(response, 200, { result: "nothing to do" });
    }
    this.grant(wish);
    // The engine takes minutes, a webhook's patience seconds: the work goes on after the answer.
    return reply(response, 202, { result: wish.kind, environment: nameOf(wish.number) });
  }

  private grant(wish: Wish): void {
    const { number } = wish;
    const name = nameOf(number);
    const current = this.statuses.get(number);
    if (wish.kind === "open") {
      if (current?.commit === wish.commit && (current.state === "open" || current.state === "opening")) {
        return;
      }
      this.statuses.set(number, { name, state: "opening", commit: wish.commit });
      this.queues.put(name, () => this.open(number, name, wish.commit));
    } else {
      this.statuses.set(number, { name, state: "closing" });
      this.queues.put(name, () => this.close(number, name));
    }
  }

  private async open(number: number, name: string, commit: string): Promise<void> {
    try {
      const opened = await this.options.environments.open({ name, commit });
      this.settle(number, "opening", commit, { name, state: "open", commit, ...opened });
    } catch (error) {
      this.fail(number, "opening", name, commit, error);
    }
  }

  private async close(number: number, name: string): Promise<void> {
    try {
      await this.options.environments.close(name);
      this.log(`${name} closed`);
      if (this.statuses.get(number)?.state === "closing") {
        this.statuses.delete(number);
      }
    } catch (error) {
      this.fail(number, "closing", name, undefined, error);
    }
  }

  private fail(number: number, state: Status["state"], name: string, commit: string | undefined, error: unknown): void {
    const problem = messageOf(error);
    this.settle(number, state, commit, { name, state: "failed", problem, ...(commit === undefined ? {} : { commit }) });
  }

  /** Writes a result down, unless a later wish has taken the place of the one it is of. */
  private settle(number: number, state: Status["state"], commit: string | undefined, status: Status): void {
    this.log(`${status.name} ${status.state}${status.problem === undefined ? "" : `: ${status.problem}`}`);
    const current = this.statuses.get(number);
    if (current?.state === state && current.commit === commit) {
      this.statuses.set(number, status);
    }
  }

  private remember(delivery: string): void {
    this.deliveries.add(delivery);
    const [oldest] = this.deliveries;
    if (this.deliveries.size > REMEMBERED && oldest !== undefined) {
      this.deliveries.delete(oldest);
    }
  }

  private log(line: string): void {
    this.options.log?.(line);
  }
}

/** Name of a pull request's environment, and so of its stack. */
export function nameOf(number: number): string {
  return `pr-${number}`;
}

/** The pull request of an environment; undefined where it is of none. */
function numberOf(name: string): number | undefined {
  const number = Number(/^pr-([1-9]\d*)$/.exec(name)?.[1]);
  return Number.isSafeInteger(number) ? number : undefined;
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The body of a request; undefined where it is larger than any delivery. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= LARGEST_BODY) {
      chunks.push(chunk);
    }
  }
  return size > LARGEST_BODY ? undefined : Buffer.concat(chunks);
}

function reply(response: ServerResponse, status: number, body: unknown): ServerResponse {
  response.writeHead(status, { "content-type": "application/json" });
  return response.end(`${JSON.stringify(body)}\n`);
}
