import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { namePrefix } from "../../aws/names";
import { plainServiceTrust } from "../../aws/policy";
import { makeRole } from "../../aws/role";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { POOL_LABEL } from "../contract";
import type { NodeGroupPlan } from "./nodeGroups";

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html; the provider's prefix ends at 37. */
const NODE_GROUP_NAME = { maxLength: 63, allowed: /[A-Za-z0-9_-]/, keepCase: true } as const;

/** What a node itself may do: join its cluster and pull images. Everything else belongs to pods. */
const NODE_POLICIES = ["AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"] as const;

export interface NodesArgs {
  readonly context: Context;
  readonly cluster: aws.eks.Cluster;
  readonly version: string;
  /** Release of the image. @default the version's newest as a group is made or raised to the version */
  readonly release?: string;
  readonly groups: readonly NodeGroupPlan[];
  readonly subnetIds: readonly pulumi.Input<string>[];
  readonly securityGroupId: pulumi.Input<string>;
  readonly partition: pulumi.Output<string>;
  readonly dependsOn: readonly pulumi.Resource[];
}

/** Node groups with one role, each with its own launch template. */
export function makeNodes(make: Make, args: NodesArgs) {
  const role = makeNodeRole(make, args);
  return { role, groups: args.groups.map((group) => makeNodeGroup(make, group, role, args)) };
}

function makeNodeRole(make: Make, { context, partition }: NodesArgs) {
  const role = makeRole(make, "node-role", {
    context,
    name: ["node"],
    description: `Nodes of ${context.system} in ${context.placement}`,
    trust: plainServiceTrust("ec2.amazonaws.com"),
  });
  const attachments = NODE_POLICIES.map((policy) =>
    make(aws.iam.RolePolicyAttachment, `node-${policy.toLowerCase()}`, {
      role: role.name,
      policyArn: partition.apply((id) => `arn:${id}:iam::aws:policy/${policy}`),
    }),
  );
  return { name: role.name, arn: role.arn, attachments };
}

function makeNodeGroup(make: Make, group: NodeGroupPlan, role: ReturnType<typeof makeNodeRole>, args: NodesArgs) {
  const { context } = args;
  const template = makeLaunchTemplate(make, group, args);
  return make(
    aws.eks.NodeGroup,
    `nodes-${group.name}`,
    {
      clusterName: args.cluster.name,
      nodeGroupNamePrefix: namePrefix(NODE_GROUP_NAME, [context.system, group.name]),
      nodeRoleArn: role.arn,
      subnetIds: [...args.subnetIds],
      version: args.version,
      // Looked up at each update it would roll the nodes at any of them, for whatever came out in between. Without one,
      // EKS takes the newest for a new group, a new version and a new template, and leaves it at that.
      ...(args.release === undefined ? {} : { releaseVersion: args.release }),
      amiType: group.amiType,
      capacityType: group.capacityType,
      instanceTypes: [...group.instanceTypes],
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      scalingConfig: { minSize: group.min, maxSize: group.max, desiredSize: Math.max(group.min, 1) },
      updateConfig: { maxUnavailablePercentage: 33 },
      nodeRepairConfig: { enabled: true },
      labels: group.labels,
      taints: group.tainted ? [{ key: POOL_LABEL, value: group.name, effect: "NO_SCHEDULE" }] : [],
      tags: context.tags,
    },
    // An autoscaler moves the size between updates; putting it back would evict pods.
    { ignoreChanges: ["scalingConfig.desiredSize"], dependsOn: [...role.attachments, ...args.dependsOn] },
  );
}

function makeLaunchTemplate(make: Make, group: NodeGroupPlan, { context, securityGroupId }: NodesArgs) {
  const tags = { ...context.tags, Name: `${context.system}-${context.placement}-${group.name}` };
  return make(aws.ec2.LaunchTemplate, `nodes-${group.name}-template`, {
    description: `${group.name} nodes of ${context.system}`,
    updateDefaultVersion: true,
    vpcSecurityGroupIds: [securityGroupId],
    // One hop: a pod cannot reach the node's credentials, only its own from the Pod Identity agent.
    metadataOptions: {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
      instanceMetadataTags: "disabled",
    },
    blockDeviceMappings: [
      {
        deviceName: "/dev/xvda",
        // The account's default EBS key: an own key here needs the Auto Scaling service role in its policy, which a
        // new account does not have yet. https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
        ebs: { volumeType: "gp3", volumeSize: group.diskSizeGiB, encrypted: "true", deleteOnTermination: "true" },
      },
    ],
    monitoring: { enabled: true },
    tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({ resourceType, tags })),
    tags: context.tags,
  });
}
