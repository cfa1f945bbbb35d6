import type { Context } from "../context";
import { NAME_RULES, type NameRule, physicalName } from "../naming";

/** What the provider adds to a prefix: a time and a counter. */
export const PREFIX_SUFFIX = 26;

/**
 * Start of an IAM role's name. Auto-naming fails at plan when a logical name leaves no room for its suffix, and role
 * names end at 64 characters: https://github.com/pulumi/pulumi-aws/issues/1932
 */
export function roleNamePrefix(context: Context, ...parts: readonly string[]): string {
  return namePrefix(NAME_RULES.awsRole, [context.system, context.placement, ...parts]);
}

/** Start of a name to which the provider adds a suffix of its own, so that a replacement never meets its predecessor. */
export function namePrefix(rule: NameRule, parts: readonly string[]): string {
  return `${physicalName(rule, parts, PREFIX_SUFFIX + 1)}-`;
}
