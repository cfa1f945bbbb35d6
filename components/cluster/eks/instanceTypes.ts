import { cpuMillicores, gibibytes } from "../../quantities";

type Architecture = "amd64" | "arm64";

interface Family {
  readonly name: string;
  readonly memoryPerCpuGiB: number;
}

/** Families by architecture, the newest that every commercial region has; more than one each, for spot. */
const FAMILIES: Readonly<Record<Architecture, readonly Family[]>> = {
  amd64: [
    { name: "c6i", memoryPerCpuGiB: 2 },
    { name: "c5", memoryPerCpuGiB: 2 },
    { name: "c6a", memoryPerCpuGiB: 2 },
    { name: "m6i", memoryPerCpuGiB: 4 },
    { name: "m5", memoryPerCpuGiB: 4 },
    { name: "m6a", memoryPerCpuGiB: 4 },
    { name: "r6i", memoryPerCpuGiB: 8 },
    { name: "r5", memoryPerCpuGiB: 8 },
    { name: "r6a", memoryPerCpuGiB: 8 },
  ],
  arm64: [
    { name: "c7g", memoryPerCpuGiB: 2 },
    { name: "c6g", memoryPerCpuGiB: 2 },
    { name: "m7g", memoryPerCpuGiB: 4 },
    { name: "m6g", memoryPerCpuGiB: 4 },
    { name: "r7g", memoryPerCpuGiB: 8 },
    { name: "r6g", memoryPerCpuGiB: 8 },
  ],
};

const SIZES: readonly { readonly name: string; readonly cpu: number }[] = [
  { name: "large", cpu: 2 },
  { name: "xlarge", cpu: 4 },
  { name: "2xlarge", cpu: 8 },
  { name: "4xlarge", cpu: 16 },
  { name: "8xlarge", cpu: 32 },
  { name: "12xlarge", cpu: 48 },
  { name: "16xlarge", cpu: 64 },
];

export interface NodeSize {
  readonly cpu: string;
  readonly memory: string;
  readonly architecture: Architecture;
  readonly spot: boolean;
  /** Type to use whatever the size. */
  readonly type?: string;
}

/**
 * Instance types that hold a node of this size: the smallest one, and for spot every family's of the same shape, because
 * capacity comes from the deepest of several pools.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-best-practices.html
 *
 * Undefined when no type is large enough.
 */
export function instanceTypesFor(size: NodeSize): readonly string[] | undefined {
  if (size.type !== undefined) {
    return [size.type];
  }
  const cpu = cpuMillicores(size.cpu) / 1000;
  const memoryGiB = gibibytes(size.memory);
  const candidates = FAMILIES[size.architecture].flatMap((family) => {
    const fit = SIZES.find((each) => each.cpu >= cpu && each.cpu * family.memoryPerCpuGiB >= memoryGiB);
    return fit
      ? [{ type: `${family.name}.${fit.name}`, cpu: fit.cpu, memoryGiB: fit.cpu * family.memoryPerCpuGiB }]
      : [];
  });
  const [smallest] = [...candidates].sort((a, b) => a.cpu - b.cpu || a.memoryGiB - b.memoryGiB);
  if (!smallest) {
    return undefined;
  }
  const same = candidates.filter((each) => each.cpu === smallest.cpu && each.memoryGiB === smallest.memoryGiB);
  return size.spot ? same.map((each) => each.type) : [smallest.type];
}

/** vCPU of a type, by its size; undefined for sizes that say nothing of it, such as metal. */
export function cpuOf(instanceType = ""): number | undefined {
  const [, size = ""] = instanceType.split(".");
  const multiple = /^(\d*)xlarge$/.exec(size)?.[1];
  return multiple === undefined ? (size === "large" || size === "medium" ? 2 : undefined) : 4 * Number(multiple || "1");
}

/** Whether a type runs on Arm: Graviton families end their generation in `g`; the first one, and Grace's, do not. */
export function isArm(instanceType: string): boolean {
  return /^[a-z]+\d+g[a-z]*\.|^a1\.|-gb\d+\./.test(instanceType);
}
