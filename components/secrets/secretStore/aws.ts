import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { SecretSpec } from "../../../systems/spec";
import type { Make } from "../../aws/make";
import { makeSecretEntry, type SecretEntry } from "../../aws/secret";
import type { BindingValue } from "../../binding";
import { Component, type ComponentArgs } from "../../component";
import { InputError } from "../../errors";
import type { KeysContract } from "../keys/contract";
import type { SecretStoreContract } from "./contract";

export interface SecretStoreArgs extends ComponentArgs {
  /** Secrets of the spec, by name. */
  readonly secrets: Readonly<Record<string, SecretSpec>>;
  /** Values from the settings, by name; for what is not generated. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
  readonly keys: KeysContract;
}

/** The system's own secrets in Secrets Manager, one entry each, given by a setting or made up. */
export class SecretStore extends Component implements SecretStoreContract {
  private readonly entries: ReadonlyMap<string, SecretEntry>;

  constructor(name: string, args: SecretStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:secrets:SecretStore", name, args, opts);
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    this.requireValues(args);
    this.entries = new Map(
      Object.entries(args.secrets).map(([secret, spec]) => {
        const entry = makeSecretEntry(make, secret, {
          context: this.context,
          path: secret,
          description: spec.description,
          keyArn: args.keys.arn("secrets"),
          value: this.given(make, secret, spec, args),
        });
        return [secret, entry] as const;
      }),
    );
    this.finish();
  }

  value(name: string): BindingValue {
    const entry = this.entries.get(name);
    if (!entry) {
      throw new Error(`the system has no secret "${name}"`);
    }
    return { kind: "secret", source: entry.source() };
  }

  private given(make: Make, secret: string, spec: SecretSpec, args: SecretStoreArgs): pulumi.Output<string> {
    const value = args.values[secret];
    return value === undefined
      ? make(random.RandomPassword, `${secret}-value`, { length: spec.generate ?? 32, special: false }).result
      : pulumi.secret(value);
  }

  private requireValues({ secrets, values }: SecretStoreArgs): void {
    const missing = Object.entries(secrets).filter(
      ([name, spec]) => spec.generate === undefined && values[name] === undefined,
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
