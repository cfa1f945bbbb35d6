import type { Goal, RecordedResource } from "./goal";
import { MonitorError } from "./monitorErrors";
import { childUrn } from "./urn";
import { makeSecret, UNKNOWN, type Wire, type WireObject } from "./wire";

interface Settings {
  readonly project: string;
  readonly stack: string;
  readonly mode: "preview" | "simulate";
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** The providers the engine makes itself for resources that name none. They are recorded like any other resource. */
export class DefaultProviders {
  readonly #references = new Map<string, string>();
  readonly #disabled: readonly string[];

  constructor(
    private readonly settings: Settings,
    private readonly resources: Map<string, RecordedResource>,
  ) {
    this.#disabled = readDisabled(settings.config["pulumi:disable-default-providers"]);
  }

  /** The reference of the default provider for a resource; none for the engine's own types. */
  reference(goal: Goal, pkg: { readonly name: string; readonly version: string }): string | undefined {
    if (pkg.name === "pulumi" || pkg.name === "" || goal.type.startsWith("pulumi:providers:")) {
      return undefined;
    }
    this.reject(pkg.name, goal.name);
    const url = goal.options.pluginDownloadURL ?? "";
    const name = ["default", pkg.version, url]
      .filter((part) => part !== "")
      .join("_")
      .replace(/[^A-Za-z0-9_]+/g, "_");
    const key = `${pkg.name}\0${name}`;
    const known = this.#references.get(key);
    if (known !== undefined) {
      return known;
    }
    const type = `pulumi:providers:${pkg.name}`;
    const { stack, project, mode } = this.settings;
    const urn = childUrn(stack, project, undefined, type, name);
    const id = mode === "preview" ? "" : "simulated";
    const inputs: WireObject = { ...this.configOf(pkg.name), ...(pkg.version === "" ? {} : { version: pkg.version }) };
    this.resources.set(urn, {
      urn,
      type,
      name,
      custom: true,
      parent: undefined,
      provider: undefined,
      inputs,
      dependencies: [],
      propertyDependencies: {},
      options: {},
      id,
      outputs: inputs,
    });
    const reference = `${urn}::${id === "" ? UNKNOWN : id}`;
    this.#references.set(key, reference);
    return reference;
  }

  /** The stack's configuration of a package: what its default provider is made with. */
  configOf(pkg: string): WireObject {
    const prefix = `${pkg}:`;
    const inputs: { [key: string]: Wire } = {};
    for (const [key, value] of Object.entries(this.settings.config)) {
      if (key.startsWith(prefix)) {
        inputs[key.slice(prefix.length)] = this.settings.secretKeys.includes(key) ? makeSecret(value) : value;
      }
    }
    return inputs;
  }

  /** Fails where the stack forbids the default provider of a package. */
  reject(pkg: string, user: string): void {
    if (this.#disabled.includes("*") || this.#disabled.includes(pkg)) {
      throw new MonitorError(
        "invalid-resource",
        `Default provider for '${pkg}' disabled. '${user}' must use an explicit provider.`,
      );
    }
  }
}

function readDisabled(text: string | undefined): readonly string[] {
  if (text === undefined) {
    return [];
  }
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.filter((item) => typeof item === "string") : [];
  } catch {
    throw new Error("pulumi:disable-default-providers must be a JSON list of package names");
  }
}
