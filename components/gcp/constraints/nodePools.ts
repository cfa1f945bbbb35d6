import type { NodePoolSpec } from "../../../systems/spec";
import { gibibytes } from "../../quantities";
import { isArm, isKnownMachineType, machineTypeFor, regionsOf, shapeOfAwsClass } from "../machineTypes";
import { type Constraint, when } from "./constraint";

/** A pool of the spec, and where it is to be. */
export interface PoolSubject {
  readonly pool: NodePoolSpec;
  readonly region: string;
}

const MOST_DISK_GIB = 65_536;
/** Labels that Kubernetes and GKE set themselves. */
const RESERVED_LABELS = /^([a-z0-9.-]+\.)?(kubernetes\.io|k8s\.io|gke\.io|cloud\.google\.com)\//;

/** The machine type of a pool: the spec's, or the smallest that holds what its AWS class stands for, or its size. */
export function machineTypeOf(pool: NodePoolSpec): string | undefined {
  // A class of AWS says more than the neutral size beside it, which is no more than its floor.
  const shape = pool.classes.aws === undefined ? undefined : shapeOfAwsClass(pool.classes.aws);
  const size = shape ? { cpu: String(shape.cpu), memory: `${shape.memoryGiB}Gi` } : pool;
  return pool.classes.gcp ?? machineTypeFor({ cpu: size.cpu, memory: size.memory, architecture: pool.architecture });
}

export const POOL_CONSTRAINTS: readonly Constraint<PoolSubject>[] = [
  {
    id: "node-size",
    what: "the largest machine type a pool is given by its size",
    limit: "128 vCPU or 768 GiB",
    link: "https://docs.cloud.google.com/compute/docs/general-purpose-machines",
    check: ({ pool }) =>
      when(
        machineTypeOf(pool) === undefined,
        "",
        `${pool.cpu} CPU, ${pool.memory}`,
        "at most 128 CPU and 768Gi on a machine type we know",
        "set classes.gcp of the pool to the machine type",
      ),
  },
  {
    id: "node-family",
    what: "machine families",
    limit: "those of Compute Engine",
    link: "https://docs.cloud.google.com/compute/docs/machine-resource",
    check: ({ pool }) =>
      when(
        pool.classes.gcp !== undefined && !isKnownMachineType(pool.classes.gcp),
        "classes.gcp",
        pool.classes.gcp,
        "a machine type of Compute Engine, such as e2-standard-4",
        "write a machine type of Google's, or leave it out",
      ),
  },
  {
    id: "node-family-region",
    what: "machine families in a region",
    limit: "those it has",
    link: "https://docs.cloud.google.com/compute/docs/regions-zones#available",
    check: ({ pool, region }) => {
      const machineType = machineTypeOf(pool);
      const regions = machineType === undefined ? undefined : regionsOf(machineType);
      return when(
        regions !== undefined && !regions.includes(region),
        pool.classes.gcp === undefined ? "architecture" : "classes.gcp",
        machineType,
        `a machine family that ${region} has; ${machineType?.split("-")[0]} is in ${regions?.join(", ")} only`,
        "choose another machine type, or another region",
      );
    },
  },
  {
    id: "node-architecture",
    what: "the architecture of a machine type",
    limit: "the pool's",
    link: "https://docs.cloud.google.com/compute/docs/instances/arm-on-compute",
    check: ({ pool }) => {
      const given = pool.classes.gcp;
      const arm = given !== undefined && isArm(given);
      return when(
        given !== undefined && isKnownMachineType(given) && arm !== (pool.architecture === "arm64"),
        "classes.gcp",
        given,
        `a machine type of architecture ${pool.architecture}`,
        `set the pool's architecture to ${arm ? "arm64" : "amd64"}, or choose another type`,
      );
    },
  },
  {
    id: "node-disk",
    what: "the disk of a node",
    limit: `${MOST_DISK_GIB} GiB`,
    link: "https://docs.cloud.google.com/compute/docs/disks/persistent-disks#disk-types",
    check: ({ pool }) =>
      when(
        gibibytes(pool.diskSize) > MOST_DISK_GIB,
        "diskSize",
        pool.diskSize,
        `at most ${MOST_DISK_GIB}Gi`,
        "use a smaller disk",
      ),
  },
  {
    id: "node-labels",
    what: "labels of nodes",
    limit: "none of those Kubernetes and GKE set themselves",
    link: "https://docs.cloud.google.com/kubernetes-engine/docs/how-to/creating-managing-labels",
    check: ({ pool }) => {
      const taken = Object.keys(pool.labels).filter((label) => RESERVED_LABELS.test(label));
      return when(
        taken.length > 0,
        "labels",
        taken,
        "labels below a domain of your own, or without one",
        "rename them",
      );
    },
  },
];

/** How a cluster is reached. */
export interface ClusterSubject {
  readonly cidrBlocks: readonly string[];
}

const MOST_NETWORKS = 50;

export const CLUSTER_CONSTRAINTS: readonly Constraint<ClusterSubject>[] = [
  {
    id: "cluster-networks",
    what: "ranges that may reach a control plane",
    limit: `${MOST_NETWORKS}, two of them the placement's own`,
    link: "https://docs.cloud.google.com/kubernetes-engine/docs/reference/rest/v1/MasterAuthorizedNetworksConfig",
    check: ({ cidrBlocks }) =>
      when(
        cidrBlocks.length > MOST_NETWORKS - 2,
        "access.deployer.cidrBlocks",
        `${cidrBlocks.length} ranges`,
        `at most ${MOST_NETWORKS - 2} on gcp`,
        "join neighbouring ranges, or deploy from a runner in the network",
      ),
  },
];
