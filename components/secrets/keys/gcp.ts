import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../../component";
import { labelsOf } from "../../gcp/labels";
import { type Project, projectOf } from "../../gcp/project";
import { makeServiceAgent, type ServiceAgent, type ServiceWithAgent } from "../../gcp/serviceAgents";
import type { Make } from "../../make";
import { CONCERNS, type Concern, type KeysContract } from "./contract";

export interface KeysArgs extends ComponentArgs {
  /** Keys to use instead of making them, by concern: resource names. @default none */
  readonly existing?: Readonly<Partial<Record<Concern, pulumi.Input<string>>>>;
  readonly transform?: { readonly [concern in Concern]?: Transform<gcp.kms.CryptoKeyArgs> };
}

/** Services that encrypt with a concern's key, each through its own agent and nobody else's. */
export const KEY_USERS: Readonly<Record<Concern, readonly ServiceWithAgent[]>> = {
  cluster: ["container"],
  // Nodes' disks and the volumes of pods are Compute Engine's.
  volumes: ["compute"],
  data: ["sqladmin", "redis", "file"],
  storage: ["storage"],
  secrets: ["secretmanager", "pubsub"],
  logs: ["storage"],
};

const ROTATION = `${90 * 86_400}s`;
const DESTROY_DELAY = `${30 * 86_400}s`;

/** One rotating key per concern, each open only to the agents of the services that work with it. */
export class Keys extends Component implements KeysContract {
  private readonly names: ReadonlyMap<Concern, pulumi.Output<string>>;
  private readonly agents = new Map<ServiceWithAgent, ServiceAgent>();
  private readonly project: Project;

  constructor(name: string, args: KeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:secrets:Keys", name, args, opts);
    this.project = projectOf(this);
    const missing = CONCERNS.filter((concern) => args.existing?.[concern] === undefined);
    const ring = missing.length > 0 ? this.makeRing() : undefined;
    this.names = new Map(
      CONCERNS.map((concern) => {
        const existing = args.existing?.[concern];
        const key = existing ?? (ring && this.makeKey(concern, ring));
        return [concern, this.openTo(concern, key ?? "")] as const;
      }),
    );
    this.finish();
  }

  /** Resource name of the key of a concern, known once the services that encrypt with it may. */
  arn(concern: Concern): pulumi.Output<string> {
    const name = this.names.get(concern);
    if (!name) {
      throw new Error(`there is no key for "${concern}"`);
    }
    return name;
  }

  /** Rings and keys are never deleted, and their names never free again: the generated suffix is needed. */
  private makeRing(): gcp.kms.KeyRing {
    return this.make(gcp.kms.KeyRing, "ring", { location: this.context.region });
  }

  private makeKey(concern: Concern, ring: gcp.kms.KeyRing): pulumi.Output<string> {
    const { context } = this;
    const key = this.make(
      gcp.kms.CryptoKey,
      concern,
      {
        keyRing: ring.id,
        purpose: "ENCRYPT_DECRYPT",
        rotationPeriod: ROTATION,
        destroyScheduledDuration: DESTROY_DELAY,
        versionTemplate: { algorithm: "GOOGLE_SYMMETRIC_ENCRYPTION", protectionLevel: "SOFTWARE" },
        labels: { ...labelsOf(context.tags), concern },
      },
      // What a destroyed key encrypted is lost with it.
      { protect: context.redundancy.protect },
    );
    return key.id;
  }

  private openTo(concern: Concern, key: pulumi.Input<string>): pulumi.Output<string> {
    const grants = KEY_USERS[concern].map((service) => {
      const agent = this.agentOf(service);
      return this.make(
        gcp.kms.CryptoKeyIAMMember,
        `${concern}-${service}`,
        { cryptoKeyId: key, role: "roles/cloudkms.cryptoKeyEncrypterDecrypter", member: agent.member },
        { dependsOn: [...agent.ready] },
      );
    });
    // Whoever takes the name from here waits for the grants: a service without them refuses to be made.
    return pulumi.all([key, pulumi.all(grants.map((grant) => grant.id))]).apply(([id]) => id);
  }

  private agentOf(service: ServiceWithAgent): ServiceAgent {
    const make: Make = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const agent = this.agents.get(service) ?? makeServiceAgent(make, service, this.project, this);
    this.agents.set(service, agent);
    return agent;
  }
}
