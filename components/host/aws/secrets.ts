import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { SecretSpec } from "../../../systems/spec";
import { makeSecretEntry, type SecretEntry } from "../../aws/secret";
import { Component, type ComponentArgs } from "../../component";
import { InputError } from "../../errors";
import type { Make } from "../../make";
import { isPassphrase } from "../../operations/backup/contract";
import type { KeysContract } from "../../secrets/keys/contract";
import type { HostSecret } from "../environment";

export interface HostSecretsArgs extends ComponentArgs {
  /** Secrets of stores and backups, all made up. */
  readonly own: readonly HostSecret[];
  /** Secrets of the system and of external services, by name. */
  readonly secrets: Readonly<Record<string, SecretSpec>>;
  /** Values from the settings, by name; for what is not generated. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
  readonly keys: KeysContract;
}

/** Every secret of a host in Secrets Manager, an entry each. The host reads them when it starts. */
export class HostSecrets extends Component {
  /** ARNs by name. */
  readonly arns: Readonly<Record<string, pulumi.Output<string>>>;
  /** Versions: a secret without one cannot be read. */
  readonly ready: readonly pulumi.Resource[];

  constructor(name: string, args: HostSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:secrets:SecretStore", name, args, opts);
    this.requireValues(args);
    const entries = this.makeEntries(args);
    this.arns = Object.fromEntries(entries.map(([secret, { arn }]) => [secret, arn]));
    this.ready = entries.map(([, { version }]) => version);
    this.finish({ secrets: Object.keys(this.arns) });
  }

  private makeEntries(args: HostSecretsArgs): readonly (readonly [string, SecretEntry])[] {
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const specs = Object.entries(args.secrets).map(([name, { description, generate }]) => ({
      name,
      description,
      ...(generate === undefined ? {} : { generate }),
    }));
    return [...args.own, ...specs].map((secret) => [
      secret.name,
      makeSecretEntry(make, secret.name, {
        context: this.context,
        path: secret.name,
        description: secret.description,
        opensCopies: isPassphrase(secret.name),
        keyArn: args.keys.arn("secrets"),
        value: args.values[secret.name] ?? this.generated(secret),
      }),
    ]);
  }

  private generated({ name, generate = 40 }: HostSecret): pulumi.Output<string> {
    return this.make(random.RandomPassword, `${name}-value`, { length: generate, special: false }).result;
  }

  private requireValues({ secrets, values }: HostSecretsArgs): void {
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
}
