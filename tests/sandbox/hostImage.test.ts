import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { needsPulumi } from "./pulumi";
import { deployable, secretsOf, Trial, UNKILLED } from "./trial";

const CELL = { system: "doc-scraper", model: "standalone", cloud: "aws" } as const;
const INSTANCE = "aws:ec2/instance:Instance";
const OLD = "ami-00000000000000001";

interface Machine {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

/** A deployment whose one machine began with an image that has since been followed by another. */
class AgedTrial {
  private constructor(private readonly trial: Trial) {}

  static async start(): Promise<AgedTrial> {
    return new AgedTrial(await Trial.start(deployable(CELL), await secretsOf(CELL.system), UNKILLED));
  }

  up(compute: Record<string, unknown>, ...flags: readonly string[]) {
    this.trial.configure({ ...deployable(CELL), "groundplan:compute": compute });
    return this.trial.up(...flags);
  }

  async machine(): Promise<Machine> {
    const { deployment } = await this.exported();
    return machineIn(deployment.resources);
  }

  /** As if the newest image had come out after the machine was made. */
  async age(): Promise<void> {
    const { file, ...state } = await this.exported();
    const machine = machineIn(state.deployment.resources);
    machine.inputs = { ...machine.inputs, ami: OLD };
    machine.outputs = { ...machine.outputs, ami: OLD };
    writeFileSync(file, JSON.stringify(state));
    await this.trial.run("stack", "import", "--stack", "trial", "--file", file);
  }

  taint(urn: string) {
    return this.trial.run("state", "taint", urn, "--stack", "trial", "--yes");
  }

  volumes(): readonly string[] {
    return this.trial
      .cloud()
      .filter(({ type }) => type === "aws:ebs/volume:Volume")
      .map(({ id }) => id);
  }

  dispose(): void {
    this.trial.dispose();
  }

  private async exported() {
    const file = join(this.trial.directory, "state.json");
    await this.trial.run("stack", "export", "--stack", "trial", "--show-secrets", "--file", file);
    const state = JSON.parse(readFileSync(file, "utf8")) as { deployment: { resources: Machine[] } };
    return { ...state, file };
  }
}

function machineIn(resources: readonly Machine[]): Machine {
  const [machine, ...others] = resources.filter(({ type }) => type === INSTANCE);
  expect(others).to.deep.equal([]);
  if (machine === undefined) {
    throw new Error("there is no machine");
  }
  return machine;
}

describe("sandbox: the image of a host on aws (needs the Pulumi CLI)", function () {
  this.timeout(1_200_000);
  let trial: AgedTrial | undefined;
  before(async function () {
    needsPulumi(this);
    trial = await AgedTrial.start();
  });
  after(() => trial?.dispose());

  it("stays while the machine does, and is the newest once something else replaces it", async () => {
    if (trial === undefined) {
      throw new Error("nothing was started");
    }
    await trial.up({});
    const { id: first, inputs } = await trial.machine();
    const newest = inputs.ami;
    const volumes = trial.volumes();
    expect(newest).to.match(/^ami-/).and.not.to.equal(OLD);

    await trial.age();
    await trial.up({}, "--expect-no-changes");
    expect((await trial.machine()).inputs.ami).to.equal(OLD);

    await trial.up({ hostGeneration: "2027-01" });
    const second = await trial.machine();
    expect(second.inputs.ami).to.equal(newest);
    expect(second.outputs.ami).to.equal(newest);
    expect(second.id).to.not.equal(first);

    await trial.age();
    await trial.taint(second.urn);
    await trial.up({ hostGeneration: "2027-01" });
    const third = await trial.machine();
    expect(third.inputs.ami).to.equal(newest);
    expect(third.id).to.not.equal(second.id);
    expect(trial.volumes()).to.deep.equal(volumes);
  });
});
