import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { roleNamePrefix } from "../../aws/names";
import { grantsDocument, podIdentityTrust } from "../../aws/policy";
import type { Grant } from "../../binding";
import type { Context } from "../../context";
import type { Make } from "../../make";

export interface PodIdentityArgs {
  readonly context: Context;
  readonly cluster: Pick<aws.eks.Cluster, "arn" | "name">;
  readonly service: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly grants: readonly Grant[];
}

/** A role that exactly one service account can take on, allowed exactly its grants. */
export function makePodIdentity(make: Make, args: PodIdentityArgs): readonly pulumi.Resource[] {
  const { context, cluster, service, namespace, serviceAccount } = args;
  const role = make(aws.iam.Role, `identity-${namespace}-${serviceAccount}`, {
    namePrefix: roleNamePrefix(context, service),
    description: `${service} of ${context.system} in ${context.placement}`,
    assumeRolePolicy: podIdentityTrust({ clusterArn: cluster.arn, namespace, serviceAccount }),
    tags: context.tags,
  });
  const policy = make(aws.iam.RolePolicy, `identity-${namespace}-${serviceAccount}-policy`, {
    role: role.id,
    policy: grantsDocument(args.grants),
  });
  const association = make(
    aws.eks.PodIdentityAssociation,
    `identity-${namespace}-${serviceAccount}-association`,
    { clusterName: cluster.name, namespace, serviceAccount, roleArn: role.arn, tags: context.tags },
    { dependsOn: [policy] },
  );
  return [association];
}
