import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { podIdentityTrust, policyDocument } from "../../aws/policy";
import { makeRole } from "../../aws/role";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { POOL_LABEL } from "../contract";
import { SYSTEM_POOL } from "./nodeGroups";
import { ADDON_VERSIONS, type Addon } from "./versions";

export interface AddonsArgs {
  readonly context: Context;
  readonly cluster: aws.eks.Cluster;
  readonly partition: pulumi.Output<string>;
  readonly volumesKeyArn: pulumi.Input<string>;
  /** Whether pods share files, and so need the EFS driver. */
  readonly sharedStorage: boolean;
  /** Builds other than the pinned ones. @default none */
  readonly versions?: Readonly<Partial<Record<Addon, string>>>;
}

interface AddonPlan {
  readonly name: Addon;
  readonly configuration?: object;
  /** Service account that acts in AWS, and the managed policy AWS keeps for it. */
  readonly identity?: { readonly serviceAccount: string; readonly managedPolicy: string };
}

/** On demand: a spot shortage takes neither names nor disks from the rest. */
const ON_SYSTEM_POOL = { [POOL_LABEL]: SYSTEM_POOL };

/** What nodes need before they are ready: their network, its policies, and credentials for it. */
const BEFORE_NODES: readonly AddonPlan[] = [
  {
    name: "vpc-cni",
    // Prefixes give a node room for as many pods as its memory holds, without an address each.
    configuration: { enableNetworkPolicy: "true", env: { ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "1" } },
    identity: { serviceAccount: "aws-node", managedPolicy: "AmazonEKS_CNI_Policy" },
  },
  { name: "kube-proxy" },
  { name: "eks-pod-identity-agent" },
];

const AFTER_NODES: readonly AddonPlan[] = [
  {
    name: "coredns",
    configuration: { autoScaling: { enabled: true, minReplicas: 2, maxReplicas: 10 }, nodeSelector: ON_SYSTEM_POOL },
  },
  { name: "metrics-server" },
  {
    name: "aws-ebs-csi-driver",
    // The driver's own StorageClass would be a second default, unencrypted.
    configuration: { defaultStorageClass: { enabled: false }, controller: { nodeSelector: ON_SYSTEM_POOL } },
    identity: { serviceAccount: "ebs-csi-controller-sa", managedPolicy: "service-role/AmazonEBSCSIDriverPolicy" },
  },
];

const SHARED_STORAGE: AddonPlan = {
  name: "aws-efs-csi-driver",
  configuration: { controller: { nodeSelector: ON_SYSTEM_POOL } },
  identity: { serviceAccount: "efs-csi-controller-sa", managedPolicy: "service-role/AmazonEFSCSIDriverPolicy" },
};

export function makeAddonsBeforeNodes(make: Make, args: AddonsArgs): readonly aws.eks.Addon[] {
  return BEFORE_NODES.map((plan) => makeAddon(make, plan, args, []));
}

export function makeAddonsAfterNodes(
  make: Make,
  args: AddonsArgs,
  nodes: readonly pulumi.Resource[],
): readonly aws.eks.Addon[] {
  const plans = args.sharedStorage ? [...AFTER_NODES, SHARED_STORAGE] : AFTER_NODES;
  return plans.map((plan) => makeAddon(make, plan, args, nodes));
}

function makeAddon(
  make: Make,
  plan: AddonPlan,
  args: AddonsArgs,
  dependsOn: readonly pulumi.Resource[],
): aws.eks.Addon {
  const identity = plan.identity && makeIdentity(make, plan.name, plan.identity, args);
  return make(
    aws.eks.Addon,
    `addon-${plan.name}`,
    {
      clusterName: args.cluster.name,
      addonName: plan.name,
      addonVersion: args.versions?.[plan.name] ?? ADDON_VERSIONS[plan.name],
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
      ...(plan.configuration ? { configurationValues: JSON.stringify(plan.configuration) } : {}),
      ...(identity && plan.identity
        ? { podIdentityAssociations: [{ serviceAccount: plan.identity.serviceAccount, roleArn: identity.roleArn }] }
        : {}),
      tags: args.context.tags,
    },
    { dependsOn: [...dependsOn, ...(identity?.ready ?? [])] },
  );
}

function makeIdentity(make: Make, name: Addon, identity: NonNullable<AddonPlan["identity"]>, args: AddonsArgs) {
  const { context, cluster, partition } = args;
  const role = makeRole(make, `addon-${name}-role`, {
    context,
    name: [name],
    description: `${name} of ${context.system} in ${context.placement}`,
    trust: podIdentityTrust({
      clusterArn: cluster.arn,
      namespace: "kube-system",
      serviceAccount: identity.serviceAccount,
    }),
  });
  const ready: pulumi.Resource[] = [
    make(aws.iam.RolePolicyAttachment, `addon-${name}-policy`, {
      role: role.name,
      policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/${identity.managedPolicy}`,
    }),
  ];
  if (name === "aws-ebs-csi-driver") {
    ready.push(
      make(aws.iam.RolePolicy, `addon-${name}-key`, { role: role.id, policy: volumeKeyPolicy(args.volumesKeyArn) }),
    );
  }
  return { roleArn: role.arn, ready };
}

/** https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/install.md */
function volumeKeyPolicy(keyArn: pulumi.Input<string>): pulumi.Output<string> {
  return policyDocument([
    {
      Sid: "Use",
      Action: [
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:DescribeKey",
      ],
      Resource: keyArn,
    },
    {
      Sid: "Grant",
      Action: "kms:CreateGrant",
      Resource: keyArn,
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ]);
}
