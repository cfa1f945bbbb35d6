import { type Context, identityOf } from "../context";
import { digest, type NameRule, uniqueName } from "../naming";

/** Limits from each service's own documentation, for names we must give ourselves. */
export const GCP_NAMES = {
  /** RFC 1035 label: everything of Compute Engine. https://docs.cloud.google.com/compute/docs/naming-resources */
  compute: { maxLength: 63, allowed: /[a-z0-9-]/, letterFirst: true },
  /** https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters */
  cluster: { maxLength: 40, allowed: /[a-z0-9-]/, letterFirst: true },
  nodePool: { maxLength: 40, allowed: /[a-z0-9-]/, letterFirst: true },
  /** https://docs.cloud.google.com/iam/docs/service-accounts-create */
  serviceAccount: { maxLength: 30, minLength: 6, allowed: /[a-z0-9-]/, letterFirst: true },
  /** Project and instance together end at 98. https://docs.cloud.google.com/sql/docs/postgres/instance-settings */
  sqlInstance: { maxLength: 63, allowed: /[a-z0-9-]/, letterFirst: true },
  /** https://docs.cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances/create */
  redis: { maxLength: 40, allowed: /[a-z0-9-]/, letterFirst: true },
  /** https://docs.cloud.google.com/filestore/docs/reference/rest/v1/projects.locations.instances/create */
  filestore: { maxLength: 63, allowed: /[a-z0-9-]/, letterFirst: true },
  /** https://docs.cloud.google.com/storage/docs/buckets#naming */
  bucket: { maxLength: 63, minLength: 3, allowed: /[a-z0-9-]/, letterFirst: true },
  /** https://docs.cloud.google.com/logging/docs/buckets#create_bucket */
  logBucket: { maxLength: 100, allowed: /[a-z0-9-]/, letterFirst: true },
  /** https://docs.cloud.google.com/artifact-registry/docs/repositories/create-repos */
  repository: { maxLength: 63, allowed: /[a-z0-9-]/, letterFirst: true },
  /** https://docs.cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create */
  secret: { maxLength: 255, allowed: /[A-Za-z0-9_-]/, keepCase: true },
} as const satisfies Record<string, NameRule>;

/**
 * Longest name of a placement: names end at 63 characters, Pulumi adds 8, and the longest child of a component the rest.
 * Longer ones fail in the middle of a plan, with a message about a resource nobody has written.
 */
export const LONGEST_PLACEMENT = 26;

const DIGEST_LENGTH = 6;

/** https://docs.cloud.google.com/iam/docs/reference/rest/v1/projects.roles/create */
const LONGEST_ROLE = 64;

/** The id of a role of the project's own: it has no hyphens, and no second role may ever have it. */
export function roleId(parts: readonly string[]): string {
  const id = parts.join("_").replace(/[^A-Za-z0-9_]/g, "_");
  return id.length <= LONGEST_ROLE
    ? id
    : `${id.slice(0, LONGEST_ROLE - DIGEST_LENGTH - 1)}_${digest(parts.join("\0"), DIGEST_LENGTH)}`;
}

/**
 * A name that holds, as a digest, what cannot be changed in place: a replacement finds its own name free, and can be
 * made before its predecessor goes.
 */
export function replaceableName(rule: NameRule, context: Context, part: string, immutable: unknown): string {
  const identity = digest(JSON.stringify([identityOf(context), context.environment, context.placement, immutable]), 6);
  return `${uniqueName(rule, [part], DIGEST_LENGTH + 1)}-${identity}`;
}
