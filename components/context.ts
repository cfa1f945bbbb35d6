import type { Environment, Model } from "../systems/spec";
import type { LayerOwners } from "./layers";

export const CLOUDS = ["aws", "gcp", "kubernetes"] as const;
export type Cloud = (typeof CLOUDS)[number];

/** Where and for what a component is made: the same value for every component of one placement. */
export interface Context {
  /** The system by the name its parts carry in a cluster, on a host and in their tags. */
  readonly system: string;
  /**
   * The system and what tells this stack from others of the same system, for names of which an account or a project has
   * one each; see {@link identityOf}. @default the system
   */
  readonly identity?: string;
  readonly environment: Environment;
  readonly model: Model;
  /** Name of the placement, or `edge` for the part that belongs to none. */
  readonly placement: string;
  readonly cloud: Cloud;
  /** Region of the cloud; the context's or cluster's name on Kubernetes. */
  readonly region: string;
  readonly role: "primary" | "secondary";
  /** Tags or labels on everything that takes them. */
  readonly tags: Readonly<Record<string, string>>;
  readonly redundancy: Redundancy;
  /** AWS: ARN of the policy no role made here may exceed. @default none */
  readonly permissionsBoundary?: string;
  /** How its layers are shared between stacks. @default this stack owns them all */
  readonly layers?: LayerOwners;
}

/** What an environment asks of every stateful or replicated part. Encryption, privacy and backups are not up to it. */
export interface Redundancy {
  /** Whether losing a zone may not stop the system. */
  readonly multiZone: boolean;
  /** One NAT gateway per zone rather than one in all. */
  readonly natPerZone: boolean;
  /** Least days automatic backups are kept. */
  readonly backupRetentionDays: number;
  /** Days logs are kept. */
  readonly logRetentionDays: number;
  /** Whether stateful resources are protected from deletion, by the cloud and by Pulumi. */
  readonly protect: boolean;
  /**
   * Whether a destroy leaves what brings the data back: a final snapshot, volumes, locked copies, and the keys and
   * passphrases without which nobody can read them. Without, it leaves nothing.
   */
  readonly keep: boolean;
}

/** The redundancy of an environment; `ephemeral` drops protection for stacks that live for hours. */
export function redundancyOf(environment: Environment, options: { ephemeral?: boolean } = {}): Redundancy {
  switch (environment) {
    case "dev":
      return {
        multiZone: false,
        natPerZone: false,
        backupRetentionDays: 1,
        logRetentionDays: 14,
        protect: false,
        keep: false,
      };
    case "staging":
      return {
        multiZone: true,
        natPerZone: false,
        backupRetentionDays: 7,
        logRetentionDays: 30,
        protect: !options.ephemeral,
        keep: !options.ephemeral,
      };
    case "production":
      return {
        multiZone: true,
        natPerZone: true,
        backupRetentionDays: 7,
        logRetentionDays: 365,
        protect: !options.ephemeral,
        keep: !options.ephemeral,
      };
    default:
      return environment satisfies never;
  }
}

/** What names begin with that no other stack in the same account or project may give. */
export function identityOf({ identity, system }: Pick<Context, "identity" | "system">): string {
  return identity ?? system;
}

/** Whether a model runs replicas on several nodes, rather than one machine's worth. */
export function isDistributed(model: Model): boolean {
  return model === "distributed" || model === "global";
}
