import type * as pulumi from "@pulumi/pulumi";
import { allowEgress, allowIngress } from "../../gcp/network/firewall";
import type { Make } from "../../make";
import type { Network } from "../../networking/gcp";

export interface FirewallArgs {
  readonly network: Network;
  /** Account the nodes run under. */
  readonly nodeAccount: pulumi.Input<string>;
  /** Ports on which pods reach external services, besides 443. */
  readonly externalPorts: readonly number[];
  /** Further ports of pods that the API server calls. */
  readonly calledPorts: readonly number[];
}

/**
 * Ports the API server calls on nodes: kubelet, admission webhooks and aggregated APIs (KEDA). GKE itself opens 443 and
 * 10250 alone, and a webhook out of reach stops every deployment.
 * https://docs.cloud.google.com/kubernetes-engine/docs/how-to/private-clusters#add_firewall_rules
 */
export const CONTROL_PLANE_TO_NODES = [443, 4443, 6443, 8443, 9443, 10250] as const;

/**
 * What passes between the nodes, their control plane and the world. Pods share their node's account: what one pod may
 * reach another may too as far as the firewall goes; NetworkPolicies, enforced on the node, tell them apart.
 */
export function makeFirewall(make: Make, args: FirewallArgs): readonly pulumi.Resource[] {
  const { network, nodeAccount, externalPorts, calledPorts } = args;
  const { nodes, pods, services, controlPlane } = network.ranges;
  const rule = { network: network.vpcId, serviceAccount: nodeAccount };
  return [
    allowIngress(make, "from-control-plane", {
      ...rule,
      description: "Kubelet, webhooks and aggregated APIs",
      ranges: [controlPlane],
      ports: [...CONTROL_PLANE_TO_NODES, ...calledPorts],
    }),
    allowIngress(make, "from-nodes", {
      ...rule,
      description: "Pods to pods; NetworkPolicies decide which",
      ranges: [nodes, pods],
      protocol: "all",
    }),
    allowEgress(make, "to-nodes", {
      ...rule,
      description: "Pods to pods; NetworkPolicies decide which",
      ranges: [nodes, pods, services],
      protocol: "all",
    }),
    allowEgress(make, "to-control-plane", {
      ...rule,
      description: "Kubernetes API, and the tunnel its answers come through",
      ranges: [controlPlane],
      ports: [443, 8132],
    }),
    allowEgress(make, "to-world", {
      ...rule,
      description: "Images, Google's services and external services of the system",
      ranges: ["0.0.0.0/0"],
      ports: [...new Set([443, ...externalPorts])].sort((a, b) => a - b),
    }),
  ];
}
