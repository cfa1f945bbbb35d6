import type * as pulumi from "@pulumi/pulumi";

/**
 * What the second of a client's two users is called after the first. A rotation gives the other user a new password, so
 * that the one in use stays good until the next.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets_strategies.html
 */
export const ALTERNATE_SUFFIX = "_alternate";

/** Where a function stands to reach a store. */
export interface RotationNetwork {
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets, with a way to the services of AWS. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  /** Group around the store: it gets a rule that lets the function in. */
  readonly storeGroupId: pulumi.Input<string>;
  /** What must stand before anything in the subnets reaches the outside. */
  readonly ready: readonly pulumi.Resource[];
}

/** What a function rotates, and by which way. */
export type RotationWork =
  /** Values nobody else has to be told: a new random one, as long as the current. */
  | { readonly kind: "value" }
  /** Users of a database, and its administrator where that secret is among those to rotate. */
  | {
      readonly kind: "postgres";
      readonly host: pulumi.Input<string>;
      readonly database: string;
      /** What has the administrator's user and password: under `username`, `password`. */
      readonly administratorArn: pulumi.Output<string>;
      /** The instance, where the administrator's own secret rotates too. @default it does not */
      readonly instance?: { readonly identifier: pulumi.Input<string>; readonly arn: pulumi.Input<string> };
      readonly network: RotationNetwork;
    }
  /** The token of a replication group. */
  | {
      readonly kind: "redis";
      readonly groupId: pulumi.Input<string>;
      readonly groupArn: pulumi.Input<string>;
      readonly host: pulumi.Input<string>;
      readonly network: RotationNetwork;
    }
  /** What another region's secrets hold: each secret names its source. */
  | { readonly kind: "copy" };

/** The secret a copy follows, in its own region. */
export interface RotationSource {
  readonly arn: pulumi.Output<string>;
  /** Key it is encrypted with, in that region. */
  readonly keyArn: pulumi.Input<string>;
}

/** Where Secrets Manager copies secrets to, each time they change. */
export interface RotationReplica {
  readonly region: string;
  readonly keyArn: pulumi.Input<string>;
}

/** A secret to rotate. */
export interface RotatedSecret {
  /** Role of the child that holds the secret; its rotation is `${role}-rotation`. */
  readonly role: string;
  readonly arn: pulumi.Output<string>;
  /** Its first value, which must stand before. */
  readonly version: pulumi.Resource;
  /** Days between rotations, 1 to 1,000. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html */
  readonly days: number;
  /** What else must stand before it turns, such as the users it is for. @default nothing */
  readonly after?: readonly pulumi.Resource[];
  /** What it follows; work of kind `copy` needs one of every secret, other work takes none. @default none */
  readonly source?: RotationSource;
}

/** What has been made to rotate. */
export interface Rotation {
  /** Names of the functions: a metric of errors has them as its dimension. None where there is nothing to rotate. */
  readonly functionNames: readonly pulumi.Output<string>[];
  readonly ready: readonly pulumi.Resource[];
}
