import type { MachineType } from "../sizing";

const machine = (name: string, vcpus: number, memoryGiB: number): MachineType => ({ name, vcpus, memoryGiB });

/**
 * EC2 types a host is chosen from, cheapest first among those that fit. Burstable ones up to two vCPU: what runs on so
 * little is idle most of the time; above, a worker that is always busy would exhaust its credits.
 * https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html
 */
export const AWS_MACHINES: readonly MachineType[] = [
  machine("t3.small", 2, 2),
  machine("t3.medium", 2, 4),
  machine("t3.large", 2, 8),
  machine("r6i.large", 2, 16),
  machine("c6i.xlarge", 4, 8),
  machine("m6i.xlarge", 4, 16),
  machine("r6i.xlarge", 4, 32),
  machine("c6i.2xlarge", 8, 16),
  machine("m6i.2xlarge", 8, 32),
  machine("r6i.2xlarge", 8, 64),
  machine("c6i.4xlarge", 16, 32),
  machine("m6i.4xlarge", 16, 64),
  machine("r6i.4xlarge", 16, 128),
  machine("m6i.8xlarge", 32, 128),
  machine("r6i.8xlarge", 32, 256),
];
