import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { makeLogGroup } from "../../aws/logGroup";
import { plainServiceTrust, policyDocument } from "../../aws/policy";
import { makeRole } from "../../aws/role";
import type { Context } from "../../context";
import type { Make } from "../../make";
import type { NetworkContract } from "../../networking/contract";
import type { KeysContract } from "../../secrets/keys/contract";
import { SERVICE_CIDR_BLOCK } from "./constraints";

export interface ControlPlaneArgs {
  readonly context: Context;
  readonly clusterName: string;
  readonly version: string;
  /** Whether it may stay on the version after standard support, which costs more. @default false: AWS raises it then */
  readonly extendedSupport?: boolean;
  readonly network: NetworkContract;
  readonly keys: KeysContract;
  readonly partition: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  readonly publicAccessCidrBlocks?: readonly string[];
  readonly administratorArns?: readonly string[];
  readonly login?: { readonly roleArn?: string };
}

/** A private control plane with encrypted secrets and all its logs, and the entries of who administers it. */
export function makeControlPlane(make: Make, args: ControlPlaneArgs) {
  const cluster = makeCluster(make, args);
  return { cluster, entries: admit(make, cluster, args) };
}

function makeCluster(make: Make, args: ControlPlaneArgs): aws.eks.Cluster {
  const { context } = args;
  const role = makeControlPlaneRole(make, args);
  const logs = makeLogGroup(make, "logs", {
    context,
    // EKS writes to this name, and makes the group without key or retention where it is missing.
    name: `/aws/eks/${args.clusterName}/cluster`,
    keyArn: args.keys.arn("logs"),
  });
  const publicCidrs = [...(args.publicAccessCidrBlocks ?? [])];
  return make(
    aws.eks.Cluster,
    "cluster",
    {
      name: args.clusterName,
      version: args.version,
      roleArn: role.arn,
      vpcConfig: {
        subnetIds: [...args.network.privateSubnetIds],
        securityGroupIds: [args.securityGroupId],
        endpointPrivateAccess: true,
        endpointPublicAccess: publicCidrs.length > 0,
        ...(publicCidrs.length > 0 ? { publicAccessCidrs: publicCidrs } : {}),
      },
      kubernetesNetworkConfig: { serviceIpv4Cidr: SERVICE_CIDR_BLOCK, ipFamily: "ipv4" },
      encryptionConfig: { resources: ["secrets"], provider: { keyArn: args.keys.arn("cluster") } },
      enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
      accessConfig: {
        authenticationMode: "API",
        bootstrapClusterCreatorAdminPermissions: administrators(args).length === 0,
      },
      // The add-ons below are managed ones from the start.
      bootstrapSelfManagedAddons: false,
      // Said either way: without a word a cluster made by the API has the extended one, and its price.
      upgradePolicy: { supportType: args.extendedSupport ? "EXTENDED" : "STANDARD" },
      deletionProtection: context.redundancy.protect,
      tags: context.tags,
    },
    { dependsOn: [logs, ...role.attachments], protect: context.redundancy.protect },
  );
}

function makeControlPlaneRole(make: Make, { context, keys, partition }: ControlPlaneArgs) {
  const role = makeRole(make, "control-plane-role", {
    context,
    name: ["control-plane"],
    description: `Control plane of ${context.system} in ${context.placement}`,
    trust: plainServiceTrust("eks.amazonaws.com"),
  });
  const attachments = [
    make(aws.iam.RolePolicyAttachment, "control-plane-policy", {
      role: role.name,
      policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/AmazonEKSClusterPolicy`,
    }),
    make(aws.iam.RolePolicy, "control-plane-key", {
      role: role.id,
      policy: policyDocument([
        {
          Sid: "EncryptSecrets",
          Action: ["kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"],
          Resource: keys.arn("cluster"),
        },
      ]),
    }),
  ];
  return { arn: role.arn, attachments };
}

function administrators({ administratorArns = [], login }: ControlPlaneArgs): readonly string[] {
  const deployer = login?.roleArn;
  return [...new Set([...administratorArns, ...(deployer === undefined ? [] : [deployer])])];
}

function admit(make: Make, cluster: aws.eks.Cluster, args: ControlPlaneArgs): readonly pulumi.Resource[] {
  return administrators(args).map((principalArn, index) => {
    const role = `administrator-${index + 1}`;
    const entry = make(aws.eks.AccessEntry, role, {
      clusterName: cluster.name,
      principalArn,
      tags: args.context.tags,
    });
    return make(
      aws.eks.AccessPolicyAssociation,
      `${role}-policy`,
      {
        clusterName: cluster.name,
        principalArn,
        policyArn: pulumi.interpolate`arn:${args.partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`,
        accessScope: { type: "cluster" },
      },
      { dependsOn: [entry] },
    );
  });
}
