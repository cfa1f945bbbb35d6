import type { ResolvedSystem } from "../../systems/resolve";
import type { Environment } from "../../systems/spec";
import type { Degraded } from "../component";
import { bytes, cpuMillicores, gibibytes } from "../quantities";

/** A machine and its disks. */
export interface HostSize {
  /** The cloud's name for the machine. */
  readonly machineType: string;
  readonly vcpus: number;
  readonly memoryGiB: number;
  /** Disk of the operating system, images and large scratch directories. */
  readonly rootDiskGiB: number;
  /** Disk of everything that must survive. */
  readonly dataDiskGiB: number;
  /** What the environment does not give whole. */
  readonly degraded: readonly Degraded[];
}

/** A machine one can have. Lists are in the order of preference: the first that fits is taken. */
export interface MachineType {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryGiB: number;
}

/** Operating system, images and two generations of each image. */
const ROOT_DISK_GIB = 30;
/** What the system, Docker and the agents need beside the containers. */
const OVERHEAD_GIB = 1;
/** Certificates, dumps on their way, and room to breathe, where the spec names no disk. */
const DATA_OVERHEAD_GIB = 10;
/** Scratch up to this size is memory, as the read-only root leaves no other place; above, it is disk. */
export const MEMORY_SCRATCH_BYTES = 2 ** 30;

/** Largest machine and data disk an environment pays for; production's are only the types there are. */
const LARGEST: Readonly<Record<Environment, { readonly machine: RegExp; readonly diskGiB: number }>> = {
  dev: { machine: /\.(nano|micro|small|medium|large|xlarge)$|-(micro|small|medium|[24])$/, diskGiB: 500 },
  staging: { machine: /\.(nano|micro|small|medium|large|2?xlarge)$|-(micro|small|medium|[248])$/, diskGiB: 1024 },
  production: { machine: /./, diskGiB: 16_384 },
};

/** The machine of a system: what its capacity says, else what its containers ask for, within the environment's limits. */
export function planSize(system: ResolvedSystem, machines: readonly MachineType[]): HostSize {
  const largest = LARGEST[system.environment];
  const wanted = { vcpus: wantedCpu(system), memoryGiB: wantedMemoryGiB(system) };
  const allowed = machines.filter(({ name }) => largest.machine.test(name));
  const machine = allowed.find((each) => fits(each, wanted)) ?? closest(allowed, wanted);
  const wantedDiskGiB = wantedDataGiB(system);
  const dataDiskGiB = Math.min(wantedDiskGiB, largest.diskGiB);
  const { environment } = system;
  return {
    machineType: machine.name,
    vcpus: machine.vcpus,
    memoryGiB: machine.memoryGiB,
    rootDiskGiB: ROOT_DISK_GIB + diskScratchGiB(system),
    dataDiskGiB,
    degraded: [
      ...(fits(machine, wanted)
        ? []
        : [
            {
              feature: `host of ${wanted.vcpus} vCPU and ${wanted.memoryGiB} GiB`,
              reason: `${environment} ends at ${machine.name}: ${machine.vcpus} vCPU and ${machine.memoryGiB} GiB`,
              remedy:
                "set groundplan:environment to one with larger machines, or lower capacity.hostCpu and hostMemory",
            },
          ]),
      ...(dataDiskGiB < wantedDiskGiB
        ? [
            {
              feature: `data disk of ${wantedDiskGiB} GiB`,
              reason: `${environment} ends at ${dataDiskGiB} GiB`,
              remedy: "set groundplan:environment to one with larger disks, or lower the stores' sizes",
            },
          ]
        : []),
    ],
  };
}

/** Memory containers may have in all: the machine's, less what runs beside them. */
export function containerMemoryBytes(size: Pick<HostSize, "memoryGiB">): number {
  return (size.memoryGiB - Math.min(OVERHEAD_GIB, size.memoryGiB / 4)) * 2 ** 30;
}

function fits(machine: MachineType, wanted: Pick<MachineType, "vcpus" | "memoryGiB">): boolean {
  return machine.vcpus >= wanted.vcpus && machine.memoryGiB >= wanted.memoryGiB;
}

/** Too little CPU makes a system slow, too little memory ends it: memory comes first. */
function closest(machines: readonly MachineType[], wanted: Pick<MachineType, "memoryGiB">): MachineType {
  const score = (machine: MachineType) => Math.min(machine.memoryGiB, wanted.memoryGiB) * 1000 + machine.vcpus;
  const best = [...machines].sort((a, b) => score(b) - score(a))[0];
  if (!best) {
    throw new Error("there is no machine type to choose from");
  }
  return best;
}

function wantedCpu(system: ResolvedSystem): number {
  return system.capacity.hostCpu ?? Math.ceil(sum(requests(system).map(({ cpu }) => cpuMillicores(cpu))) / 1000);
}

function wantedMemoryGiB(system: ResolvedSystem): number {
  const { hostMemory } = system.capacity;
  const asked = sum(requests(system).map(({ memory }) => bytes(memory))) / 2 ** 30;
  return hostMemory === undefined ? Math.ceil(asked) + OVERHEAD_GIB : gibibytes(hostMemory);
}

/** Requests of every container, one entry per replica. */
function requests(system: ResolvedSystem) {
  const services = Object.values(system.services).flatMap((service) =>
    Array(replicasOf(service)).fill(service.resources.requests),
  );
  const stores = Object.values(system.stores).flatMap((store) =>
    "resources" in store && !(store.kind === "postgres" && store.embedded) ? [store.resources.requests] : [],
  );
  return [...services, ...stores] as readonly { readonly cpu: string; readonly memory: string }[];
}

/** Containers of a service that run all the time. */
export function replicasOf(service: ResolvedSystem["services"][string]): number {
  switch (service.kind) {
    case "deployment":
    case "statefulset":
      return service.scaling.replicas ?? 1;
    case "daemonset":
      return 1;
    case "cronjob":
    case "job":
      return 0;
    default:
      return service satisfies never;
  }
}

/** The document's own figure where it holds what the system keeps. */
function wantedDataGiB(system: ResolvedSystem): number {
  const { hostDisk } = system.capacity;
  const kept = keptGiB(system);
  const given = hostDisk === undefined ? 0 : gibibytes(hostDisk);
  return given >= kept && given > 0 ? given : kept + DATA_OVERHEAD_GIB;
}

/** GiB of everything on the data disk. */
function keptGiB(system: ResolvedSystem): number {
  const stores = Object.values(system.stores).flatMap((store) => {
    switch (store.kind) {
      case "postgres":
      case "search":
      case "vector":
        return [store.storage.size];
      case "redis":
        return store.storage ? [store.storage.size] : [];
      case "file-share":
        return [store.size];
      case "bucket":
        return store.local ? [store.local.size] : [];
      case "memcached":
        return [];
      default:
        return store satisfies never;
    }
  });
  const volumes = Object.values(system.services).flatMap((service) =>
    service.volumes.flatMap(({ size }) => (size === undefined ? [] : [size])),
  );
  return sum([...stores, ...volumes].map(gibibytes));
}

function diskScratchGiB(system: ResolvedSystem): number {
  const scratch = Object.values(system.services).flatMap((service) =>
    service.scratch.flatMap(({ size, medium }) =>
      medium === "disk" && bytes(size) > MEMORY_SCRATCH_BYTES
        ? [gibibytes(size) * Math.max(1, replicasOf(service))]
        : [],
    ),
  );
  return sum(scratch);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
