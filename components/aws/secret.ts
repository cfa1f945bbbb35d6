import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { SecretSource } from "../binding";
import { type Context, identityOf } from "../context";
import type { Make } from "../make";
import { NAME_RULES, physicalName } from "../naming";
import { PREFIX_SUFFIX } from "./names";

export interface SecretEntryArgs {
  readonly context: Context;
  /** What it is, within the placement, such as `main-db/api`. */
  readonly path: string;
  readonly description: string;
  readonly keyArn: pulumi.Input<string>;
  /** A copy in another region, under a key of that region. @default none */
  readonly replica?: { readonly region: string; readonly keyArn: pulumi.Input<string> } | undefined;
  /** The value, or JSON of several. @default none: somebody puts one in */
  readonly value?: pulumi.Output<string>;
  /** Whether it opens copies that a destroy leaves, and so is left as well. @default false */
  readonly opensCopies?: boolean;
  /** Whether Secrets Manager gives it new values by itself. @default false: it holds what the stack puts in */
  readonly rotates?: boolean;
}

/** A secret in Secrets Manager. */
export interface SecretEntry {
  readonly arn: pulumi.Output<string>;
  /**
   * The version: readers must wait for it, because a secret without one cannot be read. The secret itself where somebody
   * else puts the value in.
   */
  readonly version: pulumi.Resource;
  /** Changes when the stack puts another value in, and only then. Undefined: somebody else does. */
  readonly versionId: pulumi.Output<string> | undefined;
  source(property?: string): SecretSource;
}

/** Path all secrets of a placement begin with: what a reader's policy names. */
export function secretPath(context: Context): string {
  return physicalName(
    NAME_RULES.awsSecret,
    [`${identityOf(context)}/${context.environment}/${context.placement}/`],
    128,
  );
}

/** By this the policy secret-rotation knows what opens nothing it has encrypted once it has another value. */
const NEVER_ROTATES = { "groundplan:rotation": "never" };

/** An entry without a value yet. */
export function makeSecret(make: Make, role: string, args: Omit<SecretEntryArgs, "value">): aws.secretsmanager.Secret {
  const { context } = args;
  return make(
    aws.secretsmanager.Secret,
    role,
    {
      namePrefix: `${physicalName(NAME_RULES.awsSecret, [`${secretPath(context)}${args.path}`], PREFIX_SUFFIX + 1)}-`,
      description: args.description,
      kmsKeyId: args.keyArn,
      ...(args.replica ? { replicas: [{ region: args.replica.region, kmsKeyId: args.replica.keyArn }] } : {}),
      recoveryWindowInDays: recoveryWindowDays(context),
      tags: args.opensCopies === true ? { ...context.tags, ...NEVER_ROTATES } : context.tags,
    },
    leaving(args),
  );
}

export function makeSecretEntry(make: Make, role: string, args: SecretEntryArgs): SecretEntry {
  return fillSecret(make, role, makeSecret(make, role, args), args.value, {
    ...leaving(args),
    rotates: args.rotates ?? false,
  });
}

function leaving({ context, opensCopies }: Omit<SecretEntryArgs, "value">): { readonly retainOnDelete?: true } {
  return opensCopies === true && context.redundancy.keep ? { retainOnDelete: true } : {};
}

interface FillOptions {
  readonly retainOnDelete?: true;
  /** Whether Secrets Manager gives it new values by itself. @default false */
  readonly rotates?: boolean;
}

/**
 * Secrets Manager drops a version that no label names any more, which the stack's is after two rotations: a refresh would
 * miss it, and the next update write the old value anew. The rotation's function gives it a label that keeps it, which the
 * stack never names: it could not without taking AWSCURRENT back. A new value is a new version and current at once; what
 * was there before it needs no clearing up.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
 */
const ROTATED_OPTIONS = { retainOnDelete: true };

/** Puts the value into an entry. */
export function fillSecret(
  make: Make,
  role: string,
  secret: aws.secretsmanager.Secret,
  value: pulumi.Output<string> | undefined,
  { rotates = false, ...opts }: FillOptions = {},
): SecretEntry {
  const version =
    value === undefined
      ? undefined
      : make(
          aws.secretsmanager.SecretVersion,
          `${role}-version`,
          { secretId: secret.id, secretString: value },
          { ...opts, ...(rotates ? ROTATED_OPTIONS : {}) },
        );
  return {
    arn: secret.arn,
    version: version ?? secret,
    versionId: version?.versionId,
    source: (property) => ({
      from: "store",
      key: secret.arn,
      ...(property === undefined ? {} : { property }),
      ...(rotates && version ? { rotation: { version: version.versionId } } : {}),
    }),
  };
}

/** Days a deleted secret can be brought back; none in dev, where stacks come and go. */
function recoveryWindowDays(context: Context): number {
  switch (context.environment) {
    case "dev":
      return 0;
    case "staging":
      return 7;
    case "production":
      return 30;
    default:
      return context.environment satisfies never;
  }
}
