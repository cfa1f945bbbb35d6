import { overlaps } from "../../networking/cidr";
import { type Constraint, when } from "./constraint";

/** How a placement's network would be cut, and what is to fit into it. */
export interface NetworkSubject {
  readonly cidrBlock: string;
  readonly nodeRange: string;
  readonly podRange: string;
  readonly serviceRange: string;
  readonly privateRange: string;
  /** Most nodes at a time. */
  readonly nodes: number;
  /** Services of the cluster, those of add-ons among them. */
  readonly services: number;
  /** Networks of Google's that take their addresses from the private range: one per managed store and region. */
  readonly managed: number;
  /** Whether one of them is Cloud SQL. */
  readonly databases: boolean;
}

/** Google keeps four addresses of every subnet. */
const RESERVED_ADDRESSES = 4;
/** Pods a node may have at most, by how much room there is. */
export const PODS_PER_NODE = [110, 64, 32] as const;
/** Addresses Google takes for each of its networks. */
const MANAGED_ADDRESSES = 256;
/** Docker's own bridge on Cloud SQL's machines: answers to it never leave them. */
const DOCKER = "172.17.0.0/16";
/** The longest prefix that leaves Google's services a /22. */
export const LONGEST_NETWORK = 20;

export function prefixOf(cidrBlock: string): number {
  return Number(cidrBlock.split("/")[1]);
}

/** How many addresses a block holds. */
export function addresses(cidrBlock: string): number {
  return 2 ** (32 - prefixOf(cidrBlock));
}

/** Addresses GKE sets aside for a node with this many pods. */
export function addressesPerNode(pods: number): number {
  return 2 ** Math.ceil(Math.log2(2 * pods));
}

const FIX = "name a larger range, or lower nodePools.NAME.max";

/** The size of a network, before it is cut. */
export const NETWORK_SIZE_CONSTRAINTS: readonly Constraint<{ readonly networkPrefix: number }>[] = [
  {
    id: "network-size",
    what: "the network of a placement",
    limit: `/${LONGEST_NETWORK} or larger`,
    link: "https://docs.cloud.google.com/sql/docs/postgres/configure-private-services-access#choosing_an_ip_address_range_size",
    check: ({ networkPrefix }) =>
      when(
        networkPrefix > LONGEST_NETWORK,
        "cidrBlock",
        `/${networkPrefix}`,
        `at most /${LONGEST_NETWORK} on gcp: Cloud SQL, Memorystore and Filestore take a /24 or more each`,
        "name a larger range",
      ),
  },
];

export const NETWORK_CONSTRAINTS: readonly Constraint<NetworkSubject>[] = [
  {
    id: "network-nodes",
    what: "addresses of the nodes",
    limit: "one each, and four that Google keeps",
    link: "https://docs.cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet",
    check: ({ nodes, nodeRange }) => {
      const most = addresses(nodeRange) - RESERVED_ADDRESSES;
      return when(nodes > most, "cidrBlock", `${nodes} nodes in ${nodeRange}`, `at most ${most} nodes`, FIX);
    },
  },
  {
    id: "network-pods",
    what: "addresses of the pods",
    limit: "twice the pods of each node, at least 32 pods a node",
    link: "https://docs.cloud.google.com/kubernetes-engine/docs/concepts/alias-ips#cluster_sizing_secondary_range_pods",
    check: ({ nodes, podRange }) => {
      const most = Math.floor(addresses(podRange) / addressesPerNode(Math.min(...PODS_PER_NODE)));
      return when(
        nodes > most,
        "cidrBlock",
        `${nodes} nodes with their pods in ${podRange}`,
        `at most ${most} nodes in a network of this size`,
        FIX,
      );
    },
  },
  {
    id: "network-services",
    what: "addresses of the cluster's Services",
    limit: "one each",
    link: "https://docs.cloud.google.com/kubernetes-engine/docs/concepts/alias-ips#cluster_sizing_secondary_range_svcs",
    check: ({ services, serviceRange }) => {
      const most = addresses(serviceRange);
      return when(
        services > most,
        "cidrBlock",
        `${services} Services in ${serviceRange}`,
        `at most ${most} Services in a network of this size`,
        "name a larger range",
      );
    },
  },
  {
    id: "network-managed",
    what: "addresses of managed stores",
    limit: "a /24 for each, in each region",
    link: "https://docs.cloud.google.com/sql/docs/postgres/configure-private-services-access#choosing_an_ip_address_range_size",
    check: ({ managed, privateRange }) => {
      const most = Math.floor(addresses(privateRange) / MANAGED_ADDRESSES);
      return when(
        managed > most,
        "cidrBlock",
        `${managed} managed stores in ${privateRange}`,
        `at most ${most} in a network of this size`,
        "name a larger range for the first placement on gcp",
      );
    },
  },
  {
    id: "network-docker",
    what: "the network of a database's clients",
    limit: `apart from ${DOCKER}, which Cloud SQL keeps for itself`,
    link: "https://docs.cloud.google.com/sql/docs/postgres/private-ip#network_requirements",
    check: ({ cidrBlock, databases }) =>
      when(
        databases && overlaps(cidrBlock, DOCKER),
        "cidrBlock",
        cidrBlock,
        `a range apart from ${DOCKER}: Cloud SQL answers nobody there`,
        "name another range, such as one of 10.0.0.0/8",
      ),
  },
];
