import type { Cloud } from "../context";
import type { Flow } from "./networkPolicy";

/**
 * Where a pod asks for the credentials of its cloud identity: an address of the node's own, which every policy by public
 * address leaves out.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html (the agent's link-local address)
 * @see https://docs.cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity
 */
export function credentialFlows(cloud: Cloud): readonly Flow[] {
  switch (cloud) {
    case "aws":
      return [{ peers: [{ kind: "cidrs", cidrBlocks: ["169.254.170.23/32"] }], ports: [80] }];
    case "gcp":
      return [{ peers: [{ kind: "cidrs", cidrBlocks: ["169.254.169.254/32"] }], ports: [80] }];
    case "kubernetes":
      return [];
    default:
      return cloud satisfies never;
  }
}
