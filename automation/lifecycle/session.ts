import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import { parse } from "yaml";
import { PROJECT_VARIABLE, type Settings } from "../../stacks/settings";
import { type ReadStack, readStack } from "../plan";
import type { Selection } from "../selection";
import { readStackFile, stackNames } from "../stackFile";
import {
  type Backend,
  backendEnvironment,
  backendSecrets,
  defaultBackend,
  describeBackend,
  parseBackend,
  prepareBackend,
  type SecretsProvider,
  secretsProviderUrl,
} from "./backend";
import { classify } from "./classify";
import { type Cli, findCli } from "./cli";
import { asPulumiCommand, CommandFailure, type CommandOutput, runCli } from "./command";
import { StackNotFoundError } from "./errors";
import { NOTHING_OBSERVED, type Observed } from "./events";
import { currentSignal } from "./limits";
import { environmentSecrets, Redactor } from "./redact";
import { cliPath, type Secrets, secretPath, withSecrets } from "./secrets";
import { encryptionOf, type ProviderPlugin, shortName, Workspace } from "./workspace";

/** A stack and everything its operations need to know. */
export interface StackOptions {
  /** The project's root, where `Pulumi.yaml` and the stack files are. Nothing in it is written to. */
  readonly directory: string;
  /** Name of the stack; `org/project/stack` is allowed on Pulumi Cloud. */
  readonly stack: string;
  /** Stack whose file holds the settings. @default the stack itself */
  readonly base?: string;
  /** Changes to the settings, for this handle alone. */
  readonly selection?: Selection;
  /** Further configuration by full key, such as `aws:defaultTags`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Secret settings by path. They are encrypted before they touch a disk, and appear in nothing that is reported. */
  readonly secrets?: Secrets;
  /** @default `PULUMI_BACKEND_URL`, else the project's own, else local files below the home directory */
  readonly backend?: Backend;
  /** @default what the stack was made with; for a new one the passphrase of `PULUMI_CONFIG_PASSPHRASE` */
  readonly secretsProvider?: SecretsProvider;
  /** Whether a stack that is not there is made. @default false */
  readonly create?: boolean;
  /** Provider plugins on this machine. */
  readonly plugins?: readonly ProviderPlugin[];
  /** Further environment of the engine, its program and its providers. */
  readonly env?: Readonly<Record<string, string>>;
  /** Directory of plugins and credentials. @default `PULUMI_HOME`, else `~/.pulumi` */
  readonly pulumiHome?: string;
  /** Milliseconds a cancelled engine may take to end by itself before it is interrupted again. @default 60 000 */
  readonly graceMs?: number;
  /** Milliseconds a question to the backend may take before it counts as unreachable. @default 120 000 */
  readonly answerMs?: number;
}

/** One stack under one set of settings: its CLI, its workspace and its state, each made when first needed. */
export class Session {
  readonly options: StackOptions;
  readonly redactor = new Redactor();
  private opened: Promise<{ readonly stack: Stack; readonly workspace: Workspace; readonly cli: Cli }> | undefined;
  /** Signal of the operation that opens it. */
  private openedFor: AbortSignal | undefined;
  private workspaces: Workspace[] = [];
  private backendUsed: Promise<Backend> | undefined;
  /** Settings made through the handle after its workspace was, by path. */
  private readonly later = { plain: {} as Record<string, string>, secret: {} as Record<string, string> };

  constructor(options: StackOptions) {
    this.options = { ...options, directory: resolve(options.directory) };
    for (const secret of Object.values(options.secrets ?? {})) {
      this.redactor.add(secret);
    }
    // Whatever the engine, its program or a provider may say of its environment.
    for (const secret of environmentSecrets({ ...process.env, ...options.env })) {
      this.redactor.add(secret);
    }
    if (options.secretsProvider?.kind === "passphrase") {
      this.redactor.add(options.secretsProvider.passphrase);
    }
  }

  get name(): string {
    return this.options.stack;
  }

  /** The stack's settings. Throws an InputError with every problem found. */
  async settings(): Promise<Settings> {
    return (await this.read()).settings;
  }

  /** The stack's settings and configuration, with secrets as the offline engine takes them. */
  async read(): Promise<ReadStack & { readonly request: Parameters<typeof readStack>[0] }> {
    const { directory, selection, base } = this.options;
    const stack = shortName(this.name);
    const file = await readStackFile(directory, base ?? stack);
    const config = { ...this.options.config, ...this.setLater(file.values) };
    const secrets = withSecrets({ ...file.values, ...config }, { ...this.options.secrets, ...this.later.secret });
    const request = { directory, stack, base, selection, config, secrets };
    return { ...(await readStack(request)), request };
  }

  backend(): Promise<Backend> {
    this.backendUsed ??= this.chooseBackend();
    return this.backendUsed;
  }

  /** The stack in its workspace. Throws a StackNotFoundError where it is not there and is not to be made. */
  async automation(): Promise<Stack> {
    return (await this.open()).stack;
  }

  async workspace(): Promise<Workspace> {
    return (await this.open()).workspace;
  }

  /** Runs the CLI in the stack's workspace; a failure is one with a name. */
  async command(args: readonly string[], options: { readonly input?: string } = {}): Promise<CommandOutput> {
    const { workspace, cli } = await this.open();
    return this.named(() => this.run(cli, workspace, args, options));
  }

  /** Runs the CLI's engine until it ends or is told to; how it failed is for the caller to name. */
  async operate(args: readonly string[], signal: AbortSignal): Promise<CommandOutput> {
    const { workspace, cli } = await this.open();
    return this.run(cli, workspace, args, { signal });
  }

  /** The state, secrets encrypted as they are kept. */
  async state(): Promise<unknown> {
    return JSON.parse((await this.command(["stack", "export", "--stack", this.name])).stdout) as unknown;
  }

  /** Gives what fails within `run` its name. */
  async named<T>(run: () => Promise<T>, observed: () => Observed = () => NOTHING_OBSERVED, plan?: string): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof CommandFailure)) {
        throw error;
      }
      throw await this.explain(error, observed(), plan);
    }
  }

  async explain(failure: CommandFailure, observed: Observed, plan?: string): Promise<Error> {
    if (process.env.GROUNDPLAN_DEBUG) {
      process.stderr.write(this.redactor.text(`${failure.stdout}\n${failure.stderr}\n`));
    }
    const { redactor } = this;
    const clean = new CommandFailure(
      failure.args,
      redactor.text(failure.stdout),
      redactor.text(failure.stderr),
      failure.code,
      failure.forced,
    );
    const backend = describeBackend(await this.backend());
    return classify(clean, observed, { stack: this.name, backend, ...(plan === undefined ? {} : { plan }) });
  }

  /** Remembers a setting that the workspace has already, for what reads settings without it. */
  remember(path: string, value: string, secret: boolean): void {
    const { plain, secret: secrets } = this.later;
    delete plain[path];
    delete secrets[path];
    (secret ? secrets : plain)[path] = value;
    if (secret) {
      this.redactor.add(value);
    }
  }

  private setLater(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    return withSecrets({ ...values, ...this.options.config }, this.later.plain);
  }

  /** Removes the workspace. The stack and its state stay. */
  async close(): Promise<void> {
    await this.opened?.catch(() => undefined);
    this.opened = undefined;
    const workspaces = this.workspaces;
    this.workspaces = [];
    await Promise.all(workspaces.map((workspace) => workspace.remove()));
  }

  private async open(): ReturnType<Session["start"]> {
    const own = currentSignal();
    const begun = this.opened === undefined ? own : this.openedFor;
    try {
      return await this.opening();
    } catch (error) {
      if (begun !== own && begun?.aborted && !own?.aborted) {
        // Another operation of this handle was opening it, and has ended; this one has not.
        return this.opening();
      }
      throw error;
    }
  }

  private opening() {
    this.openedFor = this.opened === undefined ? currentSignal() : this.openedFor;
    this.opened ??= this.start();
    // What failed once may be there at the next call: a stack that was made, a network that came back.
    this.opened.catch(() => {
      this.opened = undefined;
    });
    return this.opened;
  }

  private async start() {
    const { options } = this;
    const cli = await findCli();
    const backend = await this.backend();
    await prepareBackend(backend);
    const workspace = await this.makeWorkspace();
    // The SDK takes half a second to load, which no command pays that does not deploy.
    const { LocalWorkspace, Stack: AutomationStack } =
      require("@pulumi/pulumi/automation") as typeof import("@pulumi/pulumi/automation");
    const { secretsProvider } = options;
    const local = await LocalWorkspace.create({
      workDir: workspace.directory,
      pulumiCommand: asPulumiCommand(cli, limitsOf(options), currentSignal),
      envVars: await this.environment(),
      ...(options.pulumiHome === undefined ? {} : { pulumiHome: options.pulumiHome }),
      ...(secretsProvider === undefined ? {} : { secretsProvider: secretsProviderUrl(secretsProvider) }),
    });
    const stack = await this.named(async () => {
      try {
        const existing = await AutomationStack.select(this.name, local);
        await this.adoptEncryption(cli, workspace);
        return existing;
      } catch (error) {
        const missing = error instanceof CommandFailure && (await this.explain(error, NOTHING_OBSERVED));
        if (!(missing instanceof StackNotFoundError) || options.create !== true) {
          throw error;
        }
        return AutomationStack.create(this.name, local);
      }
    });
    await this.named(() => this.writeSecrets(cli, workspace));
    return { stack, workspace, cli };
  }

  private async makeWorkspace(): Promise<Workspace> {
    const { directory, stack, base, selection, config, plugins } = this.options;
    const own = shortName(stack);
    // A stack whose file is gone can still be looked at and destroyed: its state knows all that takes.
    const file = base ?? ((await stackNames(directory)).includes(own) ? own : undefined);
    const settings = file === undefined ? {} : { base: file, selection };
    const workspace = await Workspace.create({ directory, stack, config, plugins, ...settings });
    this.workspaces.push(workspace);
    return workspace;
  }

  /** Where the stack's file does not say how its secrets are encrypted, the state does. */
  private async adoptEncryption(cli: Cli, workspace: Workspace): Promise<void> {
    if (!workspace.hasEncryption) {
      const { stdout } = await this.run(cli, workspace, ["stack", "export", "--stack", this.name]);
      await workspace.encryptAs(encryptionOf(JSON.parse(stdout)));
    }
  }

  private async writeSecrets(cli: Cli, workspace: Workspace): Promise<void> {
    for (const [path, secret] of Object.entries(this.options.secrets ?? {})) {
      const args = ["config", "set", "--secret", "--path", cliPath(secretPath(path)), "--stack", this.name];
      await this.run(cli, workspace, args, { input: secret });
    }
  }

  private async run(
    cli: Cli,
    workspace: Workspace,
    args: readonly string[],
    { input, signal = currentSignal() }: { readonly input?: string; readonly signal?: AbortSignal } = {},
  ): Promise<CommandOutput> {
    const { pulumiHome: home } = this.options;
    const env = { ...(await this.environment()), ...(home === undefined ? {} : { PULUMI_HOME: home }) };
    const cwd = workspace.directory;
    return runCli(cli, [...args, "--non-interactive"], { cwd, env, input, signal, ...limitsOf(this.options) });
  }

  private async environment(): Promise<Record<string, string>> {
    return {
      ...this.options.env,
      // The engine runs in a workspace of its own; what settings name by relative paths lies in the project.
      [PROJECT_VARIABLE]: resolve(this.options.directory),
      ...backendEnvironment(await this.backend(), this.options.secretsProvider),
    };
  }

  private async chooseBackend(): Promise<Backend> {
    const { directory, backend, env } = this.options;
    const chosen = backend ?? (await ambientBackend(directory, { ...process.env, ...env }));
    for (const secret of backendSecrets(chosen)) {
      this.redactor.add(secret);
    }
    return chosen;
  }
}

/** How patient a stack's runs of the CLI are. */
export function limitsOf({ graceMs, answerMs }: Pick<StackOptions, "graceMs" | "answerMs">) {
  return { ...(graceMs === undefined ? {} : { graceMs }), ...(answerMs === undefined ? {} : { answerMs }) };
}

/** The backend of a project where nobody names one. */
export async function ambientBackend(
  directory: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Backend> {
  if (env.PULUMI_BACKEND_URL) {
    return parseBackend(env.PULUMI_BACKEND_URL, directory);
  }
  const text = await readFile(resolve(directory, "Pulumi.yaml"), "utf8").catch(() => "");
  const url = (parse(text) as { backend?: { url?: unknown } } | null)?.backend?.url;
  return typeof url === "string" ? parseBackend(url, directory) : defaultBackend();
}
