import { cpuOf } from "../../../components/cluster/eks/instanceTypes";
import { type Amount, type Amounts, exactly, NONE, numberAt, ONE, type Reader, type Sized, textAt } from "./need";

export interface AwsQuota {
  readonly what: string;
  readonly service: string;
  readonly code: string;
}

/**
 * Quotas of an account and region that a plan eats into, as Service Quotas knows them.
 * https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
 */
export const AWS_QUOTAS: Readonly<Record<string, AwsQuota>> = {
  "vcpu-standard": { what: "vCPUs of standard instances on demand", service: "ec2", code: "L-1216C47A" },
  "vcpu-standard-spot": { what: "vCPUs of standard spot instances", service: "ec2", code: "L-34B43A08" },
  "vcpu-g": { what: "vCPUs of G and VT instances on demand", service: "ec2", code: "L-DB2E81BA" },
  "vcpu-g-spot": { what: "vCPUs of G and VT spot instances", service: "ec2", code: "L-3819A6DF" },
  "vcpu-p": { what: "vCPUs of P instances on demand", service: "ec2", code: "L-417A185B" },
  "vcpu-p-spot": { what: "vCPUs of P spot instances", service: "ec2", code: "L-7212CCBC" },
  addresses: { what: "Elastic IPs", service: "ec2", code: "L-0263D0A3" },
  networks: { what: "VPCs", service: "vpc", code: "L-F678F1CE" },
  "nat-gateways": { what: "NAT gateways in the fullest zone", service: "vpc", code: "L-FE5A380F" },
  "application-balancers": { what: "Application Load Balancers", service: "elasticloadbalancing", code: "L-53DA6B97" },
  "network-balancers": { what: "Network Load Balancers", service: "elasticloadbalancing", code: "L-69A177A2" },
  databases: { what: "RDS instances", service: "rds", code: "L-7B6409FD" },
  "database-storage": { what: "GB of RDS storage", service: "rds", code: "L-7ADDB58A" },
  clusters: { what: "EKS clusters", service: "eks", code: "L-1194D53C" },
  "cache-nodes": { what: "ElastiCache nodes", service: "elasticache", code: "L-DFE45DF3" },
  concurrency: { what: "concurrent Lambda executions", service: "lambda", code: "L-B99A9384" },
  keys: { what: "KMS keys", service: "kms", code: "L-C2F1777E" },
};

/** Families by the quota they count against: https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html */
const CLASSES: readonly (readonly [RegExp, string])[] = [
  [/^(g|gr|vt)\d/, "g"],
  [/^p\d/, "p"],
  [/^(a|c|d|h|i|im|is|m|r|t|z)\d/, "standard"],
];

/** Quota that an instance type's vCPUs count against; undefined for families none of ours is of. */
export function vcpuQuota(instanceType: string, spot: boolean): string | undefined {
  const name = CLASSES.find(([family]) => family.test(instanceType))?.[1];
  return name === undefined ? undefined : `vcpu-${name}${spot ? "-spot" : ""}`;
}

/** The smallest sizes, of burstable families, have two as well. */
function vcpusOf(instanceType: string): number {
  return cpuOf(instanceType) ?? (/\.(nano|micro|small)$/.test(instanceType) ? 2 : 0);
}

const READERS: Readonly<Record<string, Reader>> = {
  "aws:eks/nodeGroup:NodeGroup": ({ inputs }) => {
    const { instanceTypes } = inputs;
    const types = Array.isArray(instanceTypes) ? instanceTypes.filter((type) => typeof type === "string") : [];
    // Karpenter's nodes for a group are those between its least and its most.
    const [least = 0, most = least] = ["minSize", "maxSize"].map((size) => numberAt(inputs, `scalingConfig.${size}`));
    const cpu = Math.max(0, ...types.map(vcpusOf));
    return vcpus(types[0] ?? "", inputs.capacityType === "SPOT", { least: least * cpu, most: most * cpu });
  },
  "aws:ec2/instance:Instance": ({ inputs }) => {
    const type = textAt(inputs, "instanceType");
    return vcpus(type, false, exactly(vcpusOf(type)));
  },
  "aws:ec2/eip:Eip": () => ({ addresses: ONE }),
  "aws:ec2/vpc:Vpc": () => ({ networks: ONE }),
  // A network has one in a zone at most, and the first zone has one always.
  "aws:ec2/natGateway:NatGateway": ({ name }) => (name.endsWith("-nat-1") ? { "nat-gateways": ONE } : NONE),
  "aws:lb/loadBalancer:LoadBalancer": ({ inputs }) => ({
    [inputs.loadBalancerType === "network" ? "network-balancers" : "application-balancers"]: ONE,
  }),
  "aws:rds/instance:Instance": (resource, all) => {
    // A replica has its primary's.
    const { inputs } =
      numberAt(resource.inputs, "allocatedStorage") === undefined ? primaryOf(resource, all) : resource;
    const least = numberAt(inputs, "allocatedStorage") ?? 0;
    const most = Math.max(least, numberAt(inputs, "maxAllocatedStorage") ?? 0);
    return { databases: ONE, "database-storage": { least, most } };
  },
  "aws:eks/cluster:Cluster": () => ({ clusters: ONE }),
  "aws:elasticache/replicationGroup:ReplicationGroup": ({ inputs }) => {
    const shards = numberAt(inputs, "numNodeGroups");
    const nodes = shards === undefined ? numberAt(inputs, "numCacheClusters") : undefined;
    return { "cache-nodes": exactly(nodes ?? (shards ?? 1) * (1 + (numberAt(inputs, "replicasPerNodeGroup") ?? 0))) };
  },
  "aws:elasticache/cluster:Cluster": ({ inputs }) => ({
    "cache-nodes": exactly(numberAt(inputs, "numCacheNodes") ?? 1),
  }),
  "aws:lambda/function:Function": ({ inputs }) => ({
    concurrency: exactly(Math.max(0, numberAt(inputs, "reservedConcurrentExecutions") ?? 0)),
  }),
  "aws:kms/key:Key": () => ({ keys: ONE }),
  "aws:kms/replicaKey:ReplicaKey": () => ({ keys: ONE }),
};

export const readAws: Reader = (resource, all) => READERS[resource.type]?.(resource, all) ?? {};

function vcpus(instanceType: string, spot: boolean, amount: Amount): Amounts {
  const quota = vcpuQuota(instanceType, spot);
  return quota === undefined ? NONE : { [quota]: amount };
}

function primaryOf(replica: Sized, all: readonly Sized[]): Sized {
  const primary = all.find(
    ({ type, parent, inputs }) =>
      type === replica.type && parent === replica.parent && numberAt(inputs, "allocatedStorage") !== undefined,
  );
  return primary ?? replica;
}
