import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../aws/account";
import { conditionalTrust, grantsDocument, webIdentityTrust } from "../../aws/policy";
import { makeRole } from "../../aws/role";
import type { Context } from "../../context";
import type { Make } from "../../make";
import type { WorkloadIdentity } from "../contract";
import type { PodIdentityArgs } from "./identity";

export interface FargateArgs {
  readonly context: Context;
  readonly namespaces: readonly string[];
  readonly cluster: aws.eks.Cluster;
  readonly account: Account;
  readonly kubernetes: k8s.Provider;
  readonly subnetIds: readonly pulumi.Input<string>[];
  /** Group the stores and the control plane know pods by. */
  readonly podGroupId: pulumi.Input<string>;
  /** Ways that the pods need as long as they run. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/**
 * Namespaces whose pods run without nodes. Pod Identity's agent is a DaemonSet and so is not there: their identities are
 * the cluster's own OpenID Connect tokens. https://docs.aws.amazon.com/eks/latest/userguide/fargate.html
 */
export class Fargate {
  readonly namespaces: readonly string[];
  readonly profiles: readonly aws.eks.FargateProfile[];
  /** Role that starts the pods. */
  readonly roleName: pulumi.Output<string>;

  private provider: aws.iam.OpenIdConnectProvider | undefined;

  constructor(
    private readonly make: Make,
    private readonly args: FargateArgs,
  ) {
    this.namespaces = args.namespaces;
    const role = this.makeRole();
    this.roleName = role.name;
    this.profiles = args.namespaces.map((namespace) =>
      make(
        aws.eks.FargateProfile,
        `fargate-${namespace}`,
        {
          clusterName: args.cluster.name,
          podExecutionRoleArn: role.arn,
          subnetIds: [...args.subnetIds],
          selectors: [{ namespace }],
          tags: args.context.tags,
        },
        { dependsOn: [role.policy, ...args.dependsOn] },
      ),
    );
  }

  /** A role that one service account takes on by its token. */
  identity({ context, service, namespace, serviceAccount, grants }: PodIdentityArgs): WorkloadIdentity {
    const { make } = this;
    const name = `identity-${namespace}-${serviceAccount}`;
    this.provider ??= this.makeProvider();
    const role = makeRole(make, name, {
      context,
      name: [service],
      description: `${service} of ${context.system} in ${context.placement}`,
      trust: webIdentityTrust({
        providerArn: this.provider.arn,
        issuer: issuerOf(this.args.cluster),
        namespace,
        serviceAccount,
      }),
    });
    const policy = make(aws.iam.RolePolicy, `${name}-policy`, { role: role.id, policy: grantsDocument(grants) });
    return { annotations: { "eks.amazonaws.com/role-arn": role.arn }, ready: [policy] };
  }

  /**
   * Gives the pods of a namespace the group by which stores and nodes know pods; without, they have the cluster's own.
   * https://docs.aws.amazon.com/eks/latest/userguide/security-groups-for-pods.html
   */
  join(namespace: string, dependsOn: readonly pulumi.Resource[]): pulumi.Resource {
    return this.make(
      k8s.apiextensions.CustomResource,
      `fargate-${namespace}-group`,
      {
        apiVersion: "vpcresources.k8s.aws/v1beta1",
        kind: "SecurityGroupPolicy",
        metadata: { name: "pods", namespace },
        spec: { podSelector: {}, securityGroups: { groupIds: [this.args.podGroupId] } },
      },
      { provider: this.args.kubernetes, dependsOn: [...dependsOn] },
    );
  }

  /** Pulls images and writes logs for the pods, and can be taken on for this cluster's profiles only. */
  private makeRole() {
    const { context, cluster, account } = this.args;
    const role = makeRole(this.make, "fargate-role", {
      context,
      name: ["fargate"],
      description: `Starts pods of ${context.system} in ${context.placement} on Fargate`,
      trust: conditionalTrust("eks-fargate-pods.amazonaws.com", {
        ArnLike: {
          "aws:SourceArn": pulumi.interpolate`arn:${account.partition}:eks:${context.region}:${account.id}:fargateprofile/${cluster.name}/*`,
        },
      }),
    });
    const policy = this.make(aws.iam.RolePolicyAttachment, "fargate-policy", {
      role: role.name,
      policyArn: pulumi.interpolate`arn:${account.partition}:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy`,
    });
    return { arn: role.arn, name: role.name, policy };
  }

  private makeProvider(): aws.iam.OpenIdConnectProvider {
    const { cluster, context } = this.args;
    return this.make(aws.iam.OpenIdConnectProvider, "oidc", {
      url: pulumi.interpolate`https://${issuerOf(cluster)}`,
      clientIdLists: ["sts.amazonaws.com"],
      tags: context.tags,
    });
  }
}

/** Issuer of the cluster's tokens, without its scheme, as trust policies name it. */
function issuerOf(cluster: aws.eks.Cluster): pulumi.Output<string> {
  return cluster.identities.apply((identities) => (identities[0]?.oidcs?.[0]?.issuer ?? "").replace("https://", ""));
}
