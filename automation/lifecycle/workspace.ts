import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { applySelection, type Selection } from "../selection";

/** A provider's plugin on this machine, used instead of a downloaded one. */
export interface ProviderPlugin {
  readonly name: string;
  /** Directory that holds the executable `pulumi-resource-NAME`. */
  readonly path: string;
  /** Exactly the version of the SDK that asks for it. @default any */
  readonly version?: string;
}

export interface WorkspaceRequest {
  /** The project's root. */
  readonly directory: string;
  readonly stack: string;
  /** Stack whose file holds the settings; absent where the operation needs none. */
  readonly base?: string;
  readonly selection?: Selection;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly plugins?: readonly ProviderPlugin[];
}

/** What of a stack's file says how its secrets are encrypted. */
const ENCRYPTION = ["secretsprovider", "encryptedkey", "encryptionsalt"] as const;

export type Encryption = Readonly<Partial<Record<(typeof ENCRYPTION)[number], string>>>;

type Document = Readonly<Record<string, unknown>>;

/**
 * A directory of its own for one stack's operations: the Pulumi CLI writes to the files of a stack, and the caller's are
 * not its to write. The program stays where it is and runs there, so that relative paths mean what they always mean.
 */
export class Workspace {
  readonly directory: string;
  readonly project: string;
  /** Whether the stack's file says how its secrets are encrypted. */
  readonly hasEncryption: boolean;
  private readonly stackFile: string;

  private constructor(directory: string, project: string, stackFile: string, hasEncryption: boolean) {
    this.directory = directory;
    this.project = project;
    this.stackFile = stackFile;
    this.hasEncryption = hasEncryption;
  }

  static async create(request: WorkspaceRequest): Promise<Workspace> {
    const project = await readYaml(join(request.directory, "Pulumi.yaml"));
    const settings =
      request.base === undefined ? {} : await readYaml(join(request.directory, `Pulumi.${request.base}.yaml`));
    // Only its owner can look into a directory mkdtemp makes.
    const directory = await mkdtemp(join(tmpdir(), "groundplan-stack-"));
    // Plugins that are part of the program's packages, such as that of dynamic resources, are looked for here.
    await symlink(join(request.directory, "node_modules"), join(directory, "node_modules"), "junction");
    await writeFile(join(directory, "Pulumi.yaml"), yamlText(projectFile(project, request)));
    const config = { ...qualified(settings.config, String(project.name)), ...request.config };
    const file = { ...settings, config: applySelection(config, request.selection ?? {}) };
    const stackFile = join(directory, `Pulumi.${shortName(request.stack)}.yaml`);
    await writeFile(stackFile, yamlText(file));
    return new Workspace(
      directory,
      String(project.name),
      stackFile,
      ENCRYPTION.some((key) => key in settings),
    );
  }

  /** The stack's settings as the CLI reads them, secrets encrypted. */
  settings(): Promise<string> {
    return readFile(this.stackFile, "utf8");
  }

  /** Says how secrets are encrypted, for a stack whose file does not. */
  async encryptAs(encryption: Encryption): Promise<void> {
    await writeFile(this.stackFile, yamlText({ ...(await readYaml(this.stackFile)), ...encryption }));
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true });
  }
}

/** How the secrets of a state are encrypted, as the file of its stack would say it. */
export function encryptionOf(state: unknown): Encryption {
  const provider = (state as { deployment?: { secrets_providers?: { type?: string; state?: Document } } } | null)
    ?.deployment?.secrets_providers;
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  switch (provider?.type) {
    case "passphrase":
      return { encryptionsalt: text(provider.state?.salt) };
    case "cloud":
      return { secretsprovider: text(provider.state?.url), encryptedkey: text(provider.state?.encryptedkey) };
    default:
      return {};
  }
}

/** The project's file with every path absolute: it will stand elsewhere. */
function projectFile(project: Document, { directory, plugins = [] }: WorkspaceRequest): Document {
  const absolute = (path: unknown) => (isAbsolute(String(path)) ? String(path) : resolve(directory, String(path)));
  const { backend: _backend, main, plugins: listed, ...rest } = project;
  const providers = (listed as { providers?: readonly Document[] } | undefined)?.providers ?? [];
  const own = providers
    .filter(({ name }) => !plugins.some((plugin) => plugin.name === name))
    .map((provider) => ({ ...provider, path: absolute(provider.path) }));
  const all = [...own, ...plugins.map((plugin) => ({ ...plugin, path: absolute(plugin.path) }))];
  return { ...rest, main: absolute(main ?? "."), ...(all.length > 0 ? { plugins: { providers: all } } : {}) };
}

/** Keys without a namespace are the project's own. */
function qualified(config: unknown, project: string): Record<string, unknown> {
  const entries = Object.entries((config ?? {}) as Document);
  return Object.fromEntries(entries.map(([key, value]) => [key.includes(":") ? key : `${project}:${key}`, value]));
}

/** `org/project/stack` is a stack of Pulumi Cloud; its file bears the last part. */
export function shortName(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}

async function readYaml(path: string): Promise<Document> {
  return (parse(await readFile(path, "utf8")) ?? {}) as Document;
}

/** Every text in quotes: the CLI's own reader takes a bare 2027-10-31 for a time. */
function yamlText(document: Document): string {
  return stringify(document, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" });
}
