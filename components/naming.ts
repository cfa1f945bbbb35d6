import { createHash } from "node:crypto";

/** What a service accepts as a name. */
export interface NameRule {
  readonly maxLength: number;
  readonly minLength?: number;
  /** Characters kept as they are; all others become a hyphen. Upper case is lowered first unless kept. */
  readonly allowed: RegExp;
  readonly keepCase?: boolean;
  /** Whether the first character must be a letter. */
  readonly letterFirst?: boolean;
}

/** Limits from each service's own documentation, for names we must give ourselves or whose prefix we choose. */
export const NAME_RULES = {
  /** RFC 1123 label: namespaces, Services, and the host part of a DNS name. */
  kubernetesLabel: { maxLength: 63, allowed: /[a-z0-9-]/, letterFirst: true },
  /** CronJob names: the Jobs they make add 11 characters to a 63 character label. */
  kubernetesCronJob: { maxLength: 52, allowed: /[a-z0-9-]/, letterFirst: true },
  /** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html */
  awsLoadBalancer: { maxLength: 32, allowed: /[a-z0-9-]/, letterFirst: true },
  awsTargetGroup: { maxLength: 32, allowed: /[a-z0-9-]/, letterFirst: true },
  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
  awsBucket: { maxLength: 63, minLength: 3, allowed: /[a-z0-9-]/, letterFirst: true },
  /** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html */
  awsDatabase: { maxLength: 63, allowed: /[a-z0-9-]/, letterFirst: true },
  /** https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html */
  awsCache: { maxLength: 40, allowed: /[a-z0-9-]/, letterFirst: true },
  /** https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_CreateDomain.html */
  awsSearch: { maxLength: 28, minLength: 3, allowed: /[a-z0-9-]/, letterFirst: true },
  /** https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html */
  awsCluster: { maxLength: 100, allowed: /[a-z0-9-]/, letterFirst: true },
  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  awsRole: { maxLength: 64, allowed: /[A-Za-z0-9+=,.@_-]/, keepCase: true },
  /** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
  awsSecret: { maxLength: 512, allowed: /[A-Za-z0-9/_+=.@-]/, keepCase: true },
  /** https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html, without the alias/ prefix */
  awsKeyAlias: { maxLength: 250, allowed: /[A-Za-z0-9/_-]/, keepCase: true },
} as const satisfies Record<string, NameRule>;

/** Characters Pulumi's auto-naming adds: a hyphen and seven hexadecimal digits. */
export const AUTO_NAME_SUFFIX = 8;

const HASH_LENGTH = 6;

/**
 * A name a service accepts, from parts that may hold anything. Equal parts always give the equal name; when anything had
 * to be changed or cut, a hash of the original parts keeps different parts apart.
 *
 * @param room characters to leave free at the end, such as {@link AUTO_NAME_SUFFIX}
 */
export function physicalName(rule: NameRule, parts: readonly string[], room = 0): string {
  const original = parts.join("-");
  const cleaned = clean(rule, original);
  const fits = cleaned.length <= rule.maxLength - room && cleaned.length >= (rule.minLength ?? 1);
  return cleaned === original && fits ? cleaned : hashedName(rule, parts, cleaned, room);
}

/**
 * Like {@link physicalName}, for names that must differ wherever any part differs: the hash is there whenever a hyphen
 * in a part would let `["a-b", "c"]` and `["a", "b-c"]` come out alike.
 */
export function uniqueName(rule: NameRule, parts: readonly string[], room = 0): string {
  const ambiguous = parts.length > 1 && parts.some((part) => part.includes("-") || part === "");
  return ambiguous ? hashedName(rule, parts, clean(rule, parts.join("-")), room) : physicalName(rule, parts, room);
}

function hashedName(rule: NameRule, parts: readonly string[], cleaned: string, room: number): string {
  // NUL cannot stand in a part, so the joined text tells ["a-b", "c"] from ["a", "b-c"].
  const hash = createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, HASH_LENGTH);
  const head = cleaned.slice(0, rule.maxLength - room - HASH_LENGTH - 1).replace(/-+$/, "");
  return head === "" ? `x${hash}` : `${head}-${hash}`;
}

function clean(rule: NameRule, text: string): string {
  const cased = rule.keepCase ? text : text.toLowerCase();
  const kept = [...cased.normalize("NFKD")]
    .map((character) => (rule.allowed.test(character) ? character : "-"))
    .join("");
  const collapsed = kept.replace(/-{2,}/g, "-").replace(/^-+|-+$/g, "");
  return rule.letterFirst && /^[^a-z]/i.test(collapsed) ? `x-${collapsed}` : collapsed;
}

/** What a system's parts in a cluster, on a host and in a project are named after: short enough for a suffix each. */
const SYSTEM_RULE: NameRule = { maxLength: 40, allowed: /[a-z0-9-]/, letterFirst: true };
const SYSTEM_NAME = /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/;

/**
 * The name a system goes by wherever a service has limits: its own where that is short kebab-case, else as much of it as
 * every service takes, and a hash. An instance, which tells two stacks of one system apart, always brings a hash: else
 * `shop` of instance `eu` would be named like the system `shop-eu`.
 */
export function systemName(name: string, instance?: string): string {
  if (instance !== undefined) {
    return hashedName(SYSTEM_RULE, [name, instance], clean(SYSTEM_RULE, `${name}-${instance}`), 0);
  }
  return SYSTEM_NAME.test(name) ? name : hashedName(SYSTEM_RULE, [name], clean(SYSTEM_RULE, name), 0);
}

/** A short stable digest of a value, for rollout annotations and names that follow content. */
export function digest(text: string, length = 10): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}
