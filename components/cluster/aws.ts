import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { NodePoolSpec } from "../../systems/spec";
import { type Account, accountOf } from "../aws/account";
import { makeLogGroup } from "../aws/logGroup";
import type { Make } from "../aws/make";
import { roleNamePrefix } from "../aws/names";
import { plainServiceTrust, policyDocument } from "../aws/policy";
import type { Grant } from "../binding";
import { Component, type ComponentArgs, type Transform } from "../component";
import type { NetworkContract } from "../networking/contract";
import type { KeysContract } from "../secrets/keys/contract";
import type { WorkloadIdentity } from "./contract";
import { type AddonsArgs, makeAddonsAfterNodes, makeAddonsBeforeNodes } from "./eks/addons";
import { makeFirewall } from "./eks/firewall";
import { makePodIdentity } from "./eks/identity";
import { kubeconfig } from "./eks/kubeconfig";
import { type NodeGroupPlan, planNodeGroups } from "./eks/nodeGroups";
import { makeNodes } from "./eks/nodes";
import { type Addon, KUBERNETES_VERSION } from "./eks/versions";
import { classVerdict, heldVerdict } from "./nodeLimits";

export interface ClusterArgs extends ComponentArgs {
  /** Name of the cluster: its log group and its subnets' tags follow from it. */
  readonly clusterName: string;
  readonly network: NetworkContract;
  readonly keys: KeysContract;
  /** Pools of the spec, by name; a system pool is always there. */
  readonly nodePools: Readonly<Record<string, NodePoolSpec>>;
  /** Kubernetes version. @default the pinned one in eks/versions.ts */
  readonly version?: string;
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
  /** Ports of external services besides 443. @default none */
  readonly externalPorts?: readonly number[];
  readonly transform?: {
    readonly cluster?: Transform<aws.eks.ClusterArgs>;
    readonly "storage-class"?: Transform<k8s.storage.v1.StorageClassArgs>;
  };
}

/** Name of the StorageClass for data. */
export const DATA_STORAGE_CLASS = "gp3-retain";

/** An EKS cluster: private control plane, node groups, managed add-ons, and identities for pods. */
export class Cluster extends Component {
  readonly cluster: aws.eks.Cluster;
  readonly kubernetes: k8s.Provider;
  readonly nodeSecurityGroupId: pulumi.Output<string>;
  /** What must stand before anything runs in the cluster. */
  readonly ready: readonly pulumi.Resource[];

  private readonly account: Account;
  private readonly makeChild: Make;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:cluster:Cluster", name, args, opts);
    const { context } = this;
    const groups = planNodeGroups(args.nodePools, {
      multiZone: context.redundancy.multiZone,
      environment: context.environment,
    });
    this.account = accountOf(this);
    this.makeChild = (resource, role, childArgs, childOpts) => this.make(resource, role, childArgs, childOpts);
    const version = args.version ?? KUBERNETES_VERSION;

    const firewall = makeFirewall(this.makeChild, {
      context,
      vpcId: args.network.vpcId,
      externalPorts: args.externalPorts ?? [],
    });
    this.nodeSecurityGroupId = firewall.nodes.id;
    this.cluster = this.makeControlPlane(args, version, firewall.controlPlane.id);
    const entries = this.admit(args);
    const addons: AddonsArgs = {
      context,
      cluster: this.cluster,
      partition: this.account.partition,
      volumesKeyArn: args.keys.arn("volumes"),
      sharedStorage: args.sharedStorage ?? false,
      ...(args.addonVersions ? { versions: args.addonVersions } : {}),
    };
    const before = makeAddonsBeforeNodes(this.makeChild, addons);
    const nodes = makeNodes(this.makeChild, {
      context,
      cluster: this.cluster,
      version,
      groups,
      subnetIds: args.network.privateSubnetIds,
      securityGroupId: firewall.nodes.id,
      partition: this.account.partition,
      dependsOn: [...before, ...args.network.ready],
    });
    const after = makeAddonsAfterNodes(this.makeChild, addons, nodes);
    this.kubernetes = this.makeProvider(args, entries);
    this.ready = [...nodes, ...after, this.makeStorageClass(args, after)];
    this.reportScaling(groups.filter((group) => group.max > group.min).map((group) => group.name));
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
    const { context, cluster } = this;
    const ready = makePodIdentity(this.makeChild, { context, cluster, service, namespace, serviceAccount, grants });
    return { annotations: {}, ready };
  }

  private makeControlPlane(
    args: ClusterArgs,
    version: string,
    securityGroupId: pulumi.Output<string>,
  ): aws.eks.Cluster {
    const { context } = this;
    const role = this.makeControlPlaneRole(args.keys.arn("cluster"));
    const logs = makeLogGroup(this.makeChild, "logs", {
      context,
      // EKS writes to this name, and makes the group without key or retention where it is missing.
      name: `/aws/eks/${args.clusterName}/cluster`,
      keyArn: args.keys.arn("logs"),
    });
    const publicCidrs = [...(args.publicAccessCidrBlocks ?? [])];
    return this.make(
      aws.eks.Cluster,
      "cluster",
      {
        name: args.clusterName,
        version,
        roleArn: role.arn,
        vpcConfig: {
          subnetIds: [...args.network.privateSubnetIds],
          securityGroupIds: [securityGroupId],
          endpointPrivateAccess: true,
          endpointPublicAccess: publicCidrs.length > 0,
          ...(publicCidrs.length > 0 ? { publicAccessCidrs: publicCidrs } : {}),
        },
        // Outside every placement's network, which are cut from 10.0.0.0/8.
        kubernetesNetworkConfig: { serviceIpv4Cidr: "172.20.0.0/16", ipFamily: "ipv4" },
        encryptionConfig: { resources: ["secrets"], provider: { keyArn: args.keys.arn("cluster") } },
        enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        accessConfig: {
          authenticationMode: "API",
          bootstrapClusterCreatorAdminPermissions: this.administrators(args).length === 0,
        },
        // The add-ons below are managed ones from the start.
        bootstrapSelfManagedAddons: false,
        upgradePolicy: { supportType: "STANDARD" },
        deletionProtection: context.redundancy.protect,
        tags: context.tags,
      },
      { dependsOn: [logs, ...role.attachments], protect: context.redundancy.protect },
    );
  }

  private makeControlPlaneRole(keyArn: pulumi.Output<string>) {
    const { context } = this;
    const role = this.make(aws.iam.Role, "control-plane-role", {
      namePrefix: roleNamePrefix(context, "control-plane"),
      description: `Control plane of ${context.system} in ${context.placement}`,
      assumeRolePolicy: plainServiceTrust("eks.amazonaws.com"),
      tags: context.tags,
    });
    const attachments = [
      this.make(aws.iam.RolePolicyAttachment, "control-plane-policy", {
        role: role.name,
        policyArn: pulumi.interpolate`arn:${this.account.partition}:iam::aws:policy/AmazonEKSClusterPolicy`,
      }),
      this.make(aws.iam.RolePolicy, "control-plane-key", {
        role: role.id,
        policy: policyDocument([
          {
            Sid: "EncryptSecrets",
            Action: ["kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"],
            Resource: keyArn,
          },
        ]),
      }),
    ];
    return { arn: role.arn, attachments };
  }

  private administrators(args: ClusterArgs): readonly string[] {
    const deployer = args.login?.roleArn;
    return [...new Set([...(args.administratorArns ?? []), ...(deployer === undefined ? [] : [deployer])])];
  }

  private admit(args: ClusterArgs): readonly pulumi.Resource[] {
    return this.administrators(args).flatMap((principalArn, index) => {
      const role = `administrator-${index + 1}`;
      const entry = this.make(aws.eks.AccessEntry, role, {
        clusterName: this.cluster.name,
        principalArn,
        tags: this.context.tags,
      });
      const policy = this.make(
        aws.eks.AccessPolicyAssociation,
        `${role}-policy`,
        {
          clusterName: this.cluster.name,
          principalArn,
          policyArn: pulumi.interpolate`arn:${this.account.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`,
          accessScope: { type: "cluster" },
        },
        { dependsOn: [entry] },
      );
      return [policy];
    });
  }

  private makeProvider(args: ClusterArgs, entries: readonly pulumi.Resource[]): k8s.Provider {
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
      },
      { dependsOn: [...entries] },
    );
  }

  private makeStorageClass(args: ClusterArgs, addons: readonly pulumi.Resource[]): k8s.storage.v1.StorageClass {
    return this.make(
      k8s.storage.v1.StorageClass,
      "storage-class",
      {
        metadata: { name: DATA_STORAGE_CLASS, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
        provisioner: "ebs.csi.aws.com",
        parameters: { type: "gp3", encrypted: "true", kmsKeyId: args.keys.arn("volumes") },
        reclaimPolicy: "Retain",
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
      },
      { provider: this.kubernetes, dependsOn: [...addons] },
    );
  }

  private reportScaling(pools: readonly string[]): void {
    if (pools.length > 0) {
      this.degrade({
        feature: `adding nodes to ${pools.join(", ")} on demand`,
        reason: "nothing in the cluster changes the size of node groups yet: they stay at their least size",
        remedy: "install Karpenter, or raise nodePools.NAME.min",
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
