import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { grantsDocument, podIdentityTrust } from "../../aws/policy";
import { makeRole } from "../../aws/role";
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
  const role = makeRole(make, `identity-${namespace}-${serviceAccount}`, {
    context,
    name: [service],
    description: `${service} of ${context.system} in ${context.placement}`,
    trust: podIdentityTrust({ clusterArn: cluster.arn, namespace, serviceAccount }),
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
