import { cliPath, secretPath } from "./secrets";
import type { Session } from "./session";

/** A setting as the engine gets it. A secret one has a value only where it was asked for. */
export interface ConfigValue {
  readonly secret: boolean;
  readonly value?: unknown;
}

/** A stack's settings in its workspace. The stack's file is its owner's: changes hold for this handle alone. */
export class StackConfig {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /** Every setting by its full key. */
  async all({
    showSecrets = false,
  }: {
    readonly showSecrets?: boolean;
  } = {}): Promise<Readonly<Record<string, ConfigValue>>> {
    const { stdout } = await this.session.command([
      "config",
      "--json",
      ...(showSecrets ? ["--show-secrets"] : []),
      "--stack",
      this.session.name,
    ]);
    const listed = JSON.parse(stdout) as Readonly<
      Record<string, { value?: string; objectValue?: unknown; secret: boolean }>
    >;
    return Object.fromEntries(
      Object.entries(listed).map(([key, { value, objectValue, secret }]) => [
        key,
        secret && !showSecrets ? { secret } : { secret, value: objectValue ?? value },
      ]),
    );
  }

  /** Sets one setting by its path, such as `groundplan:domain` or `groundplan:secrets.api-key`. */
  async set(path: string, value: string, { secret = false }: { readonly secret?: boolean } = {}): Promise<void> {
    this.session.remember(path, value, secret);
    const kind = secret ? "--secret" : "--plaintext";
    const { name } = this.session;
    await this.session.command(["config", "set", kind, "--path", cliPath(secretPath(path)), "--stack", name], {
      input: value,
    });
  }

  async remove(path: string): Promise<void> {
    await this.session.command(["config", "rm", "--path", cliPath(secretPath(path)), "--stack", this.session.name]);
  }

  /** The settings as a stack file, secrets encrypted: what a caller may keep. */
  async file(): Promise<string> {
    return (await this.session.workspace()).settings();
  }
}
