import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { SecretSpec } from "../../../systems/spec";
import type { BindingValue } from "../../binding";
import { Component, type ComponentArgs } from "../../component";
import { InputError } from "../../errors";
import { labelsOf } from "../../gcp/labels";
import { type Project, projectOf } from "../../gcp/project";
import { makeSecretEntry, type Rotation, type SecretEntry, type SecretHome } from "../../gcp/secret";
import { makeServiceAgent } from "../../gcp/serviceAgents";
import type { Make } from "../../make";
import type { KeysContract } from "../keys/contract";
import type { SecretStoreContract } from "./contract";
import { apart, type CommonValues, generatedValue } from "./generated";

export interface SecretStoreArgs extends ComponentArgs {
  /** Secrets of the spec, by name. */
  readonly secrets: Readonly<Record<string, SecretSpec>>;
  /** Values from the settings, by name; for what is not generated. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
  /** What is made up for all placements alike. @default each placement makes up its own */
  readonly common?: CommonValues | undefined;
  /**
   * Secrets that are kept elsewhere. What is made up of them is made up here all the same: a change of stores is no change
   * of value. @default none
   */
  readonly elsewhere?: ReadonlySet<string>;
  /** First day a secret is due that is replaced every so many days. @default nobody is told when one is */
  readonly rotateFrom?: string;
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

/** Days a message waits for whoever acts on it: the most there are. https://docs.cloud.google.com/pubsub/quotas */
const KEPT_DAYS = 31;

/** The system's own secrets in Secret Manager, one entry each, given by a setting or made up. */
export class SecretStore extends Component implements SecretStoreContract {
  /** Name of the store in the cluster. */
  readonly storeName: string;
  /** What must stand before the cluster can read a secret. */
  readonly ready: readonly pulumi.Resource[];
  /** Subscription with a message for every secret that is due. @default none is ever */
  readonly rotationsDue: pulumi.Output<string> | undefined;
  /** What every secret of the placement shares, those of its databases too. */
  readonly home: SecretHome;
  /** Values that were made up, by secret. */
  readonly generated = new Map<string, pulumi.Output<string>>();
  /** Values of what is kept elsewhere, as far as they are known here. */
  readonly outgoing = new Map<string, pulumi.Output<string>>();
  private readonly entries: ReadonlyMap<string, SecretEntry>;
  private readonly project: Project;
  private readonly makeChild: Make;

  constructor(name: string, args: SecretStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:secrets:SecretStore", name, args, opts);
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    this.project = projectOf(this);
    const { own, other } = apart(args.secrets, args.elsewhere);
    requireValues(own, args.values);
    const topic = this.makeTopic(args);
    this.home = this.makeHome(args, topic);
    for (const [secret, spec] of Object.entries(other)) {
      if (spec.generate !== undefined || args.values[secret] !== undefined) {
        this.outgoing.set(secret, this.given(secret, spec, args));
      }
    }
    this.entries = new Map(
      Object.entries(own).map(([secret, spec]) => {
        const entry = makeSecretEntry(this.makeChild, secret, {
          home: this.home,
          path: secret,
          description: spec.description,
          value: this.given(secret, spec, args),
          ...rotationOf(spec, args.rotateFrom),
        });
        return [secret, entry] as const;
      }),
    );
    this.storeName = `${this.context.system}-${this.context.placement}`;
    this.ready = [this.makeClusterStore(args.reader)];
    this.rotationsDue = this.tellRotations(own, args.rotateFrom, topic);
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
  private makeTopic({ keys }: SecretStoreArgs): gcp.pubsub.Topic {
    const { context } = this;
    return this.make(gcp.pubsub.Topic, "events", {
      kmsKeyName: keys.arn("secrets"),
      messageStoragePolicy: { allowedPersistenceRegions: [context.region] },
      labels: labelsOf(context.tags),
    });
  }

  private makeHome({ keys, reader }: SecretStoreArgs, topic: gcp.pubsub.Topic): SecretHome {
    const { context, project } = this;
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

  /**
   * Keeps what Secret Manager says of secrets that are due until somebody has given them a new value: a message to a
   * topic that nobody is subscribed to is gone.
   */
  private tellRotations(
    secrets: SecretStoreArgs["secrets"],
    rotateFrom: string | undefined,
    topic: gcp.pubsub.Topic,
  ): pulumi.Output<string> | undefined {
    const rotated = Object.entries(secrets).flatMap(([name, { rotateDays }]) =>
      rotateDays === undefined ? [] : [name],
    );
    if (rotated.length === 0) {
      return undefined;
    }
    if (rotateFrom === undefined) {
      this.degrade({
        feature: `rotation of ${rotated.join(", ")}`,
        reason: "Secret Manager says that a secret is due from a date on that somebody must choose",
        remedy: "set groundplan:secretRotation.first",
      });
      return undefined;
    }
    const { name } = this.make(gcp.pubsub.Subscription, "rotations-due", {
      topic: topic.id,
      filter: 'attributes.eventType = "SECRET_ROTATE"',
      messageRetentionDuration: `${KEPT_DAYS * 86_400}s`,
      // It would go by itself after a month without a reader, and secrets are due less often.
      expirationPolicy: { ttl: "" },
      labels: labelsOf(this.context.tags),
    });
    return name;
  }
}

function rotationOf({ rotateDays }: SecretSpec, first: string | undefined): { readonly rotation?: Rotation } {
  return rotateDays === undefined || first === undefined ? {} : { rotation: { days: rotateDays, first } };
}

function requireValues(secrets: SecretStoreArgs["secrets"], values: SecretStoreArgs["values"]): void {
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
