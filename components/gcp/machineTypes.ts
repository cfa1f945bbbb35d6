import { cpuMillicores, gibibytes } from "../quantities";

type Architecture = "amd64" | "arm64";

export interface MachineType {
  readonly name: string;
  readonly cpu: number;
  readonly memoryGiB: number;
}

interface Family {
  readonly name: string;
  readonly memoryPerCpuGiB: number;
  readonly sizes: readonly number[];
}

/**
 * Families by architecture. E2 on amd64: the cheapest per vCPU, in every zone of every region, in the shapes of AWS's c,
 * m and r classes up to 32 vCPU, and N2 above. C4A on arm64, the counterpart of Graviton 3 and 4.
 * https://docs.cloud.google.com/compute/docs/machine-resource
 */
const FAMILIES: Readonly<Record<Architecture, readonly Family[]>> = {
  amd64: [
    { name: "e2-standard", memoryPerCpuGiB: 4, sizes: [2, 4, 8, 16, 32] },
    { name: "e2-highmem", memoryPerCpuGiB: 8, sizes: [2, 4, 8, 16] },
    { name: "n2-standard", memoryPerCpuGiB: 4, sizes: [48, 64, 80, 96, 128] },
    { name: "n2-highmem", memoryPerCpuGiB: 8, sizes: [32, 48, 64, 80, 96] },
  ],
  arm64: [
    { name: "c4a-highcpu", memoryPerCpuGiB: 2, sizes: [4, 8, 16, 32, 48, 64, 72] },
    { name: "c4a-standard", memoryPerCpuGiB: 4, sizes: [2, 4, 8, 16, 32, 48, 64, 72] },
    { name: "c4a-highmem", memoryPerCpuGiB: 8, sizes: [2, 4, 8, 16, 32, 48, 64, 72] },
  ],
};

const TYPES: Readonly<Record<Architecture, readonly MachineType[]>> = {
  amd64: typesOf(FAMILIES.amd64),
  arm64: typesOf(FAMILIES.arm64),
};

function typesOf(families: readonly Family[]): readonly MachineType[] {
  return families
    .flatMap(({ name, memoryPerCpuGiB, sizes }) =>
      sizes.map((cpu) => ({ name: `${name}-${cpu}`, cpu, memoryGiB: cpu * memoryPerCpuGiB })),
    )
    .sort((a, b) => a.cpu - b.cpu || a.memoryGiB - b.memoryGiB);
}

export interface NodeSize {
  readonly cpu: string;
  readonly memory: string;
  readonly architecture: Architecture;
}

/** The smallest machine type that holds a node of this size; undefined when none does. */
export function machineTypeFor(size: NodeSize): string | undefined {
  const cpu = cpuMillicores(size.cpu) / 1000;
  const memoryGiB = gibibytes(size.memory);
  return TYPES[size.architecture].find((type) => type.cpu >= cpu && type.memoryGiB >= memoryGiB)?.name;
}

/** A class of AWS in neutral terms. */
export interface Shape {
  readonly cpu: number;
  readonly memoryGiB: number;
  readonly architecture: Architecture;
}

/** GiB per vCPU of AWS's families. https://docs.aws.amazon.com/ec2/latest/instancetypes/ */
const AWS_MEMORY_PER_CPU: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };
const AWS_CPU: Readonly<Record<string, number>> = { medium: 1, large: 2, xlarge: 4 };
/** Burstable classes have two vCPU up to large, whatever their memory. */
const AWS_BURSTABLE_GIB: Readonly<Record<string, number>> = { micro: 1, small: 2, medium: 4, large: 8 };

/**
 * What a class of AWS (`c5.2xlarge`, `db.r5.xlarge`, `cache.r6g.large`) stands for, so that a system sized for AWS gets
 * machines of the same vCPU, memory and architecture. Undefined for what the table does not know.
 */
export function shapeOfAwsClass(name: string): Shape | undefined {
  const match = /^(?:db\.|cache\.)?([cmrt])(\d+)([a-z]*)\.(\d*)(micro|small|medium|large|xlarge)$/.exec(name);
  if (!match) {
    return undefined;
  }
  const [, family = "", , variant = "", times = "", size = ""] = match;
  const architecture: Architecture = variant.startsWith("g") ? "arm64" : "amd64";
  if (family === "t") {
    const memoryGiB = AWS_BURSTABLE_GIB[size];
    if (memoryGiB !== undefined) {
      return { cpu: 2, memoryGiB, architecture };
    }
  }
  const cpu = (AWS_CPU[size] ?? 0) * (times === "" ? 1 : Number(times));
  const memory = family === "t" ? 4 : AWS_MEMORY_PER_CPU[family];
  return cpu === 0 || memory === undefined ? undefined : { cpu, memoryGiB: cpu * memory, architecture };
}

/** Whether a machine type runs on Arm. https://docs.cloud.google.com/compute/docs/instances/arm-on-compute */
export function isArm(machineType: string): boolean {
  return /^(t2a|c4a|n4a|a4x)-/.test(machineType);
}

/** Families that Compute Engine knows, and regions without some of them. */
const KNOWN_FAMILIES =
  /^(e2|n1|n2|n2d|n4|n4a|n4d|c2|c2d|c3|c3d|c4|c4a|c4d|t2a|t2d|m1|m2|m3|m4|h3|h4d|z3|a2|a3|g2|g4|f1|g1)-/;

/** https://docs.cloud.google.com/compute/docs/regions-zones#available */
const ONLY_IN: Readonly<Record<string, readonly string[]>> = {
  t2a: ["us-central1", "europe-west4", "asia-southeast1"],
  c4a: [
    ...["us-central1", "us-east1", "us-east4", "us-west1", "us-west4"],
    ...["europe-west1", "europe-west2", "europe-west3", "europe-west4", "europe-north1"],
    ...["asia-southeast1", "asia-northeast1", "asia-east1", "asia-south1", "australia-southeast2"],
  ],
};

/** Whether Compute Engine has the family of a machine type anywhere. */
export function isKnownMachineType(machineType: string): boolean {
  return KNOWN_FAMILIES.test(machineType);
}

/** Regions a machine type is in, where it is not in all of them, as far as the table knows. */
export function regionsOf(machineType: string): readonly string[] | undefined {
  return ONLY_IN[machineType.split("-")[0] ?? ""];
}

/** Disk a family boots from: the newest take Hyperdisk alone. https://docs.cloud.google.com/compute/docs/disks/hyperdisks#machine-type-support */
export function bootDiskTypeFor(machineType: string): "pd-balanced" | "hyperdisk-balanced" {
  return /^(c4|c4a|c4d|n4|n4a|n4d|h4d|z3|m4)-/.test(machineType) ? "hyperdisk-balanced" : "pd-balanced";
}
