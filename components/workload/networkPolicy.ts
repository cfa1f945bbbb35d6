import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Peer } from "../binding";
import type { IngressSource } from "../cluster/contract";

type NetworkPolicySpec = k8s.types.input.networking.v1.NetworkPolicySpec;
type PolicyPeer = k8s.types.input.networking.v1.NetworkPolicyPeer;

/** Traffic with some peers on some TCP ports. */
export interface Flow {
  readonly peers: readonly Peer[];
  readonly ports: readonly number[];
}

export interface NetworkPolicyArgs {
  readonly selector: Readonly<Record<string, string>>;
  /** Who may connect, on the pods' own ports. */
  readonly ingress: readonly Flow[];
  /** Where the pods may connect to. */
  readonly egress: readonly Flow[];
  /** Whether the pods look names up. @default true */
  readonly dns?: boolean;
}

/** Private, shared and link-local ranges: never what a host name on the internet stands for. */
const NOT_PUBLIC = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"];

export const NAMESPACE_LABEL = "kubernetes.io/metadata.name";

/** The policy of one workload: both directions closed but for the given flows. */
export function networkPolicySpec(args: NetworkPolicyArgs): NetworkPolicySpec {
  const egress = args.egress.map((flow) => ({ to: peersOf(flow), ports: tcp(flow.ports) }));
  return {
    podSelector: { matchLabels: { ...args.selector } },
    policyTypes: ["Ingress", "Egress"],
    ingress: args.ingress.map((flow) => ({ from: peersOf(flow), ports: tcp(flow.ports) })),
    egress: args.dns === false ? egress : [DNS, ...egress],
  };
}

/** Whether a flow leads to certain hosts known by name only, which NetworkPolicy cannot express; any host at all it can. */
export function reachesHosts(flow: Flow): boolean {
  return flow.peers.some((peer) => peer.kind === "hosts" && !peer.hosts.includes("*"));
}

/** The peer a public entry stands for. */
export function ingressPeer(source: IngressSource): Peer {
  return source.kind === "namespace" ? { kind: "pods", namespace: source.namespace, labels: {} } : source;
}

/** Address a node's own DNS cache listens on: https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/ */
const NODE_CACHE = "169.254.20.10/32";

/**
 * Where names are asked. A cluster that exists may have a cache on every node: some plugins see the cache's pod there, others
 * the address it listens on.
 */
export const DNS = {
  to: [
    ...["kube-dns", "node-local-dns"].map((app) => ({
      namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": app } },
    })),
    { ipBlock: { cidr: NODE_CACHE } },
  ],
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};

function peersOf(flow: Flow): PolicyPeer[] {
  return flow.peers.flatMap(policyPeers);
}

/** A peer as policies write it. */
export function policyPeers(peer: Peer): PolicyPeer[] {
  switch (peer.kind) {
    case "pods":
      return [
        {
          namespaceSelector: { matchLabels: { [NAMESPACE_LABEL]: peer.namespace } },
          ...(Object.keys(peer.labels).length > 0 ? { podSelector: { matchLabels: { ...peer.labels } } } : {}),
        },
      ];
    case "cidrs":
      return peer.cidrBlocks.map((cidr: pulumi.Input<string>) => ({ ipBlock: { cidr } }));
    case "hosts":
      return [{ ipBlock: { cidr: "0.0.0.0/0", except: [...NOT_PUBLIC] } }];
    default:
      return peer satisfies never;
  }
}

function tcp(ports: readonly number[]) {
  return ports.map((port) => ({ protocol: "TCP", port }));
}
