import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../binding";
import { Component, type ComponentArgs } from "../component";
import type { Make } from "../make";
import type { Cluster, ClusterArgs } from "./aws";
import type { WorkloadIdentity } from "./contract";
import { makePodIdentity } from "./eks/identity";
import { kubeconfig } from "./eks/kubeconfig";

/** A cluster on EKS, as a site needs it, whoever made it. */
export interface AwsCluster
  extends pulumi.Resource,
    Pick<Cluster, "kubernetes" | "nodeSecurityGroupId" | "nodeGroups" | "ready" | "identity" | "openNamespace"> {
  /** What everything in it goes with. Undefined: it outlives what is put into it. */
  readonly resource: pulumi.Resource | undefined;
  readonly nodeRole: Cluster["nodeRole"] | undefined;
  /** Name of the role that starts pods on Fargate. Undefined: none run there. */
  readonly fargateRole: pulumi.Output<string> | undefined;
}

export interface ExistingClusterArgs extends ComponentArgs, Pick<ClusterArgs, "clusterName" | "login"> {
  /** Pools of the spec, which its owner is asked for. */
  readonly nodePools: readonly string[];
}

/**
 * An EKS cluster somebody else runs: services get identities of their own in it, and it stays as it is. Its nodes are
 * known by the group EKS gives them where their owner names no other.
 * https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
 */
export class ExistingCluster extends Component implements AwsCluster {
  readonly kubernetes: k8s.Provider;
  readonly nodeSecurityGroupId: pulumi.Output<string>;
  readonly nodeGroups = [];
  readonly nodeRole = undefined;
  readonly fargateRole = undefined;
  readonly resource = undefined;
  readonly ready = [];

  private readonly cluster: { readonly arn: pulumi.Output<string>; readonly name: pulumi.Output<string> };
  private readonly makeChild: Make;

  constructor(name: string, args: ExistingClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:cluster:Cluster", name, args, opts);
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const found = aws.eks.getClusterOutput({ name: args.clusterName }, { parent: this });
    this.cluster = found;
    this.nodeSecurityGroupId = found.vpcConfig.clusterSecurityGroupId;
    this.kubernetes = this.make(k8s.Provider, "kubernetes", {
      kubeconfig: found.apply(({ endpoint, certificateAuthorities }) =>
        kubeconfig({
          name: args.clusterName,
          endpoint,
          certificateAuthority: certificateAuthorities[0]?.data ?? "",
          region: this.context.region,
          ...args.login,
        }),
      ),
      enableServerSideApply: true,
      clusterIdentifier: args.clusterName,
    });
    this.degrade({
      feature: `node pools ${["system", ...args.nodePools].join(", ")}, and what runs on every node of ${args.clusterName}`,
      reason:
        "the cluster is somebody else's: it needs nodes for the pods, the Pod Identity agent, the VPC CNI with network policies, metrics-server, the EBS and EFS drivers where volumes are claimed, and the load balancer controller where there are routes",
      remedy: `let its owner see to them, or remove groundplan:existing.${this.context.placement}.cluster`,
    });
    this.finish({ clusterName: args.clusterName });
  }

  /** Lets a service account act in AWS with exactly these grants; undefined without any. */
  identity(
    service: string,
    namespace: string,
    serviceAccount: string,
    grants: readonly Grant[],
  ): WorkloadIdentity | undefined {
    const { context, cluster } = this;
    return grants.length === 0
      ? undefined
      : {
          annotations: {},
          ready: makePodIdentity(this.makeChild, { context, cluster, service, namespace, serviceAccount, grants }),
        };
  }

  /** Nothing: its pods have what its owner gives them. */
  openNamespace(): readonly pulumi.Resource[] {
    return [];
  }
}
