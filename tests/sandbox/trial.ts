import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import type { Cell } from "../../automation/matrix";
import { prepareSandbox, readKey, type SandboxEnvironment } from "../../automation/sandbox/environment";
import type { Fault } from "../../engine/sandbox/faults";
import { type SandboxObject, SandboxStore } from "../../engine/sandbox/store";
import { builtInSystem } from "../../systems";
import { PULUMI, WANTED, WORDS } from "./pulumi";

const ROOT = resolve(__dirname, "../..");
const STACK = "trial";

/** Whether to run everything rather than a sample. */
export const runsAll = WANTED === "all";

/** The cells to run: a sample, or all with some words in common. */
export function chosen(all: readonly Cell[], sample: readonly Cell[]): readonly Cell[] {
  return runsAll ? all.filter((cell) => WORDS.every((word) => Object.values(cell).includes(word))) : sample;
}

/** Lets the engine write its state at the end of a run alone: half the time of a run that nobody kills. */
export const UNKILLED = { PULUMI_SKIP_CHECKPOINTS: "true" } as const;

/** How a command of the CLI ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

/** A resource in an exported state. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly id?: string;
  readonly external?: boolean;
  readonly retainOnDelete?: boolean;
  readonly initErrors?: readonly string[];
  readonly provider?: string;
  readonly parent?: string;
}

interface Deployment {
  readonly resources?: readonly StateResource[];
  readonly pending_operations?: readonly { readonly type: string; readonly resource: StateResource }[];
}

/** The settings of a cell that can be deployed: nothing in it is a placeholder. */
export function deployable({ system, model, cloud }: Cell): Record<string, unknown> {
  const regions = {
    aws: ["us-east-1", "eu-west-1"],
    gcp: ["us-central1", "europe-west1"],
    kubernetes: ["here", "there"],
  };
  const names = ["one", "two"].slice(0, model === "global" ? 2 : 1);
  return {
    "groundplan:system": system,
    "groundplan:environment": "dev",
    "groundplan:model": model,
    "groundplan:domain": "shop.example.org",
    "groundplan:placements": names.map((name, index) => ({
      name,
      cloud,
      region: regions[cloud as keyof typeof regions][index],
      cidrIndex: index,
      ...(model === "global" ? { role: index === 0 ? "primary" : "secondary" } : {}),
      ...(cloud === "kubernetes" ? { context: `cluster-${name}` } : {}),
    })),
    "groundplan:kubernetes": { storageClass: "fast-ssd", sharedStorageClass: "shared-files" },
    "groundplan:images": { registry: "registry.sandbox.test/team" },
    ...(cloud === "gcp" ? { "groundplan:access": { gcp: { project: "sandbox-project" } } } : {}),
    ...(cloud === "aws" ? { "groundplan:existing": existing(names) } : {}),
  };
}

function existing(names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, { zone: "Z0123456789ABC" }]));
}

/** Every secret a system gets from outside, with a value. */
export async function secretsOf(name: string): Promise<Record<string, unknown>> {
  const system = await builtInSystem(name);
  const own = Object.entries(system?.secrets ?? {}).filter(([, secret]) => secret.generate === undefined);
  const external = Object.entries(system?.external ?? {}).filter(
    ([, { secrets }]) => Object.keys(secrets ?? {}).length > 0,
  );
  return {
    ...Object.fromEntries(own.map(([key]) => [key, `secret-of-${key}`])),
    ...Object.fromEntries(
      external.map(([key, { secrets }]) => [
        key,
        Object.fromEntries(Object.keys(secrets ?? {}).map((part) => [part, `secret-of-${key}-${part}`])),
      ]),
    ),
  };
}

/** A stack of this program with a sandbox of its own, in a directory of its own. */
export class Trial {
  readonly directory = mkdtempSync(join(tmpdir(), "groundplan-trial-"));
  #environment: SandboxEnvironment = {};
  readonly #box = join(this.directory, "box");
  readonly #saved = join(this.directory, "saved");

  private constructor(private readonly variables: Readonly<Record<string, string>>) {}

  /**
   * Makes the stack. `secrets` are set as the CLI sets them: encrypted in the stack's file; `variables` are of the
   * environment of every run of the CLI.
   */
  static async start(
    config: Record<string, unknown>,
    secrets: Record<string, unknown> = {},
    variables: Readonly<Record<string, string>> = {},
  ): Promise<Trial> {
    const trial = new Trial(variables);
    trial.#copyProgram();
    trial.configure(config);
    trial.withFaults([]);
    await trial.run("stack", "init", STACK);
    const values = leaves(secrets, "groundplan:secrets").flatMap(([path, value]) => ["--secret", `${path}=${value}`]);
    if (values.length > 0) {
      await trial.run("config", "set-all", "--path", ...values, "--stack", STACK);
    }
    return trial;
  }

  /** Keeps the sandbox as it is now, for {@link restore}. */
  save(): void {
    cpSync(this.#box, this.#saved, { recursive: true });
  }

  /** Makes the sandbox what it was when it was saved. */
  restore(): void {
    rmSync(this.#box, { recursive: true, force: true });
    cpSync(this.#saved, this.#box, { recursive: true });
    this.withFaults([]);
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Writes the stack's file; what the CLI added to it (its salt) stays. */
  configure(config: Record<string, unknown>): void {
    const file = join(this.directory, `Pulumi.${STACK}.yaml`);
    writeFileSync(file, stringify({ ...this.#encryption(), config }));
  }

  /** From here on these faults strike, counted from the start. */
  withFaults(faults: readonly Fault[]): void {
    const file = join(this.directory, "faults.json");
    writeFileSync(file, JSON.stringify({ faults }));
    this.#environment = prepareSandbox({ directory: this.#box, faults: file, environment: {} });
  }

  /** Everything in the pretended cloud. */
  cloud(): readonly SandboxObject[] {
    return new SandboxStore(this.#box, readKey(this.#box)).list();
  }

  /**
   * Takes objects nobody knows of into the state, under the parents and providers of these resources. (For what a killed
   * engine names as pending, `refresh --import-pending-creates` is no way: it forgets the operation and imports nothing.)
   */
  async adopt(objects: readonly SandboxObject[], known: readonly StateResource[]): Promise<void> {
    if (objects.length === 0) {
      return;
    }
    const nameTable: Record<string, string> = {};
    const resources = objects.map(({ urn, type, name, id }, index) => {
      const resource = known.find((other) => other.urn === urn);
      nameTable[`parent-${index}`] = resource?.parent ?? "";
      nameTable[`provider-${index}`] = resource?.provider?.replace(/::[^:]*$/, "") ?? "";
      return { type, name, id, parent: `parent-${index}`, provider: `provider-${index}` };
    });
    const file = join(this.directory, "import.json");
    writeFileSync(file, JSON.stringify({ nameTable, resources }));
    const flags = ["--yes", "--skip-preview", "--protect=false", "--generate-code=false"];
    await this.run("import", "--stack", STACK, "--file", file, ...flags);
  }

  /** Runs the CLI to its end, and fails where it does. */
  async run(...args: readonly string[]): Promise<Ended> {
    const ended = await this.try(...args);
    if (ended.code !== 0) {
      throw new Error(`pulumi ${args.join(" ")} ended with ${ended.code}:\n${ended.out}\n${ended.err}`);
    }
    return ended;
  }

  try(...args: readonly string[]): Promise<Ended> {
    return this.start(args).ended;
  }

  /** Starts the CLI. */
  start(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): {
    readonly ended: Promise<Ended>;
    readonly kill: () => void;
  } {
    const cli = PULUMI ?? "pulumi";
    // The language hosts stand beside the CLI they belong to.
    const PATH = [dirname(cli), process.env.PATH ?? ""].join(delimiter);
    const env = { ...process.env, PATH, ...this.#environment, ...this.variables, ...environment, NO_COLOR: "1" };
    const child = spawn(cli, [...args, "--non-interactive", "--color", "never"], { cwd: this.directory, env });
    let out = "";
    let err = "";
    child.stdout.on("data", (text) => {
      out += String(text);
    });
    child.stderr.on("data", (text) => {
      err += String(text);
    });
    return {
      ended: new Promise((done) => child.on("exit", (code, signal) => done({ code, signal, out, err }))),
      kill: () => child.kill("SIGKILL"),
    };
  }

  up(...flags: readonly string[]): Promise<Ended> {
    return this.run("up", "--stack", STACK, "--yes", "--skip-preview", ...flags);
  }

  tryUp(...flags: readonly string[]): Promise<Ended> {
    return this.try("up", "--stack", STACK, "--yes", "--skip-preview", ...flags);
  }

  refresh(...flags: readonly string[]): Promise<Ended> {
    return this.run("refresh", "--stack", STACK, "--yes", "--skip-preview", ...flags);
  }

  destroy(...flags: readonly string[]): Promise<Ended> {
    return this.run("destroy", "--stack", STACK, "--yes", "--skip-preview", ...flags);
  }

  tryDestroy(...flags: readonly string[]): Promise<Ended> {
    return this.try("destroy", "--stack", STACK, "--yes", "--skip-preview", ...flags);
  }

  async preview(...flags: readonly string[]): Promise<Record<string, unknown>> {
    const { out } = await this.run("preview", "--stack", STACK, "--json", ...flags);
    return JSON.parse(out) as Record<string, unknown>;
  }

  async state(): Promise<Required<Deployment>> {
    const { out } = await this.run("stack", "export", "--stack", STACK);
    const { deployment } = JSON.parse(out) as { deployment: Deployment };
    return { resources: deployment.resources ?? [], pending_operations: deployment.pending_operations ?? [] };
  }

  #encryption(): Record<string, unknown> {
    try {
      const { config: _, ...rest } = parse(readFileSync(join(this.directory, `Pulumi.${STACK}.yaml`), "utf8"));
      return rest;
    } catch {
      return {};
    }
  }

  #copyProgram(): void {
    mkdirSync(this.directory, { recursive: true });
    const project = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8"));
    // The command's own loader takes half the time of the project's, and loads the same sources.
    project.runtime.options.nodeargs = `--require ${join(ROOT, "cli/loader.cjs")}`;
    writeFileSync(join(this.directory, "Pulumi.yaml"), stringify(project));
    const wanted =
      /^(automation|components|engine|node_modules|policies|stacks|systems|index\.ts|package\.json|tsconfig\.json)$/;
    for (const name of readdirSync(ROOT).filter((entry) => wanted.test(entry))) {
      symlinkSync(join(ROOT, name), join(this.directory, name));
    }
  }
}

/** What a stack owns in the cloud, as its state says, without what it only reads and what the stand-in for random keeps nowhere. */
export function ownedBy({ resources }: Pick<Required<Deployment>, "resources">): readonly string[] {
  return resources
    .filter(({ type, custom, external }) => custom && external !== true && /^(aws|gcp|kubernetes):/.test(type))
    .map(({ urn, id }) => `${urn} ${id}`)
    .sort();
}

/** What there is in the cloud, in the same words. */
export function existingIn(cloud: readonly SandboxObject[]): readonly string[] {
  return cloud.map(({ urn, id }) => `${urn} ${id}`).sort();
}

function leaves(value: unknown, path: string): readonly (readonly [string, string])[] {
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`))
    : [[path, String(value)]];
}
