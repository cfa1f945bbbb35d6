import { expect } from "chai";
import { AWS_MACHINES } from "../../../components/host/aws/machines";
import { containerMemoryBytes, planSize } from "../../../components/host/sizing";
import type { Environment, SystemInput } from "../../../systems/spec";
import { describeHost, type MODELS, SYSTEMS } from "./support";

function size(name: string, model: (typeof MODELS)[number], environment: Environment, overrides?: unknown) {
  return describeHost(SYSTEMS[name] as SystemInput, model, { environment, overrides }).size;
}

describe("host sizes", () => {
  const CASES = [
    ["doc-scraper", "standalone", "staging", "t3.small", 10],
    ["doc-scraper", "single-server", "staging", "c6i.2xlarge", 100],
    ["vibebox", "standalone", "staging", "c6i.2xlarge", 610],
    ["vibebox", "single-server", "production", "m6i.2xlarge", 610],
    ["webharvest", "standalone", "staging", "m6i.xlarge", 120],
    ["webharvest", "single-server", "staging", "m6i.2xlarge", 200],
  ] as const;
  for (const [name, model, environment, machineType, dataDiskGiB] of CASES) {
    it(`gives ${name}, ${model}, ${environment} a ${machineType} with ${dataDiskGiB} GiB, whole`, () => {
      expect(size(name, model, environment)).to.deep.include({ machineType, dataDiskGiB, degraded: [] });
    });
  }

  it("ends where the environment does, and says so", () => {
    const { machineType, dataDiskGiB, degraded } = size("vibebox", "single-server", "dev");
    expect({ machineType, dataDiskGiB }).to.deep.equal({ machineType: "r6i.xlarge", dataDiskGiB: 500 });
    expect(degraded.map(({ feature }) => feature)).to.deep.equal(["host of 8 vCPU and 32 GiB", "data disk of 610 GiB"]);
  });

  it("adds up what containers ask for where the spec names no machine", () => {
    const overrides = { capacity: { hostCpu: null, hostMemory: null, hostDisk: null } };
    expect(size("doc-scraper", "single-server", "staging", overrides)).to.deep.include({
      // 1 + 2 + 0.5 + 0.1 vCPU; 2 + 4 + 1 + 0.5 GiB and one for the system.
      machineType: "m6i.xlarge",
      // 50 + 5 GiB and ten to breathe.
      dataDiskGiB: 65,
    });
  });

  it("finds a machine for every system, from the list alone", () => {
    const names = AWS_MACHINES.map(({ name }) => name);
    for (const system of Object.values(SYSTEMS)) {
      expect(names).to.include(planSize(describeHost(system, "single-server").system, AWS_MACHINES).machineType);
    }
  });

  it("leaves the machine itself memory to run in", () => {
    expect(containerMemoryBytes({ memoryGiB: 2 })).to.equal(1.5 * 2 ** 30);
    expect(containerMemoryBytes({ memoryGiB: 16 })).to.equal(15 * 2 ** 30);
  });
});
