import { InputError, type Problem } from "../../errors";
import { planNetwork } from "../../networking/cidr";
import { problemsOf } from "../constraints/constraint";
import {
  addresses,
  addressesPerNode,
  NETWORK_CONSTRAINTS,
  NETWORK_SIZE_CONSTRAINTS,
  type NetworkSubject,
  PODS_PER_NODE,
} from "../constraints/network";

export interface RangesArgs {
  /** Number of the placement's network; networks of different numbers never overlap. */
  readonly cidrIndex: number;
  /** Range all networks are cut from. @default 10.0.0.0/8 */
  readonly baseCidrBlock?: string;
  /** Prefix length of the placement's network. @default 16 */
  readonly networkPrefix?: number;
  /** Most nodes the cluster may have, those of an upgrade among them. */
  readonly nodes: number;
  /** What else is to fit into it. @default nothing */
  readonly contents?: Partial<Pick<NetworkSubject, "services" | "managed" | "databases">>;
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

/** A control plane has a /28, no more and no less. */
const CONTROL_PLANE_HOLDER = 26;
/**
 * Cuts one placement's network into what a region of Google Cloud needs. Pods get one half, Google's own services a
 * quarter, and nodes, services and the control plane share the last one, of which a part stays free.
 */
export function planRanges(args: RangesArgs): Ranges {
  const { networkPrefix = 16, path = "placements" } = args;
  throwAny(problemsOf(NETWORK_SIZE_CONSTRAINTS, { networkPrefix }, path));
  const plan = planNetwork({ ...args, networkPrefix, zones: 1 });
  const [pods = ""] = plan.privateCidrBlocks;
  const [shared = ""] = plan.publicCidrBlocks;
  const [privateServices = ""] = plan.dataCidrBlocks;
  const quarter = (index: number) => part(shared, networkPrefix + 4, index);
  const nodes = quarter(0);
  const subject: NetworkSubject = {
    cidrBlock: plan.cidrBlock,
    nodeRange: nodes,
    podRange: pods,
    serviceRange: quarter(1),
    privateRange: privateServices,
    nodes: args.nodes,
    services: 0,
    managed: 0,
    databases: false,
    ...args.contents,
  };
  throwAny(problemsOf(NETWORK_CONSTRAINTS, subject, path));
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

function throwAny(problems: readonly Problem[]): void {
  if (problems.length > 0) {
    throw new InputError(problems);
  }
}

function part(cidrBlock: string, prefix: number, cidrIndex: number): string {
  return planNetwork({ cidrIndex, baseCidrBlock: cidrBlock, networkPrefix: prefix, zones: 1 }).cidrBlock;
}
