import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { allowEgress, allowIngress, makeSecurityGroup } from "../../networking/securityGroup";

export interface FirewallArgs {
  readonly context: Context;
  readonly vpcId: pulumi.Input<string>;
  /** Network of the cluster: whoever deploys to a private endpoint stands in it, or comes through it. */
  readonly cidrBlock: pulumi.Input<string>;
  /** Ports on which pods reach external services, besides 443. */
  readonly externalPorts: readonly number[];
  /** Further ports of pods that the API server calls. */
  readonly calledPorts: readonly number[];
}

/** Ports the API server calls on nodes: kubelet, admission webhooks and aggregated APIs (metrics-server, KEDA). */
export const CONTROL_PLANE_TO_NODES = [443, 4443, 6443, 8443, 9443, 10250, 10251] as const;

/**
 * Groups of the control plane and the nodes, and what passes between them. Pods share their node's group: what one pod
 * may reach another may too as far as AWS goes; NetworkPolicies, enforced on the node, tell them apart.
 *
 * Nothing refers to a rule. Whoever uses what the rules open depends on `ready`, or a destroy takes the rules first, and
 * everything in the cluster that waits for its controller to clean up behind it waits for ever.
 */
export function makeFirewall(make: Make, args: FirewallArgs) {
  const { context, vpcId } = args;
  const controlPlane = makeSecurityGroup(make, "control-plane-group", {
    context,
    vpcId,
    description: "Control plane of the cluster",
  });
  const nodes = makeSecurityGroup(make, "nodes-group", {
    context,
    vpcId,
    description: "Nodes of the cluster and their pods",
  });
  const ready: pulumi.Resource[] = [];
  const apiFromNetwork = allowIngress(make, "api-from-network", {
    context,
    groupId: controlPlane.id,
    peer: { cidrBlock: args.cidrBlock },
    ports: 443,
    description: "Kubernetes API for a runner, tunnel or peer within the network",
  });
  ready.push(apiFromNetwork);
  const open = (role: string, between: Parameters<typeof connect>[2]) => ready.push(...connect(make, role, between));
  open("api", { context, from: nodes, to: controlPlane, ports: 443, what: "Kubernetes API" });
  for (const port of [...CONTROL_PLANE_TO_NODES, ...args.calledPorts]) {
    open(`control-${port}`, {
      context,
      from: controlPlane,
      to: nodes,
      ports: port,
      what: "Kubelet, webhooks and aggregated APIs",
    });
  }
  for (const protocol of ["tcp", "udp"] as const) {
    open(`peer-${protocol}`, {
      context,
      from: nodes,
      to: nodes,
      protocol,
      ports: [0, 65_535],
      what: "Pods to pods; NetworkPolicies decide which",
    });
  }
  for (const port of new Set([443, ...args.externalPorts])) {
    const rule = allowEgress(make, `nodes-to-world-${port}`, {
      context,
      groupId: nodes.id,
      peer: { cidrBlock: "0.0.0.0/0" },
      ports: port,
      description:
        port === 443 ? "Images, AWS services and external services over HTTPS" : "External services of the system",
    });
    ready.push(rule);
  }
  return { controlPlane, nodes, ready };
}

function connect(
  make: Make,
  role: string,
  args: {
    readonly context: Context;
    readonly from: aws.ec2.SecurityGroup;
    readonly to: aws.ec2.SecurityGroup;
    readonly protocol?: "tcp" | "udp";
    readonly ports: number | readonly [number, number];
    readonly what: string;
  },
): readonly pulumi.Resource[] {
  const rule = {
    context: args.context,
    ports: args.ports,
    description: args.what,
    ...(args.protocol ? { protocol: args.protocol } : {}),
  };
  return [
    allowIngress(make, `${role}-ingress`, { ...rule, groupId: args.to.id, peer: { groupId: args.from.id } }),
    allowEgress(make, `${role}-egress`, { ...rule, groupId: args.from.id, peer: { groupId: args.to.id } }),
  ];
}
