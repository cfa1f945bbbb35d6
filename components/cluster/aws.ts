import type * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NodePoolSpec } from "../../systems/spec";
import { type Account, accountOf } from "../aws/account";
import type { Grant } from "../binding";
import { Component, type ComponentArgs, type Transform } from "../component";
import type { Make } from "../make";
import type { NetworkContract } from "../networking/contract";
import type { KeysContract } from "../secrets/keys/contract";
import type { WorkloadIdentity } from "./contract";
import { type AddonsArgs, makeAddonsAfterNodes, makeAddonsBeforeNodes } from "./eks/addons";
import { makeControlPlane } from "./eks/controlPlane";
import { Fargate } from "./eks/fargate";
import { makeFirewall } from "./eks/firewall";
import { makePodIdentity } from "./eks/identity";
import { kubeconfig } from "./eks/kubeconfig";
import { type NodeGroupPlan, planNodeGroups } from "./eks/nodeGroups";
import { makeNodes } from "./eks/nodes";
import { type Addon, KUBERNETES_VERSION } from "./eks/versions";
import { classVerdict, heldVerdict } from "./nodeLimits";
import { forgettable } from "./unreachable";

export interface ClusterArgs extends ComponentArgs {
  /** Name of the cluster: its log group and its subnets' tags follow from it. */
  readonly clusterName: string;
  readonly network: NetworkContract;
  readonly keys: KeysContract;
  /** Pools of the spec, by name; a system pool is always there. */
  readonly nodePools: Readonly<Record<string, NodePoolSpec>>;
  /** Architecture of every pool instead of its own. @default the pools' own */
  readonly architecture?: NodePoolSpec["architecture"];
  /** Namespaces whose pods run on Fargate. @default none */
  readonly fargateNamespaces?: readonly string[];
  /** Kubernetes version. @default the pinned one in eks/versions.ts */
  readonly version?: string;
  /** Release of the nodes' image. @default the newest as they are made */
  readonly nodeRelease?: string;
  /** Whether it may stay on its version after standard support. @default false */
  readonly extendedSupport?: boolean;
  /** Builds of managed add-ons other than the pinned ones. @default none */
  readonly addonVersions?: Readonly<Partial<Record<Addon, string>>>;
  /** Ranges that may reach the API from outside. @default none: private only */
  readonly publicAccessCidrBlocks?: readonly string[];
  /** Principals that administer the cluster. @default whoever creates it */
  readonly administratorArns?: readonly string[];
  /** How the deployer logs in. @default its ambient profile, for this one command */
  readonly login?: { readonly profile?: string; readonly roleArn?: string };
  /** Whether pods share files. @default false */
  readonly sharedStorage?: boolean;
  /** Whether nodes are made for pods that find no place. @default false */
  readonly autoscaled?: boolean;
  /** Ports of external services besides 443. @default none */
  readonly externalPorts?: readonly number[];
  /** Ports of pods that the API server calls, besides the usual ones. @default none */
  readonly calledPorts?: readonly number[];
  readonly transform?: {
    readonly cluster?: Transform<aws.eks.ClusterArgs>;
    readonly "storage-class"?: Transform<k8s.storage.v1.StorageClassArgs>;
  };
}

/** A node group, with what it may be scaled to. */
export interface ClusterNodeGroup extends NodeGroupPlan {
  readonly resource: aws.eks.NodeGroup | undefined;
}

/** Name of the StorageClass for data. */
export const DATA_STORAGE_CLASS = "gp3-retain";
/** Name of the default StorageClass: volumes of add-ons, which nobody misses once the cluster is gone. */
const DEFAULT_STORAGE_CLASS = "gp3";

/** An EKS cluster: private control plane, node groups, managed add-ons, and identities for pods. */
export class Cluster extends Component {
  readonly cluster: aws.eks.Cluster;
  /** What everything in it goes with. */
  readonly resource: pulumi.Resource;
  readonly kubernetes: k8s.Provider;
  readonly nodeSecurityGroupId: pulumi.Output<string>;
  readonly nodeGroups: readonly ClusterNodeGroup[];
  /** Role of every node. */
  readonly nodeRole: { readonly name: pulumi.Output<string>; readonly arn: pulumi.Output<string> };
  /** Name of the role that starts pods on Fargate. Undefined: none run there. */
  readonly fargateRole: pulumi.Output<string> | undefined;
  /** What must stand before anything runs in the cluster. */
  readonly ready: readonly pulumi.Resource[];

  private readonly fargate: Fargate | undefined;
  private readonly account: Account;
  private readonly makeChild: Make;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:cluster:Cluster", name, args, opts);
    const { context } = this;
    const groups = planNodeGroups(args.nodePools, {
      multiZone: context.redundancy.multiZone,
      environment: context.environment,
      ...(args.architecture === undefined ? {} : { architecture: args.architecture }),
    });
    this.account = accountOf(this);
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const version = args.version ?? KUBERNETES_VERSION;

    const firewall = makeFirewall(this.makeChild, {
      context,
      vpcId: args.network.vpcId,
      cidrBlock: args.network.cidrBlock,
      externalPorts: args.externalPorts ?? [],
      calledPorts: args.calledPorts ?? [],
    });
    this.nodeSecurityGroupId = firewall.nodes.id;
    // What is in the cluster goes before the ways by which its controllers clean up: to the API, to AWS, to each other.
    const reachable = [...firewall.ready, ...args.network.ready];
    const controlPlane = makeControlPlane(this.makeChild, {
      ...args,
      context,
      version,
      partition: this.account.partition,
      securityGroupId: firewall.controlPlane.id,
    });
    this.cluster = controlPlane.cluster;
    this.resource = controlPlane.cluster;
    const addons: AddonsArgs = {
      context,
      cluster: this.cluster,
      partition: this.account.partition,
      volumesKeyArn: args.keys.arn("volumes"),
      sharedStorage: args.sharedStorage ?? false,
      ...(args.addonVersions ? { versions: args.addonVersions } : {}),
    };
    const before = makeAddonsBeforeNodes(this.makeChild, addons);
    const { groups: nodes, role } = makeNodes(this.makeChild, {
      context,
      cluster: this.cluster,
      version,
      ...(args.nodeRelease === undefined ? {} : { release: args.nodeRelease }),
      groups,
      subnetIds: args.network.privateSubnetIds,
      securityGroupId: firewall.nodes.id,
      partition: this.account.partition,
      dependsOn: [...before, ...reachable],
    });
    const after = makeAddonsAfterNodes(this.makeChild, addons, nodes);
    this.nodeRole = role;
    this.nodeGroups = groups.map((group, index) => ({ ...group, resource: nodes[index] }));
    this.kubernetes = this.makeProvider(args, [...controlPlane.entries, ...reachable]);
    this.fargate = this.makeFargate(args, reachable);
    this.fargateRole = this.fargate?.roleName;
    this.ready = [...nodes, ...after, ...(this.fargate?.profiles ?? []), ...this.makeStorageClasses(args, after)];
    if (!args.autoscaled) {
      this.reportScaling(groups.filter((group) => group.max > group.min).map((group) => group.name));
    }
    this.reportHeld(args, groups);
    this.finish({ clusterName: this.cluster.name });
  }

  /** Lets a service account act in AWS with exactly these grants; undefined without any. */
  identity(
    service: string,
    namespace: string,
    serviceAccount: string,
    grants: readonly Grant[],
  ): WorkloadIdentity | undefined {
    if (grants.length === 0) {
      return undefined;
    }
    const { context, cluster, fargate } = this;
    const args = { context, cluster, service, namespace, serviceAccount, grants };
    return fargate?.namespaces.includes(namespace)
      ? fargate.identity(args)
      : { annotations: {}, ready: makePodIdentity(this.makeChild, args) };
  }

  /** What a namespace's pods need before they start: on Fargate, the nodes' security group. */
  openNamespace(namespace: string, dependsOn: readonly pulumi.Resource[]): readonly pulumi.Resource[] {
    return this.fargate?.namespaces.includes(namespace) ? [this.fargate.join(namespace, dependsOn)] : [];
  }

  private makeProvider(args: ClusterArgs, dependsOn: readonly pulumi.Resource[]): k8s.Provider {
    const { cluster } = this;
    const config = pulumi
      .all([cluster.endpoint, cluster.certificateAuthority.data])
      .apply(([endpoint, certificateAuthority]) =>
        kubeconfig({
          name: args.clusterName,
          endpoint,
          certificateAuthority,
          region: this.context.region,
          ...args.login,
        }),
      );
    return this.make(
      k8s.Provider,
      "kubernetes",
      {
        kubeconfig: config,
        enableServerSideApply: true,
        // A changed kubeconfig must not look like another cluster, which would replace everything in it.
        // https://github.com/pulumi/pulumi-kubernetes/issues/4019
        clusterIdentifier: args.clusterName,
        ...forgettable(this.context),
      },
      { dependsOn: [...dependsOn] },
    );
  }

  private makeFargate(args: ClusterArgs, dependsOn: readonly pulumi.Resource[]): Fargate | undefined {
    const namespaces = args.fargateNamespaces ?? [];
    if (namespaces.length === 0) {
      return undefined;
    }
    this.degrade({
      feature: `network policies in ${namespaces.join(", ")}`,
      reason: "the VPC CNI enforces them on nodes of EC2 only: on Fargate security groups alone decide",
      remedy: "remove the namespaces from groundplan:compute.fargateNamespaces",
    });
    return new Fargate(this.makeChild, {
      context: this.context,
      namespaces,
      cluster: this.cluster,
      account: this.account,
      kubernetes: this.kubernetes,
      subnetIds: args.network.privateSubnetIds,
      podGroupId: this.nodeSecurityGroupId,
      dependsOn,
    });
  }

  /** One for data, by name, and one for everything else, whose volumes go with their claims. */
  private makeStorageClasses(args: ClusterArgs, addons: readonly pulumi.Resource[]): readonly pulumi.Resource[] {
    const storageClass = (role: string, metadata: k8s.types.input.meta.v1.ObjectMeta, reclaimPolicy: string) =>
      this.make(
        k8s.storage.v1.StorageClass,
        role,
        {
          metadata,
          provisioner: "ebs.csi.aws.com",
          parameters: { type: "gp3", encrypted: "true", kmsKeyId: args.keys.arn("volumes") },
          reclaimPolicy,
          volumeBindingMode: "WaitForFirstConsumer",
          allowVolumeExpansion: true,
        },
        { provider: this.kubernetes, dependsOn: [...addons] },
      );
    const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
    return [
      storageClass("storage-class", { name: DATA_STORAGE_CLASS }, this.context.redundancy.keep ? "Retain" : "Delete"),
      storageClass("default-storage-class", { name: DEFAULT_STORAGE_CLASS, annotations }, "Delete"),
    ];
  }

  private reportScaling(pools: readonly string[]): void {
    if (pools.length > 0) {
      this.degrade({
        feature: `adding nodes to ${pools.join(", ")} on demand`,
        reason: "Karpenter is off, by groundplan:compute.karpenter or because its nodes would not sleep at night",
        remedy: "set compute.karpenter to true and remove compute.schedule, or raise nodePools.NAME.min",
      });
    }
  }

  private reportHeld(args: ClusterArgs, groups: readonly NodeGroupPlan[]): void {
    const { environment } = this.context;
    const classes = groups.flatMap(({ name, insteadOf, instanceTypes: [to = ""] }) =>
      insteadOf === undefined ? [] : [{ name, from: insteadOf, to }],
    );
    for (const verdict of [heldVerdict(args.nodePools, groups, environment), classVerdict(classes, environment)]) {
      if (verdict) {
        this.degrade(verdict);
      }
    }
  }
}
