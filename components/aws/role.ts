import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../context";
import type { Make } from "../make";
import { roleNamePrefix } from "./names";

export interface RoleArgs {
  readonly context: Context;
  /** What its name says besides system and placement. */
  readonly name: readonly string[];
  readonly description: string;
  /** Who may take it on: a trust policy. */
  readonly trust: pulumi.Input<string>;
}

/**
 * A role. The only place that makes one, so that each has the boundary that the account sets for the stack's roles.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
export function makeRole(make: Make, role: string, { context, name, description, trust }: RoleArgs): aws.iam.Role {
  return make(aws.iam.Role, role, {
    namePrefix: roleNamePrefix(context, ...name),
    description,
    assumeRolePolicy: trust,
    ...(context.permissionsBoundary === undefined ? {} : { permissionsBoundary: context.permissionsBoundary }),
    tags: context.tags,
  });
}
