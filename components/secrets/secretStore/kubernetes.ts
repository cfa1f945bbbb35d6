import type * as pulumi from "@pulumi/pulumi";
import type { SecretSpec } from "../../../systems/spec";
import type { BindingValue } from "../../binding";
import type { ClusterContract } from "../../cluster/contract";
import { Component, type ComponentArgs } from "../../component";
import { apart, type CommonValues, generatedValue } from "./generated";

export interface KubernetesSecretsArgs extends ComponentArgs {
  /** Every secret of the system by name. */
  readonly secrets: Readonly<Record<string, Pick<SecretSpec, "description" | "generate">>>;
  /** Values from the settings, tainted. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
  /** What is made up for all placements alike. @default each placement makes up its own */
  readonly common?: CommonValues | undefined;
  /**
   * Secrets that are kept elsewhere. What is made up of them is made up here all the same: a change of stores is no change
   * of value. @default none
   */
  readonly elsewhere?: ReadonlySet<string>;
  readonly cluster: Pick<ClusterContract, "secretStore">;
}

/** Secrets of the system: generated here, given in the settings, or kept in the store that External Secrets reads. */
export class KubernetesSecrets extends Component {
  /** Values that were made up, by secret. */
  readonly generated = new Map<string, pulumi.Output<string>>();
  /** Values of what is kept elsewhere, as far as they are known here. */
  readonly outgoing = new Map<string, pulumi.Output<string>>();
  private readonly bindings: ReadonlyMap<string, BindingValue>;

  constructor(name: string, args: KubernetesSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:secrets:SecretStore", name, args, opts);
    const { own, other } = apart(args.secrets, args.elsewhere);
    for (const [secret, spec] of Object.entries(other)) {
      const value = this.known(secret, spec, args);
      if (value !== undefined) {
        this.outgoing.set(secret, value);
      }
    }
    this.bindings = new Map(Object.entries(own).map(([secret, spec]) => [secret, this.bind(secret, spec, args)]));
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
    const value = this.known(secret, spec, args);
    if (value !== undefined) {
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

  /** A value that the settings give, or that is made up. */
  private known(
    secret: string,
    { generate }: Pick<SecretSpec, "generate">,
    { values, common }: KubernetesSecretsArgs,
  ): pulumi.Output<string> | undefined {
    const given = values[secret];
    if (given || generate === undefined) {
      return given;
    }
    const value = generatedValue(
      (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts),
      {
        secret,
        role: secret,
        length: generate,
        common,
        // What it signed or encrypted is lost with it.
        opts: { protect: this.context.redundancy.protect },
      },
    );
    this.generated.set(secret, value);
    return value;
  }
}
