import { type Problem, Problems, show } from "../../errors";
import { planNetwork } from "../../networking/cidr";

export interface RangesArgs {
  /** Number of the placement's network; networks of different numbers never overlap. */
  readonly cidrIndex: number;
  /** Range all networks are cut from. @default 10.0.0.0/8 */
  readonly baseCidrBlock?: string;
  /** Prefix length of the placement's network. @default 16 */
  readonly networkPrefix?: number;
  /** Most nodes the cluster may have, those of an upgrade among them. */
  readonly nodes: number;
  /** Where the arguments came from, for problems. @default placements */
  readonly path?: string;
}

/** Ranges of one placement; none overlaps another. */
export interface Ranges {
  readonly cidrBlock: string;
  /** Nodes, internal load balancers and the private endpoints of clusters of Redis. */
  readonly nodes: string;
  readonly pods: string;
  readonly services: string;
  /** Given to Google's own networks, in which Cloud SQL, Memorystore and Filestore run. */
  readonly privateServices: string;
  readonly controlPlane: string;
  readonly maxPodsPerNode: number;
}

/** Google keeps four addresses of every subnet. https://docs.cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet */
const RESERVED_ADDRESSES = 4;
/** GKE gives a node a range of at least twice its pods. https://docs.cloud.google.com/kubernetes-engine/docs/concepts/alias-ips#cluster_sizing_secondary_range_pods */
const PODS_PER_NODE = [110, 64, 32] as const;
/** A control plane has a /28, no more and no less. */
const CONTROL_PLANE_HOLDER = 26;
/** https://docs.cloud.google.com/sql/docs/postgres/configure-private-services-access#choosing_an_ip_address_range_size */
const LONGEST_NETWORK = 20;

/**
 * Cuts one placement's network into what a region of Google Cloud needs. Pods get one half, Google's own services a
 * quarter, and nodes, services and the control plane share the last one, of which a part stays free.
 */
export function planRanges(args: RangesArgs): Ranges {
  const { networkPrefix = 16, path = "placements" } = args;
  const problems = new Problems();
  if (networkPrefix > LONGEST_NETWORK) {
    problems.add({
      path: `${path}.cidrBlock`,
      found: `/${networkPrefix}`,
      allowed: `at most /${LONGEST_NETWORK} on gcp: Cloud SQL, Memorystore and Filestore take a /24 or more each`,
      fix: "name a larger range",
    });
    problems.throwIfAny();
  }
  const plan = planNetwork({ ...args, networkPrefix, zones: 1 });
  const [pods = ""] = plan.privateCidrBlocks;
  const [shared = ""] = plan.publicCidrBlocks;
  const [privateServices = ""] = plan.dataCidrBlocks;
  const quarter = (index: number) => part(shared, networkPrefix + 4, index);
  const nodes = quarter(0);
  problems.addAll(nodeProblems(args.nodes, nodes, pods, path));
  problems.throwIfAny();
  return {
    cidrBlock: plan.cidrBlock,
    nodes,
    pods,
    services: quarter(1),
    privateServices,
    controlPlane: planNetwork({
      cidrIndex: 0,
      baseCidrBlock: quarter(2),
      networkPrefix: CONTROL_PLANE_HOLDER,
      zones: 1,
    }).publicCidrBlocks.join(),
    maxPodsPerNode: podsPerNode(args.nodes, pods) ?? PODS_PER_NODE[0],
  };
}

/** Most pods per node with which a range holds this many nodes; undefined when none does. */
export function podsPerNode(nodes: number, podRange: string): number | undefined {
  return PODS_PER_NODE.find((pods) => Math.floor(addresses(podRange) / addressesPerNode(pods)) >= nodes);
}

/** Addresses GKE sets aside for a node with this many pods. */
export function addressesPerNode(pods: number): number {
  return 2 ** Math.ceil(Math.log2(2 * pods));
}

function nodeProblems(nodes: number, nodeRange: string, podRange: string, path: string): readonly Problem[] {
  const fewest = PODS_PER_NODE[PODS_PER_NODE.length - 1] ?? 32;
  const most = Math.min(
    Math.floor(addresses(podRange) / addressesPerNode(fewest)),
    addresses(nodeRange) - RESERVED_ADDRESSES,
  );
  return nodes <= most
    ? []
    : [
        {
          path: `${path}.cidrBlock`,
          found: `${show(nodes)} nodes in ${podRange} for pods and ${nodeRange} for nodes`,
          allowed: `at most ${most} nodes in a network of this size`,
          fix: "name a larger range, or lower nodePools.NAME.max",
        },
      ];
}

function part(cidrBlock: string, prefix: number, cidrIndex: number): string {
  return planNetwork({ cidrIndex, baseCidrBlock: cidrBlock, networkPrefix: prefix, zones: 1 }).cidrBlock;
}

/** How many addresses a block holds. */
export function addresses(cidrBlock: string): number {
  return 2 ** (32 - prefixOf(cidrBlock));
}

export function prefixOf(cidrBlock: string): number {
  return Number(cidrBlock.split("/")[1]);
}
