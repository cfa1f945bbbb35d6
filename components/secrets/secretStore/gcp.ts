import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { SecretSpec } from "../../../systems/spec";
import type { BindingValue } from "../../binding";
import { Component, type ComponentArgs } from "../../component";
import { InputError } from "../../errors";
import { labelsOf } from "../../gcp/labels";
import type { Make } from "../../gcp/make";
import { type Project, projectOf } from "../../gcp/project";
import { makeSecretEntry, type SecretEntry, type SecretHome } from "../../gcp/secret";
import { makeServiceAgent } from "../../gcp/serviceAgents";
import type { KeysContract } from "../keys/contract";
import type { SecretStoreContract } from "./contract";
import { type CommonValues, generatedValue } from "./generated";

export interface SecretStoreArgs extends ComponentArgs {
  /** Secrets of the spec, by name. */
  readonly secrets: Readonly<Record<string, SecretSpec>>;
  /** Values from the settings, by name; for what is not generated. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
  /** What is made up for all placements alike. @default each placement makes up its own */
  readonly common?: CommonValues | undefined;
  readonly keys: KeysContract;
  /** Cluster whose namespaces read from here. */
  readonly reader: {
    readonly kubernetes: pulumi.ProviderResource;
    /** Identity of the controller that reads. */
    readonly principal: pulumi.Input<string>;
    /** The controller. */
    readonly ready: readonly pulumi.Resource[];
    /** Namespaces that may. */
    readonly namespaces: readonly string[];
  };
}

/** The system's own secrets in Secret Manager, one entry each, given by a setting or made up. */
export class SecretStore extends Component implements SecretStoreContract {
  /** Name of the store in the cluster. */
  readonly storeName: string;
  /** What must stand before the cluster can read a secret. */
  readonly ready: readonly pulumi.Resource[];
  /** What every secret of the placement shares, those of its databases too. */
  readonly home: SecretHome;
  /** Values that were made up, by secret. */
  readonly generated = new Map<string, pulumi.Output<string>>();
  private readonly entries: ReadonlyMap<string, SecretEntry>;
  private readonly project: Project;
  private readonly makeChild: Make;

  constructor(name: string, args: SecretStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:secrets:SecretStore", name, args, opts);
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    this.project = projectOf(this);
    requireValues(args);
    this.home = this.makeHome(args);
    this.entries = new Map(
      Object.entries(args.secrets).map(([secret, spec]) => {
        const entry = makeSecretEntry(this.makeChild, secret, {
          home: this.home,
          path: secret,
          description: spec.description,
          value: this.given(secret, spec, args),
        });
        return [secret, entry] as const;
      }),
    );
    this.storeName = `${this.context.system}-${this.context.placement}`;
    this.ready = [this.makeClusterStore(args.reader)];
    this.reportRotation(args.secrets);
    this.finish({ store: this.storeName });
  }

  value(name: string): BindingValue {
    const entry = this.entries.get(name);
    if (!entry) {
      throw new Error(`the system has no secret "${name}"`);
    }
    return { kind: "secret", source: entry.source() };
  }

  /** The topic Secret Manager tells of every version that is added, disabled or destroyed. */
  private makeHome({ keys, reader }: SecretStoreArgs): SecretHome {
    const { context, project } = this;
    const topic = this.make(gcp.pubsub.Topic, "events", {
      kmsKeyName: keys.arn("secrets"),
      messageStoragePolicy: { allowedPersistenceRegions: [context.region] },
      labels: labelsOf(context.tags),
    });
    const agent = makeServiceAgent(this.makeChild, "secretmanager", project, this);
    const publisher = this.make(
      gcp.pubsub.TopicIAMMember,
      "events-publisher",
      { topic: topic.id, role: "roles/pubsub.publisher", member: agent.member },
      { dependsOn: [...agent.ready] },
    );
    return { context, keyName: keys.arn("secrets"), reader: reader.principal, topic: topic.id, ready: [publisher] };
  }

  /**
   * One store for the system's namespaces and no others. A store per namespace would read with the same identity: that
   * of the controller, which is allowed each of these secrets by name.
   * https://external-secrets.io/latest/provider/google-secrets-manager/
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
          provider: { gcpsm: { projectID: this.project.id } },
        },
      },
      { provider: kubernetes, dependsOn: [...ready] },
    );
  }

  private given(secret: string, spec: SecretSpec, args: SecretStoreArgs): pulumi.Output<string> {
    const value = args.values[secret];
    if (value !== undefined) {
      return pulumi.secret(value);
    }
    const made = generatedValue(this.makeChild, {
      secret,
      role: `${secret}-value`,
      length: spec.generate ?? 32,
      common: args.common,
    });
    this.generated.set(secret, made);
    return made;
  }

  private reportRotation(secrets: SecretStoreArgs["secrets"]): void {
    const rotated = Object.entries(secrets).flatMap(([name, { rotateDays }]) =>
      rotateDays === undefined ? [] : [name],
    );
    if (rotated.length > 0) {
      this.degrade({
        feature: `rotation of ${rotated.join(", ")}`,
        reason: "Secret Manager only says that a rotation is due, and from a date somebody must choose",
        remedy:
          "subscribe a function that makes the new version to the topic of events, and give the secrets a rotation",
      });
    }
  }
}

function requireValues({ secrets, values }: SecretStoreArgs): void {
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
