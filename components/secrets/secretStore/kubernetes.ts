import type * as pulumi from "@pulumi/pulumi";
import type { SecretSpec } from "../../../systems/spec";
import type { BindingValue } from "../../binding";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs } from "../../component";
import { type CommonValues, generatedValue } from "./generated";

export interface KubernetesSecretsArgs extends ComponentArgs {
  /** Every secret of the system by name. */
  readonly secrets: Readonly<Record<string, Pick<SecretSpec, "description" | "generate">>>;
  /** Values from the settings, tainted. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
  /** What is made up for all placements alike. @default each placement makes up its own */
  readonly common?: CommonValues | undefined;
  readonly cluster: Pick<ClusterContract, "secretStore">;
}

/** Secrets of the system: generated here, given in the settings, or kept in the store that External Secrets reads. */
export class KubernetesSecrets extends Component {
  /** Values that were made up, by secret. */
  readonly generated = new Map<string, pulumi.Output<string>>();
  private readonly bindings: ReadonlyMap<string, BindingValue>;

  constructor(name: string, args: KubernetesSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:secrets:SecretStore", name, args, opts);
    this.bindings = new Map(
      Object.entries(args.secrets).map(([secret, spec]) => [secret, this.bind(secret, spec, args)]),
    );
    this.finish({ secrets: Object.keys(args.secrets) });
  }

  /** Where a workload gets the secret from. */
  binding(secret: string): BindingValue {
    const binding = this.bindings.get(secret);
    if (!binding) {
      throw new Error(`the system has no secret "${secret}"`);
    }
    return binding;
  }

  private bind(secret: string, spec: Pick<SecretSpec, "generate">, args: KubernetesSecretsArgs): BindingValue {
    const given = args.values[secret];
    if (given) {
      return { kind: "secret", source: { from: "value", value: given } };
    }
    if (spec.generate !== undefined) {
      const value = generatedValue(
        (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts),
        {
          secret,
          role: secret,
          length: spec.generate,
          common: args.common,
          // What it signed or encrypted is lost with it.
          opts: { protect: this.context.redundancy.protect },
        },
      );
      this.generated.set(secret, value);
      return { kind: "secret", source: { from: "value", value } };
    }
    if (args.cluster.secretStore) {
      return { kind: "secret", source: { from: "store", key: `${this.context.system}/${secret}` } };
    }
    this.degrade({
      feature: `secret ${secret}`,
      reason: `it has no value in the settings: pods wait for a Secret "${secret}" with a key "value" in their namespace`,
      remedy: `pulumi config set --secret --path 'groundplan:secrets.${secret}', or make the Secret by hand`,
    });
    return { kind: "secret", source: { from: "secret", name: secret, key: "value" } };
  }
}
