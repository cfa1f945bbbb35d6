import type { MachineType } from "../sizing";

const machine = (name: string, vcpus: number, memoryGiB: number): MachineType => ({ name, vcpus, memoryGiB });

/**
 * Machine types a host is chosen from, cheapest first among those that fit. E2 is in every zone of every region; its
 * two smallest share their processors, as AWS's burstable ones do. One above its largest, for memory.
 * https://docs.cloud.google.com/compute/docs/general-purpose-machines
 */
export const GCP_MACHINES: readonly MachineType[] = [
  machine("e2-small", 2, 2),
  machine("e2-medium", 2, 4),
  machine("e2-standard-2", 2, 8),
  machine("e2-highmem-2", 2, 16),
  machine("e2-standard-4", 4, 16),
  machine("e2-highmem-4", 4, 32),
  machine("e2-highcpu-8", 8, 8),
  machine("e2-standard-8", 8, 32),
  machine("e2-highmem-8", 8, 64),
  machine("e2-highcpu-16", 16, 16),
  machine("e2-standard-16", 16, 64),
  machine("e2-highmem-16", 16, 128),
  machine("e2-standard-32", 32, 128),
  machine("n2-highmem-32", 32, 256),
];
