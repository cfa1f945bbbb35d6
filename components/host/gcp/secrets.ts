import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { SecretSpec } from "../../../systems/spec";
import { Component, type ComponentArgs } from "../../component";
import { InputError } from "../../errors";
import { makeSecretEntry, type SecretEntry } from "../../gcp/secret";
import type { Make } from "../../make";
import type { KeysContract } from "../../secrets/keys/contract";
import type { HostSecret } from "../environment";

/** The secrets of a host, and what the settings say of them. */
export interface HostSecretInputs {
  /** Secrets of stores and backups, all made up. */
  readonly own: readonly HostSecret[];
  /** Secrets of the system and of external services, by name. */
  readonly secrets: Readonly<Record<string, SecretSpec>>;
  /** Values from the settings, by name; for what is not generated. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
}

export interface HostSecretsArgs extends ComponentArgs, HostSecretInputs {
  readonly keys: KeysContract;
  /** The host's account, the only one that reads them. */
  readonly reader: pulumi.Input<string>;
}

/** Every secret of a host in Secret Manager, an entry each. The host reads them when it starts. */
export class HostSecrets extends Component {
  /** Resource names, `projects/PROJECT/secrets/NAME`, by the name the host knows them by. */
  readonly ids: Readonly<Record<string, pulumi.Output<string>>>;
  /** Versions and grants: without both a secret cannot be read. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: HostSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:secrets:SecretStore", name, args, opts);
    requireValues(args);
    const entries = this.makeEntries(args);
    this.ids = Object.fromEntries(entries.map(([secret, { id }]) => [secret, id]));
    this.ready = entries.flatMap(([, { ready }]) => ready);
    this.finish({ secrets: Object.keys(this.ids) });
  }

  private makeEntries(args: HostSecretsArgs): readonly (readonly [string, SecretEntry])[] {
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const home = { context: this.context, keyName: args.keys.arn("secrets"), reader: args.reader, ready: [] };
    const specs = Object.entries(args.secrets).map(([name, { description, generate }]) => ({
      name,
      description,
      ...(generate === undefined ? {} : { generate }),
    }));
    return [...args.own, ...specs].map((secret) => [
      secret.name,
      makeSecretEntry(make, secret.name, {
        home,
        path: secret.name,
        description: secret.description,
        value: args.values[secret.name] ?? this.generated(secret),
      }),
    ]);
  }

  private generated({ name, generate = 40 }: HostSecret): pulumi.Output<string> {
    return this.make(random.RandomPassword, `${name}-value`, { length: generate, special: false }).result;
  }
}

function requireValues({ secrets, values }: HostSecretInputs): void {
  const missing = Object.entries(secrets).filter(
    ([name, { generate }]) => generate === undefined && values[name] === undefined,
  );
  if (missing.length > 0) {
    throw new InputError(
      missing.map(([name]) => ({
        path: `groundplan:secrets.${name}`,
        found: "nothing",
        allowed: "a secret value",
        fix: `pulumi config set --secret --path 'groundplan:secrets["${name}"]' VALUE`,
      })),
    );
  }
}
