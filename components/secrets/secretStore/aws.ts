import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { SecretSpec } from "../../../systems/spec";
import { accountOf } from "../../aws/account";
import { policyDocument } from "../../aws/policy";
import { makeSecretEntry, type SecretEntry } from "../../aws/secret";
import type { BindingValue } from "../../binding";
import { Component, type ComponentArgs } from "../../component";
import type { Make } from "../../make";
import { isPassphrase } from "../../operations/backup/contract";
import type { KeysContract } from "../keys/contract";
import { keyPolicy } from "../keys/policy";
import { makeRotation } from "../rotation/aws";
import { COPY_DAYS, type Unmet } from "../rotation/choice";
import type { RotatedSecret, Rotation, RotationReplica, RotationSource } from "../rotation/work";
import type { SecretStoreContract } from "./contract";
import { apart, type CommonValues, generatedValue } from "./generated";

export interface SecretRotations {
  /** Why nothing rotates that has days. @default it does */
  readonly unmet?: Unmet;
  /** The entry a secret is a copy of, where another placement rotates it. @default it turns here */
  source?(secret: string): RotationSource | undefined;
}

export interface SecretStoreArgs extends ComponentArgs {
  /** Secrets of the spec, by name. */
  readonly secrets: Readonly<Record<string, SecretSpec>>;
  /** Values from the settings, by name; for what is not generated. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
  /** Settings that give a value, by name. @default the secret's name under `groundplan:secrets` */
  readonly paths?: Readonly<Record<string, string>>;
  /** What is made up for all placements alike. @default each placement makes up its own */
  readonly common?: CommonValues | undefined;
  /**
   * Secrets that are kept elsewhere. What is made up of them is made up here all the same: a change of stores is no change
   * of value. @default none
   */
  readonly elsewhere?: ReadonlySet<string>;
  /** What is known of rotation here. @default what has days rotates by them */
  readonly rotations?: SecretRotations;
  readonly keys: KeysContract & pulumi.Resource;
  /** Region that keeps a copy of every entry, under a key of its own. @default none */
  readonly replicaRegion?: string | undefined;
  /** Cluster whose namespaces read from here. */
  readonly reader: {
    readonly kubernetes: pulumi.ProviderResource;
    /** The controller that reads, and its identity. */
    readonly ready: readonly pulumi.Resource[];
    /** Namespaces that may. */
    readonly namespaces: readonly string[];
  };
}

/**
 * The system's own secrets in Secrets Manager, one entry each: given by a setting, made up, or empty until somebody puts
 * in what only an external service gives.
 */
export class SecretStore extends Component implements SecretStoreContract {
  /** Name of the store in the cluster. */
  readonly storeName: string;
  /** What must stand before the cluster can read a secret. */
  readonly ready: readonly pulumi.Resource[];
  /** Values that were made up, by secret. */
  readonly generated = new Map<string, pulumi.Output<string>>();
  /** Values of what is kept elsewhere, as far as they are known here. */
  readonly outgoing = new Map<string, pulumi.Output<string>>();
  /** Entries that rotate here, by secret: what copies of them follow. */
  readonly rotating: ReadonlyMap<string, RotationSource>;
  readonly rotation: Rotation;
  private readonly entries: ReadonlyMap<string, SecretEntry>;

  constructor(name: string, args: SecretStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:secrets:SecretStore", name, args, opts);
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const { own, other } = apart(args.secrets, args.elsewhere);
    const replica = this.makeReplicaPlace(args, own);
    for (const [secret, spec] of Object.entries(other)) {
      const value = this.given(make, secret, spec, args);
      if (value !== undefined) {
        this.outgoing.set(secret, value);
      }
    }
    this.entries = new Map(
      Object.entries(own).map(([secret, spec]) => {
        const value = this.given(make, secret, spec, args);
        const entry = makeSecretEntry(make, secret, {
          context: this.context,
          path: secret,
          description: spec.description,
          opensCopies: isPassphrase(secret),
          keyArn: args.keys.arn("secrets"),
          replica,
          rotates: this.daysOf(secret, args) !== undefined,
          ...(value === undefined ? {} : { value }),
        });
        return [secret, entry] as const;
      }),
    );
    const rotated = [...this.entries].flatMap(([secret, { arn, version }]) => {
      const days = this.daysOf(secret, args);
      return days === undefined ? [] : [{ role: secret, arn, version, days, source: args.rotations?.source?.(secret) }];
    });
    this.rotating = new Map(
      rotated.flatMap(({ role, arn, source }) => (source ? [] : [[role, { arn, keyArn: args.keys.arn("secrets") }]])),
    );
    this.rotation = this.rotate(make, args, replica, rotated);
    this.storeName = `${this.context.system}-${this.context.placement}`;
    this.ready = [this.makeClusterStore(args.reader)];
    this.reportEmpty(own, args);
    this.reportRotation(own, args.rotations);
    this.finish({ store: this.storeName });
  }

  /**
   * What reads copies of buckets must not be lost with the region they were made in, nor what opens dumps among them. A copy is read-only until
   * somebody lets it stand alone. https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
   */
  private makeReplicaPlace(
    { replicaRegion: region, keys }: SecretStoreArgs,
    secrets: SecretStoreArgs["secrets"],
  ): RotationReplica | undefined {
    if (region === undefined || Object.keys(secrets).length === 0) {
      return undefined;
    }
    const { context } = this;
    const key = this.make(
      aws.kms.Key,
      "replica-key",
      {
        region,
        description: `Copies of secrets of ${context.system} in ${region}`,
        enableKeyRotation: true,
        rotationPeriodInDays: 365,
        deletionWindowInDays: 30,
        policy: policyDocument(keyPolicy("secrets", region, accountOf(keys))),
        tags: context.tags,
      },
      { protect: context.redundancy.protect },
    );
    return { region, keyArn: key.arn };
  }

  /**
   * One store for the system's namespaces and no others. A store per namespace would read with the same identity:
   * Pod Identity belongs to the controller, whose pod has only one.
   * https://external-secrets.io/latest/provider/aws-access/
   */
  private makeClusterStore({ kubernetes, ready, namespaces }: SecretStoreArgs["reader"]): pulumi.Resource {
    return this.make(
      k8s.apiextensions.CustomResource,
      "cluster-store",
      {
        apiVersion: "external-secrets.io/v1",
        kind: "ClusterSecretStore",
        metadata: { name: this.storeName },
        spec: {
          conditions: [{ namespaces: [...namespaces] }],
          provider: { aws: { service: "SecretsManager", region: this.context.region } },
        },
      },
      { provider: kubernetes, dependsOn: [...ready] },
    );
  }

  value(name: string): BindingValue {
    const entry = this.entries.get(name);
    if (!entry) {
      throw new Error(`the system has no secret "${name}"`);
    }
    const source = entry.source();
    return {
      kind: "secret",
      // Of a copy, what brings the current value in.
      source:
        source.from === "store" && source.rotation
          ? { ...source, rotation: { ...source.rotation, ready: this.rotation.ready } }
          : source,
    };
  }

  private given(
    make: Make,
    secret: string,
    spec: SecretSpec,
    args: SecretStoreArgs,
  ): pulumi.Output<string> | undefined {
    const value = args.values[secret];
    if (value !== undefined) {
      return pulumi.secret(value);
    }
    if (spec.generate === undefined) {
      return undefined;
    }
    const made = generatedValue(make, {
      secret,
      role: `${secret}-value`,
      length: spec.generate,
      common: args.common,
    });
    this.generated.set(secret, made);
    return made;
  }

  /** Days between rotations of what is made up; what others issue or copies are encrypted with does not turn by itself. */
  private daysOf(secret: string, { secrets, rotations }: SecretStoreArgs): number | undefined {
    return this.generated.has(secret) && !isPassphrase(secret) && rotations?.unmet === undefined
      ? secrets[secret]?.rotateDays
      : undefined;
  }

  /** What is this placement's own turns here; what it shares with the one that made it up follows that one. */
  private rotate(
    make: Make,
    { keys }: SecretStoreArgs,
    replica: RotationReplica | undefined,
    rotated: readonly (Omit<RotatedSecret, "source"> & { readonly source: RotationSource | undefined })[],
  ): Rotation {
    const common = { context: this.context, keys, subject: "secrets", replica, parent: this };
    const own = rotated.flatMap(({ source, ...secret }) => (source ? [] : [secret]));
    const copied = rotated.flatMap(({ source, ...secret }) => (source ? [{ ...secret, source, days: COPY_DAYS }] : []));
    return [
      makeRotation(make, { ...common, work: { kind: "value" }, secrets: own }),
      makeRotation(make, { ...common, role: "copies", work: { kind: "copy" }, secrets: copied }),
    ].reduce((left, right) => ({
      functionNames: [...left.functionNames, ...right.functionNames],
      ready: [...left.ready, ...right.ready],
    }));
  }

  private reportRotation(secrets: SecretStoreArgs["secrets"], rotations: SecretStoreArgs["rotations"]): void {
    for (const [name, { rotateDays }] of Object.entries(secrets)) {
      if (rotateDays === undefined) {
        continue;
      }
      const given: Unmet | undefined = this.generated.has(name)
        ? rotations?.unmet
        : {
            reason: "its value is given: only who issues it can replace it",
            remedy: `put the new one in every ${rotateDays} days, as its value was; or let it be made up, with generate`,
          };
      if (given) {
        this.degrade({ feature: `rotation of secret ${name}`, ...given });
      } else if (rotations?.source?.(name)) {
        this.degrade({
          feature: `a new value of secret ${name} in every placement at once`,
          reason: `the placement that made it up replaces it, and it is copied here within ${COPY_DAYS * 24} hours`,
          remedy:
            "accept the former value for two days where it is checked; or run aws secretsmanager rotate-secret here",
        });
      }
    }
  }

  private reportEmpty(
    secrets: SecretStoreArgs["secrets"],
    { values, paths = {} }: Pick<SecretStoreArgs, "values" | "paths">,
  ): void {
    const empty = Object.entries(secrets).flatMap(([name, { generate }]) =>
      generate === undefined && values[name] === undefined ? [name] : [],
    );
    for (const name of empty) {
      this.degrade({
        feature: `secret ${name}`,
        reason: "it has no value in the settings: its entry in Secrets Manager is empty, and pods that use it wait",
        remedy: `pulumi config set --secret --path '${paths[name] ?? `groundplan:secrets["${name}"]`}' VALUE, or aws secretsmanager put-secret-value`,
      });
    }
  }
}
