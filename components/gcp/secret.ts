import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { SecretSource } from "../binding";
import { type Context, identityOf } from "../context";
import type { Make } from "../make";
import { uniqueName } from "../naming";
import { labelsOf } from "./labels";
import { GCP_NAMES } from "./names";

/** What every secret of a placement shares. */
export interface SecretHome {
  readonly context: Context;
  readonly keyName: pulumi.Input<string>;
  /** The only identity that reads values: the controller that brings them into the cluster, or the one host. */
  readonly reader: pulumi.Input<string>;
  /** Topic told of every new version, and of rotations that are due. @default nobody is told */
  readonly topic?: pulumi.Input<string>;
  readonly ready: readonly pulumi.Resource[];
}

export interface SecretEntryArgs {
  readonly home: SecretHome;
  /** What it is, within the placement, such as `main-db/api`. */
  readonly path: string;
  readonly description: string;
  /** The value, or JSON of several. */
  readonly value: pulumi.Output<string>;
  /** When people are told to give it a new value. @default never */
  readonly rotation?: Rotation;
}

export interface Rotation {
  /** Days between two new values. */
  readonly days: number;
  /** First day one is due, as `2027-01-31`; in the future when the secret is made. */
  readonly first: string;
}

/** A secret in Secret Manager. */
export interface SecretEntry {
  readonly id: pulumi.Output<string>;
  /** The version and the reader's grant: without both a secret cannot be read. */
  readonly ready: readonly pulumi.Resource[];
  source(property?: string): SecretSource;
}

/** Days a destroyed version can be brought back. */
const DESTROY_DELAY_DAYS: Readonly<Record<Context["environment"], number>> = { dev: 1, staging: 7, production: 30 };

/**
 * Values stay in the placement's own region, under a key of that region: replication that Google chooses would take them
 * to others, and asks for a key of the global location.
 * https://docs.cloud.google.com/secret-manager/docs/choosing-replication
 */
export function makeSecretEntry(make: Make, named: string, args: SecretEntryArgs): SecretEntry {
  const { context, keyName, reader, topic, ready } = args.home;
  const { rotation } = args;
  // Secret Manager moves the date on by itself and takes none of the past, so that it can be given once only: another
  // schedule is another secret.
  const schedule = rotation === undefined ? "" : `-rotated-${rotation.days}`;
  const role = `${named}${schedule}`;
  const secretId = uniqueName(GCP_NAMES.secret, [
    identityOf(context),
    context.environment,
    context.placement,
    ...`${args.path}${schedule}`.split("/"),
  ]);
  const secret = make(
    gcp.secretmanager.Secret,
    role,
    {
      secretId,
      replication: {
        userManaged: {
          replicas: [{ location: context.region, customerManagedEncryption: { kmsKeyName: keyName } }],
        },
      },
      ...(topic === undefined ? {} : { topics: [{ name: topic }] }),
      ...(rotation === undefined
        ? {}
        : {
            rotation: {
              nextRotationTime: `${rotation.first}T00:00:00Z`,
              rotationPeriod: `${rotation.days * 86_400}s`,
            },
          }),
      versionDestroyTtl: `${DESTROY_DELAY_DAYS[context.environment] * 86_400}s`,
      annotations: { description: args.description },
      labels: labelsOf(context.tags),
    },
    { dependsOn: [...ready], ...(rotation === undefined ? {} : { ignoreChanges: ["rotation"] }) },
  );
  const version = make(gcp.secretmanager.SecretVersion, `${role}-version`, {
    secret: secret.id,
    secretData: args.value,
  });
  const access = make(gcp.secretmanager.SecretIamMember, `${role}-reader`, {
    secretId: secret.id,
    role: "roles/secretmanager.secretAccessor",
    member: reader,
  });
  return {
    id: secret.id,
    ready: [version, access],
    // External Secrets asks for a secret of its store's project by its short name.
    source: (property) => ({ from: "store", key: secretId, ...(property === undefined ? {} : { property }) }),
  };
}
