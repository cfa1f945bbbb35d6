import { POOL_LABEL } from "../contract";
import type { NodeGroupPlan } from "../eks/nodeGroups";

/** What the nodes of one cluster have in common. */
export interface NodeFacts {
  /** Instance profile, by name. */
  readonly instanceProfile: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Release of the image, VERSION-DATE. @default the newest */
  readonly release?: string;
}

/** A group whose least size is not its most: nodes beyond the least are Karpenter's. */
export function growing(groups: readonly NodeGroupPlan[]): readonly NodeGroupPlan[] {
  return groups.filter(({ min, max }) => max > min);
}

/**
 * How machines of a group are made: as its launch template makes them. A release is the groups' own, for whose version of
 * Kubernetes Karpenter finds the image by the date; without one the newest image counts, and nodes are replaced as images
 * come out, within the pool's budget.
 * https://karpenter.sh/docs/concepts/nodeclasses/#specamiselectorterms
 */
export function nodeClassSpec(group: Pick<NodeGroupPlan, "diskSizeGiB">, facts: NodeFacts): object {
  return {
    amiSelectorTerms: [{ alias: `al2023@${facts.release?.replace(/^.*-/, "v") ?? "latest"}` }],
    instanceProfile: facts.instanceProfile,
    subnetSelectorTerms: facts.subnetIds.map((id) => ({ id })),
    securityGroupSelectorTerms: [{ id: facts.securityGroupId }],
    metadataOptions: {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
      httpProtocolIPv6: "disabled",
    },
    blockDeviceMappings: [
      {
        deviceName: "/dev/xvda",
        ebs: {
          volumeType: "gp3",
          volumeSize: `${Math.ceil(group.diskSizeGiB)}Gi`,
          encrypted: true,
          deleteOnTermination: true,
        },
      },
    ],
    detailedMonitoring: true,
    tags: facts.tags,
  };
}

/**
 * When nodes are made for a group and when they go: for pods that find no place, of its types, up to what the group may
 * have beyond its least; none is older than a month.
 * https://karpenter.sh/docs/concepts/nodepools/
 */
export function nodePoolSpec(group: NodeGroupPlan, nodeClass: string): object {
  const { name, instanceTypes, amiType, capacityType, min, max, labels, tainted } = group;
  const requirement = (key: string, values: readonly string[]) => ({ key, operator: "In", values });
  return {
    template: {
      metadata: { labels },
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: nodeClass },
        requirements: [
          requirement("kubernetes.io/arch", [amiType === "AL2023_ARM_64_STANDARD" ? "arm64" : "amd64"]),
          requirement("kubernetes.io/os", ["linux"]),
          requirement("karpenter.sh/capacity-type", [capacityType === "SPOT" ? "spot" : "on-demand"]),
          requirement("node.kubernetes.io/instance-type", instanceTypes),
        ],
        ...(tainted ? { taints: [{ key: POOL_LABEL, value: name, effect: "NoSchedule" }] } : {}),
        expireAfter: "720h",
      },
    },
    limits: { cpu: String(Math.ceil((max - min) * group.cpu)) },
    disruption: {
      consolidationPolicy: "WhenEmptyOrUnderutilized",
      consolidateAfter: "5m",
      budgets: [{ nodes: "33%" }],
    },
  };
}
