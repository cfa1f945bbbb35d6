import { type Program, type RunResult, runProgram } from "../../engine";
import { unwrap, type Wire, type WireObject } from "../../engine/wire";
import program from "../../index";

export interface PlanArgs {
  readonly system: string;
  readonly environment: "dev" | "staging" | "production";
  readonly model: "standalone" | "single-server" | "distributed" | "global";
  /** Further settings by key, structured. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Secret configuration by full key, structured. @default none */
  readonly secrets?: Readonly<Record<string, unknown>>;
  /** @default "simulate" */
  readonly mode?: "preview" | "simulate";
}

export interface Manifest {
  readonly urn: string;
  readonly name: string;
  readonly kind: string;
  readonly inputs: WireObject;
  readonly protect: boolean;
  readonly dependencies: readonly string[];
}

export interface Degradation {
  readonly feature: string;
  readonly reason: string;
  readonly remedy: string;
}

/** Images the production environment accepts. */
export function pinned(...services: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(services.map((name) => [name, `registry.example.com/${name}@sha256:${"0".repeat(64)}`]));
}

/** The planned objects of a stack on Kubernetes. */
export class Manifests {
  readonly all: readonly Manifest[];
  readonly degraded: readonly Degradation[];
  readonly outputs: Wire;

  private constructor(readonly run: RunResult) {
    this.all = run.resources.map((resource) => ({
      urn: resource.urn,
      name: resource.name,
      kind: resource.type.split(":").at(-1) ?? "",
      inputs: unwrap(resource.inputs) as WireObject,
      protect: resource.options.protect === true,
      dependencies: resource.dependencies,
    }));
    this.degraded = run.resources.flatMap(
      (resource) => (unwrap(resource.outputs.degraded ?? []) as unknown as readonly Degradation[]) ?? [],
    );
    this.outputs = unwrap(run.outputs);
  }

  static async plan(args: PlanArgs): Promise<Manifests> {
    const { system, environment, model, settings = {}, secrets = {}, mode = "simulate" } = args;
    const structured = { domain: "example.org", cloud: "kubernetes", ...settings };
    const config: Record<string, string> = {
      "groundplan:system": system,
      "groundplan:environment": environment,
      "groundplan:model": model,
      // Nothing may fall back to the ambient context of whoever runs the program.
      "pulumi:disable-default-providers": '["*"]',
    };
    for (const [key, value] of Object.entries(structured)) {
      config[`groundplan:${key}`] = typeof value === "string" ? value : JSON.stringify(value);
    }
    for (const [key, value] of Object.entries(secrets)) {
      config[key] = JSON.stringify(value);
    }
    const run = await runProgram({
      program: program as Program,
      project: "groundplan",
      stack: "test",
      config,
      secretKeys: Object.keys(secrets),
      mode,
    });
    return new Manifests(run);
  }

  /** Objects of a kind, by `namespace/name`. */
  ofKind(kind: string): Readonly<Record<string, WireObject>> {
    return Object.fromEntries(
      this.all
        .filter((manifest) => manifest.kind === kind && typeof at(manifest.inputs, "metadata.name") === "string")
        .map((manifest) => {
          const namespace = at(manifest.inputs, "metadata.namespace");
          const name = String(at(manifest.inputs, "metadata.name"));
          return [namespace === undefined ? name : `${String(namespace)}/${name}`, manifest.inputs];
        }),
    );
  }

  /** One object; throws with what there is when it is not among them. */
  get(kind: string, name: string): WireObject {
    const found = this.ofKind(kind);
    const manifest = found[name];
    if (!manifest) {
      throw new Error(`no ${kind} ${name}; there are ${Object.keys(found).join(", ") || "none"}`);
    }
    return manifest;
  }
}

/** The value at a dotted path; a number is an index. */
export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((current, part) => {
    if (Array.isArray(current)) {
      return current[Number(part)];
    }
    return typeof current === "object" && current !== null ? (current as Record<string, unknown>)[part] : undefined;
  }, value);
}

/** Where every pod may ask for names, over both protocols: the cluster's DNS and a node's own cache of it. */
export const RESOLVERS: readonly string[] = [
  "kube-system/kube-dns",
  "kube-system/node-local-dns",
  "169.254.20.10/32",
].flatMap((resolver) => [`${resolver}:53`, `${resolver}:53`]);

/** A policy's connections, each as `namespace/app:port`, for one direction. */
export function connections(policy: WireObject, direction: "ingress" | "egress"): readonly string[] {
  const side = direction === "ingress" ? "from" : "to";
  const rules = (at(policy, `spec.${direction}`) ?? []) as readonly unknown[];
  return rules.flatMap((rule) => {
    const peers = (at(rule, side) ?? ["anywhere"]) as readonly unknown[];
    const ports = (at(rule, "ports") ?? []) as readonly { readonly port: number }[];
    return peers.flatMap((peer) => ports.map(({ port }) => `${peerName(peer)}:${port}`));
  });
}

function peerName(peer: unknown): string {
  const namespace = at(peer, "namespaceSelector.matchLabels") as Record<string, string> | undefined;
  const labels = at(peer, "podSelector.matchLabels") as Record<string, string> | undefined;
  const pods = labels?.["app.kubernetes.io/name"] ?? Object.values(labels ?? {})[0] ?? "*";
  const cidr = at(peer, "ipBlock.cidr");
  return cidr === undefined ? `${namespace?.["kubernetes.io/metadata.name"] ?? "."}/${pods}` : String(cidr);
}
