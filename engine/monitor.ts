import { CallSites } from "./callSites";
import { DefaultProviders } from "./defaultProviders";
import type { Failures } from "./failures";
import type { CallbackReference, Goal, GoalOptions, RecordedResource, Registered } from "./goal";
import { type AskedFunction, answerInvoke, type InvokeTable } from "./invokes";
import { mergeOutputs } from "./mergeOutputs";
import { MonitorError } from "./monitorErrors";
import type { Simulated, SimulationContext } from "./simulation";
import { readStackReference, STACK_REFERENCE_TYPE, type StackReferenceTable } from "./stackReferences";
import type { TransformRunner } from "./transforms";
import { childUrn, packageOfType, parseProviderReference, ROOT_STACK_TYPE } from "./urn";
import {
  containsSecret,
  containsUnknown,
  isObject,
  makeSecret,
  mapValues,
  UNKNOWN,
  unwrap,
  type WireObject,
} from "./wire";

/** What one run's monitor works with. */
export interface MonitorSettings {
  readonly project: string;
  readonly stack: string;
  readonly organization: string;
  readonly mode: "preview" | "simulate";
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  readonly invokes: readonly InvokeTable[];
  readonly simulate: (context: SimulationContext) => Simulated;
  readonly stackReferences: StackReferenceTable;
  readonly transforms: TransformRunner;
  readonly failures: Failures;
  readonly onResource?: (count: number, urn: string) => void;
}

/** A function call a program makes, on a provider or on a resource. */
export interface Call {
  readonly token: string;
  readonly args: WireObject;
  readonly provider: string | undefined;
  readonly version?: string;
}

/** The engine's side of Pulumi's protocol, free of any transport: it records goals and answers as a deployment would. */
export class Monitor {
  readonly resources = new Map<string, RecordedResource>();
  readonly callSites = new CallSites();
  readonly #byId = new Map<string, RecordedResource>();
  readonly #packages = new Map<string, { readonly name: string; readonly version: string }>();
  readonly #hooks = new Set<string>();
  readonly #ownTransforms = new Map<string, readonly CallbackReference[]>();
  readonly #defaults: DefaultProviders;
  /** Counts requests, so that a watchdog can tell that something goes on. */
  activity = 0;
  /** Requests that are not answered yet. */
  inFlight = 0;
  lastUrn: string | undefined;
  /** Every function the program called, with what it was asked and by which provider. */
  readonly asked: AskedFunction[] = [];
  /** Whether the stack registered its outputs: a program that came to its end always does, even without any. */
  finished = false;

  constructor(readonly settings: MonitorSettings) {
    this.#defaults = new DefaultProviders(settings, this.resources);
  }

  /** The stack resource's outputs, once the program has returned them. */
  get stackOutputs(): WireObject {
    for (const resource of this.resources.values()) {
      if (resource.type === ROOT_STACK_TYPE) {
        return resource.outputs;
      }
    }
    return {};
  }

  registerResource(goal: Goal): Registered | Promise<Registered> {
    const { transforms } = this.settings;
    if (goal.transforms.length === 0 && transforms.isEmpty && this.#ownTransforms.size === 0) {
      return this.#record(goal);
    }
    // The innermost transforms go first: the resource's own, then its parents', then the stack's.
    const callbacks = [...goal.transforms, ...this.#inheritedTransforms(goal.parent)];
    return transforms.transformResource(goal, callbacks).then((changed) => this.#record(changed, goal.transforms));
  }

  readResource(goal: Goal): Registered {
    const urn = this.#urnOf(goal);
    const id = goal.options.readId ?? "";
    if (goal.type === STACK_REFERENCE_TYPE) {
      const properties = readStackReference(this.settings.stackReferences, id, this.settings.mode);
      return this.#keep(goal, { urn, id, properties });
    }
    return this.#keep(goal, { urn, id, properties: this.#outputsOf(urn, goal).properties });
  }

  registerResourceOutputs(urn: string, outputs: WireObject): void {
    const resource = this.resources.get(urn);
    if (resource === undefined) {
      throw new MonitorError(
        "invalid-resource",
        `outputs registered for a resource that was never registered: ${urn}`,
        urn,
      );
    }
    resource.outputs = { ...resource.outputs, ...outputs };
    this.finished ||= resource.type === ROOT_STACK_TYPE;
  }

  async invoke(call: Call): Promise<WireObject | undefined> {
    if (call.token === "pulumi:pulumi:getResource") {
      return this.#getResource(unwrap(call.args.urn ?? null));
    }
    const changed = await this.settings.transforms.transformInvoke(call);
    if (containsUnknown(changed.args)) {
      return undefined;
    }
    return this.#answer(changed);
  }

  /** A method of a resource: answered as an invoke is; secrets among its arguments make its results secret. */
  call(call: Call): WireObject | undefined {
    if (containsUnknown(call.args)) {
      // The SDK reads a result's first value where it wants one; a whole unknown result has no form on the wire.
      return { result: UNKNOWN };
    }
    const answer = this.#answer({ ...call, args: unwrap(call.args) as WireObject });
    return answer !== undefined && containsSecret(call.args) ? mapValues(answer, makeSecret) : answer;
  }

  registerPackage(name: string, version: string): string {
    const reference = `${name}@${version}`;
    this.#packages.set(reference, { name, version });
    return reference;
  }

  registerHook(name: string): void {
    if (this.#hooks.has(name)) {
      throw new MonitorError("invalid-resource", `a resource hook named ${JSON.stringify(name)} is registered already`);
    }
    this.#hooks.add(name);
  }

  #inheritedTransforms(parent: string | undefined): CallbackReference[] {
    const inherited: CallbackReference[] = [];
    for (let urn = parent; urn !== undefined; urn = this.resources.get(urn)?.parent) {
      inherited.push(...(this.#ownTransforms.get(urn) ?? []));
    }
    return inherited;
  }

  #record(goal: Goal, transforms: readonly CallbackReference[] = goal.transforms): Registered {
    const urn = this.#urnOf(goal);
    if (transforms.length > 0) {
      this.#ownTransforms.set(urn, transforms);
    }
    const inherited = this.#inherit(goal);
    return this.#keep(inherited, { urn, ...this.#outputsOf(urn, inherited) });
  }

  #urnOf(goal: Goal): string {
    const { project, stack } = this.settings;
    if (goal.parent !== undefined && !this.resources.has(goal.parent)) {
      throw new MonitorError(
        "invalid-resource",
        `resource ${goal.name} [${goal.type}] has a parent that was never registered: ${goal.parent}`,
      );
    }
    const urn = childUrn(stack, project, goal.parent, goal.type, goal.name);
    if (this.resources.has(urn)) {
      const failure = {
        kind: "duplicate-urn" as const,
        message: `Duplicate resource URN '${urn}'; try giving it a unique name`,
        urn,
        ...(goal.source === undefined ? {} : { source: goal.source }),
      };
      throw Object.assign(new MonitorError(failure.kind, failure.message, urn), { failure });
    }
    return urn;
  }

  /** What the engine hands down from a component to its children when the SDK did not. */
  #inherit(goal: Goal): Goal {
    const parent = goal.parent === undefined ? undefined : this.resources.get(goal.parent);
    if (parent === undefined || parent.type === ROOT_STACK_TYPE) {
      return goal;
    }
    const options: GoalOptions = {
      ...pick(parent.options, "protect", "retainOnDelete", "deletedWith"),
      ...goal.options,
    };
    return { ...goal, options };
  }

  #keep(goal: Goal, registered: Registered): Registered {
    const provider =
      goal.custom || goal.remote ? (goal.provider ?? this.#defaults.reference(goal, this.#packageOf(goal))) : undefined;
    const resource: RecordedResource = {
      urn: registered.urn,
      type: goal.type,
      name: goal.name,
      custom: goal.custom,
      parent: goal.parent,
      provider,
      inputs: goal.inputs,
      dependencies: goal.dependencies,
      propertyDependencies: goal.propertyDependencies,
      options: goal.options,
      id: registered.id,
      outputs: registered.properties,
    };
    this.resources.set(registered.urn, resource);
    if (registered.id !== "") {
      this.#byId.set(registered.id, resource);
    }
    this.lastUrn = registered.urn;
    this.settings.onResource?.(this.resources.size, registered.urn);
    return registered;
  }

  #packageOf(goal: Goal): { readonly name: string; readonly version: string } {
    const known = goal.packageRef === undefined ? undefined : this.#packages.get(goal.packageRef);
    return known ?? { name: packageOfType(goal.type), version: goal.options.version ?? "" };
  }

  /** In a preview a resource's outputs are its inputs; what is computed stays away, which the SDK reads as unknown. */
  #outputsOf(urn: string, goal: Goal): { readonly id: string; readonly properties: WireObject } {
    if (!goal.custom) {
      return { id: "", properties: goal.inputs };
    }
    const secretOutputs = goal.options.additionalSecretOutputs ?? [];
    const preview = this.settings.mode === "preview";
    const simulated = preview ? {} : this.settings.simulate(this.#simulationOf(urn, goal));
    // A provider whose own configuration is still to come cannot be asked: not even that it will take the inputs.
    const properties = preview && this.#awaitsConfig(goal.provider) ? {} : mergeOutputs(goal.inputs, simulated);
    for (const key of secretOutputs) {
      const value = properties[key] ?? (preview ? UNKNOWN : undefined);
      if (value !== undefined) {
        properties[key] = makeSecret(value);
      }
    }
    return { id: goal.options.readId ?? goal.options.import ?? simulated.id ?? "", properties };
  }

  #simulationOf(urn: string, goal: Goal): SimulationContext {
    const { project, stack, config } = this.settings;
    return {
      urn,
      type: goal.type,
      name: goal.name,
      inputs: unwrap(goal.inputs) as WireObject,
      options: goal.options,
      project,
      stack,
      config,
      provider: this.#providerInputs(goal.provider, packageOfType(goal.type)),
      lookUp: (key) => this.resources.get(key) ?? this.#byId.get(key),
    };
  }

  #providerInputs(reference: string | undefined, packageName: string): WireObject {
    const explicit = reference === undefined ? undefined : this.resources.get(parseProviderReference(reference).urn);
    return unwrap(explicit?.inputs ?? this.#defaults.configOf(packageName)) as WireObject;
  }

  #awaitsConfig(reference: string | undefined): boolean {
    const provider = reference === undefined ? undefined : this.resources.get(parseProviderReference(reference).urn);
    return provider !== undefined && containsUnknown(provider.inputs);
  }

  #answer(call: Call): WireObject | undefined {
    this.asked.push({ token: call.token, args: call.args, provider: call.provider });
    if (this.#awaitsConfig(call.provider)) {
      return undefined;
    }
    const { project, stack, organization, mode, config, invokes } = this.settings;
    if (call.provider === undefined) {
      this.#defaults.reject(packageOfType(call.token), call.token);
    }
    const provider = this.#providerInputs(call.provider, packageOfType(call.token));
    return answerInvoke(invokes, {
      token: call.token,
      args: call.args,
      project,
      stack,
      organization,
      mode,
      config,
      provider,
    });
  }

  #getResource(urn: unknown): WireObject {
    const resource = typeof urn === "string" ? this.resources.get(urn) : undefined;
    if (resource === undefined) {
      throw new MonitorError("invalid-resource", `unknown resource ${String(urn)}`);
    }
    return { urn: resource.urn, id: resource.id, state: isObject(resource.outputs) ? resource.outputs : {} };
  }
}

function pick<T extends object, K extends keyof T>(object: T, ...keys: readonly K[]): Partial<Pick<T, K>> {
  const picked: Partial<Pick<T, K>> = {};
  for (const key of keys) {
    if (object[key] !== undefined) {
      picked[key] = object[key];
    }
  }
  return picked;
}
