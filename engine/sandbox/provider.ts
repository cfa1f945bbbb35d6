import { setTimeout as sleep } from "node:timers/promises";
import { answerInvoke } from "../invokes";
import { InvokeMissing } from "../monitorErrors";
import { builtInInvokes } from "../simulators";
import { urnName } from "../urn";
import { isUnknown, unwrap, type WireObject } from "../wire";
import { diffObject, type ObjectDiff, type ReplaceRule } from "./diff";
import type { Faults, Struck } from "./faults";
import { inherited, kept } from "./inherited";
import { foresee, foreseeChange, make, makeForeign, type Wanted } from "./objects";
import { clusterOf, scopeOf, scopesOf } from "./scope";
import { ObjectExists, type SandboxObject, type SandboxStore } from "./store";

/** Why a provider refuses; the transport gives each its code. */
export class ProviderError extends Error {
  constructor(
    readonly reason: "failed" | "unavailable" | "exists" | "not-found" | "unimplemented",
    message: string,
  ) {
    super(message);
  }
}

/** The object is there and not ready: the engine keeps it, and tries to mend it at the next update. */
export class NotReady extends Error {
  constructor(
    readonly id: string,
    readonly outputs: WireObject,
    reason: string,
  ) {
    super(reason);
  }
}

/** What one provider plugin works with. */
export interface ProviderSettings {
  readonly package: string;
  readonly store: SandboxStore;
  readonly faults: Faults;
  readonly replacesOn: ReplaceRule;
  /** Lets this process die. Never resolves. */
  readonly die: () => Promise<never>;
  /** Whether objects of a cluster out of reach are forgotten, whatever the provider's configuration says. */
  readonly deleteUnreachable: boolean;
}

/** A resource as a request names it. */
export interface Subject {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
}

/** A provider of the pretended cloud, apart from its transport. */
export class SandboxProvider {
  #config: WireObject = {};
  #name = "default";
  #dying = false;
  readonly #cancelled = new AbortController();

  constructor(private readonly settings: ProviderSettings) {}

  configure(config: WireObject, urn: string | undefined): void {
    this.#config = unwrap(config) as WireObject;
    this.#name = urn === undefined || urn === "" ? "default" : urnName(urn);
  }

  /** Ends waiting calls. */
  cancel(): void {
    this.#cancelled.abort();
  }

  /** Nobody waits for an answer any more: from here on no call has an effect. */
  abandon(): void {
    this.#dying = true;
  }

  /** A provider is replaced where it would talk to another cluster: its objects are not there. */
  diffConfig(olds: WireObject, news: WireObject): ObjectDiff {
    const [old, next] = [unwrap(olds) as WireObject, unwrap(news) as WireObject];
    const known = [old, next].every(
      (config) => !isUnknown(config.kubeconfig) || config.clusterIdentifier !== undefined,
    );
    const moved = this.settings.package === "kubernetes" && known && clusterOf(old) !== clusterOf(next);
    const { changes } = diffObject({
      current: { ...PROVIDER, inputs: olds, id: "", outputs: {} },
      next: { ...PROVIDER, inputs: news },
      replacesOn: (_, path) => moved && /^(clusterIdentifier|kubeconfig|context|cluster)\b/.test(path),
    });
    return { changes, deleteBeforeReplace: false };
  }

  diff(subject: Subject, id: string, olds: WireObject, oldInputs: WireObject, news: WireObject): ObjectDiff {
    const current = this.#wanted(subject, oldInputs, this.#find(subject, id, oldInputs)?.seed ?? subject.urn);
    const next = this.#wanted(subject, news, this.settings.store.peekSeed(subject.urn));
    return diffObject({ current: { ...current, id, outputs: olds }, next, replacesOn: this.settings.replacesOn });
  }

  previewCreate(subject: Subject, inputs: WireObject): WireObject {
    return foresee(this.#wanted(subject, inputs, this.settings.store.peekSeed(subject.urn)));
  }

  previewUpdate(subject: Subject, id: string, olds: WireObject, news: WireObject): WireObject {
    const seed = this.#find(subject, id, news)?.seed ?? subject.urn;
    return foreseeChange(this.#wanted(subject, news, seed), olds);
  }

  async create(subject: Subject, inputs: WireObject): Promise<{ readonly id: string; readonly outputs: WireObject }> {
    const struck = await this.#strike("create", subject);
    this.#refuseUnreachable(struck);
    const { store } = this.settings;
    const wanted = this.#wanted(subject, inputs, store.peekSeed(subject.urn));
    const made = make(wanted);
    const { id } = made;
    const outputs = { ...made.outputs, ...inherited(subject.type, inputs, () => store.list()) };
    const scope = scopeOf(this.settings.package, this.#config, unwrap(inputs) as WireObject, outputs);
    store.takeSeed(subject.urn);
    if (!this.#isStateless) {
      try {
        store.create({ ...subject, id, scope, seed: wanted.seed, inputs, outputs });
      } catch (error) {
        throw error instanceof ObjectExists ? new ProviderError("exists", error.message) : error;
      }
    }
    await this.#settle(struck, id, outputs);
    return { id, outputs };
  }

  async update(subject: Subject, id: string, olds: WireObject, news: WireObject): Promise<WireObject> {
    const struck = await this.#strike("update", subject);
    this.#refuseUnreachable(struck);
    if (this.#isStateless) {
      return { ...olds, ...news };
    }
    const object = this.#find(subject, id, news);
    if (object === undefined) {
      throw new ProviderError("not-found", `${subject.type} ${JSON.stringify(id)} is gone: refresh the stack`);
    }
    const made = make(this.#wanted(subject, news, object.seed));
    const outputs = { ...made.outputs, ...kept(subject.type, news, object.outputs) };
    this.settings.store.replace({ ...object, ...subject, inputs: news, outputs });
    await this.#settle(struck, id, outputs);
    return outputs;
  }

  /** Undefined where there is no such object, or where it is to be forgotten. */
  async read(
    subject: Subject,
    id: string,
    olds: WireObject,
    inputs: WireObject,
  ): Promise<{ readonly inputs: WireObject; readonly outputs: WireObject } | undefined> {
    const struck = await this.#strike("read", subject);
    if (struck.unreachable && this.settings.package === "kubernetes") {
      if (this.#forgetsUnreachable) {
        return undefined;
      }
      throw new ProviderError(
        "unavailable",
        `failed to read resource state due to unreachable cluster. ${FORGET_UNREACHABLE}`,
      );
    }
    this.#refuseUnreachable(struck);
    if (this.#isStateless) {
      if (Object.keys(olds).length === 0) {
        throw new ProviderError("unimplemented", `the sandbox keeps no ${subject.type} that could be imported`);
      }
      return { inputs, outputs: olds };
    }
    return this.#find(subject, id, inputs) ?? (knowsIdAlone(olds, inputs) ? this.#foreign(subject, id) : undefined);
  }

  async delete(subject: Subject, id: string, olds: WireObject, oldInputs: WireObject): Promise<void> {
    const struck = await this.#strike("delete", subject);
    if (struck.unreachable && this.settings.package === "kubernetes") {
      if (subject.type === HELM_RELEASE) {
        throw new ProviderError(
          "unavailable",
          `can't delete Helm Release with unreachable cluster. Reason: "${REFUSED}"`,
        );
      }
      if (this.#forgetsUnreachable) {
        return;
      }
      throw new ProviderError("unavailable", `configured Kubernetes cluster is unreachable. ${FORGET_UNREACHABLE}`);
    }
    this.#refuseUnreachable(struck);
    const object = this.#find(subject, id, oldInputs, olds);
    if (object !== undefined) {
      this.settings.store.delete(object);
      this.#deleteWith(object);
    }
    await this.#settle(struck, id, {});
  }

  async invoke(token: string, args: WireObject): Promise<WireObject> {
    const struck = await this.#strike("invoke", { urn: "", type: token, name: token });
    this.#refuseUnreachable(struck);
    const shared = { project: "", stack: "", organization: "", mode: "simulate", config: {} } as const;
    try {
      const answer = answerInvoke([builtInInvokes], { ...shared, token, args, provider: this.#config });
      return answer ?? {};
    } catch (error) {
      throw error instanceof InvokeMissing
        ? new ProviderError("unimplemented", `the sandbox does not answer the function ${token}`)
        : error;
    }
  }

  async #strike(operation: "create" | "read" | "update" | "delete" | "invoke", subject: Subject): Promise<Struck> {
    const call = { operation, package: this.settings.package, provider: this.#name, ...subject };
    const struck = await this.settings.faults.strike(call, this.#cancelled.signal);
    if (struck.kill === "before") {
      await this.#die();
    }
    if (this.#dying) {
      await new Promise<never>(() => undefined);
    }
    if (struck.fail !== undefined) {
      throw new ProviderError("failed", struck.fail);
    }
    return struck;
  }

  /** What happens once the cloud has done its part. */
  async #settle(struck: Struck, id: string, outputs: WireObject): Promise<void> {
    if (struck.kill === "after") {
      await this.#die();
    }
    if (struck.late !== undefined) {
      // A cancelled wait ends with an answer: what was done is told.
      await sleep(struck.late, undefined, { signal: this.#cancelled.signal }).catch(() => undefined);
    }
    if (struck.unready !== undefined) {
      throw new NotReady(id, outputs, struck.unready);
    }
  }

  /** From here on no call has an effect: what was answered reached the engine, what was not did not happen. */
  #die(): Promise<never> {
    this.#dying = true;
    return this.settings.die();
  }

  #refuseUnreachable(struck: Struck): void {
    if (struck.unreachable) {
      throw new ProviderError(
        "unavailable",
        this.settings.package === "kubernetes"
          ? `configured Kubernetes cluster is unreachable: ${REFUSED}`
          : `request send failed: ${REFUSED}`,
      );
    }
  }

  get #forgetsUnreachable(): boolean {
    return this.settings.deleteUnreachable || String(this.#config.deleteUnreachable) === "true";
  }

  /** What this package makes exists in a stack's state alone. */
  get #isStateless(): boolean {
    return this.settings.package === "random";
  }

  #find(subject: Subject, id: string, inputs: WireObject, outputs: WireObject = {}): SandboxObject | undefined {
    const plain = unwrap(inputs) as WireObject;
    const { package: packageName, store } = this.settings;
    const scopes = scopesOf(packageName, this.#config, plain);
    const own = scopeOf(packageName, this.#config, plain, unwrap(outputs) as WireObject);
    return store.find([...new Set([own, ...scopes])], subject.type, id);
  }

  /** A cluster takes what is in it along: the engine asks nobody to delete what goes with another (`deletedWith`). */
  #deleteWith({ type, id, outputs }: SandboxObject): void {
    if (!CLUSTERS.includes(type)) {
      return;
    }
    const marks = [id, outputs.name, outputs.endpoint].filter((mark) => typeof mark === "string" && mark !== "");
    const isOfIt = (scope: string) => marks.some((mark) => scope === mark || scope.includes(JSON.stringify(mark)));
    for (const object of this.settings.store.list()) {
      if (object.type.startsWith("kubernetes:") && isOfIt(object.scope)) {
        this.settings.store.delete(object);
      }
    }
  }

  /** What a program or an import names by an id that nobody made was there before. */
  #foreign(subject: Subject, id: string): SandboxObject {
    const { inputs, outputs } = makeForeign({ ...subject, provider: this.#config }, id);
    const scope = scopeOf(this.settings.package, this.#config, {}, outputs);
    const object: SandboxObject = { ...subject, id, scope, seed: id, inputs, outputs, foreign: true };
    this.settings.store.replace(object);
    return object;
  }

  #wanted(subject: Subject, inputs: WireObject, seed: string): Wanted {
    return { ...subject, inputs, provider: this.#config, seed };
  }
}

/** Whether a read is the first of its object. A stack that has it tells what it knows. */
function knowsIdAlone(olds: WireObject, inputs: WireObject): boolean {
  return [olds, inputs].every((known) => Object.keys(known).every((key) => key === "apiVersion" || key === "kind"));
}

const PROVIDER = { urn: "", type: "", name: "", provider: {}, seed: "" };
const CLUSTERS = ["aws:eks/cluster:Cluster", "gcp:container/cluster:Cluster"];
const HELM_RELEASE = "kubernetes:helm.sh/v3:Release";
const REFUSED = "dial tcp 203.0.113.1:443: connect: connection refused";
const FORGET_UNREACHABLE =
  "If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the " +
  'PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';
