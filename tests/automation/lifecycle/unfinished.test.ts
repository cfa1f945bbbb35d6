import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import {
  ConcurrentUpdateError,
  examine,
  openStack,
  PendingCreatesError,
  type PendingResource,
  type StackHandle,
} from "../../../automation";
import { readKey } from "../../../automation/sandbox/environment";
import type { Fault } from "../../../engine/sandbox/faults";
import { SandboxStore } from "../../../engine/sandbox/store";
import { needsPulumi } from "../../sandbox/pulumi";
import { deployable, type StateResource, secretsOf } from "../../sandbox/trial";
import { failureOf } from "./failure";
import { SandboxedProgram } from "./program";

const SYSTEM = "doc-scraper";
const OFF = { policies: "off" } as const;
const VPC = "aws:ec2/vpc:Vpc";
/** The network is made at once, and its maker hears of it too late. */
const LATE: readonly Fault[] = [{ fault: "slow", when: "after", type: VPC, milliseconds: 600_000 }];

describe("an up that was killed half-way (needs the Pulumi CLI)", function () {
  this.timeout(600_000);
  let program: SandboxedProgram;
  const handles: StackHandle[] = [];

  before(function () {
    needsPulumi(this);
    program = new SandboxedProgram();
  });
  after(async () => {
    await Promise.all(handles.map((handle) => handle.close()));
    program?.dispose();
  });

  it("is gone on with only once somebody has looked for what it had begun: nothing is made twice, nothing lost", async () => {
    program.write("dev", deployable({ system: SYSTEM, model: "standalone", cloud: "aws" }));
    const secrets = Object.fromEntries(
      Object.entries(await secretsOf(SYSTEM)).map(([name, value]) => [`groundplan:secrets.${name}`, String(value)]),
    );
    const open = (faults: readonly Fault[] = []) => {
      const handle = openStack({ ...program.place(faults), stack: "dev", create: true, secrets });
      handles.push(handle);
      return handle;
    };
    const cloud = () => new SandboxStore(program.box, readKey(program.box)).list();
    const networks = () => cloud().filter(({ type }) => type === VPC);

    const first = open(LATE).up(OFF);
    const failed = failureOf(first);
    while (networks().length === 0) {
      await new Promise((resume) => setTimeout(resume, 20));
    }
    process.kill(holderOf(program), "SIGKILL");
    await failed;

    // Its lock comes first: what an update under way has begun is its own.
    const stack = open();
    expect(await failureOf(stack.up(OFF))).to.be.instanceOf(ConcurrentUpdateError);
    const refused = await failureOf(stack.up({ ...OFF, unlock: "stale" }));
    expect(refused).to.be.instanceOf(PendingCreatesError);
    const { resources: unfinished } = refused as PendingCreatesError;
    const lost = networks();
    expect(unfinished.map(({ urn }) => urn)).to.include(lost[0]?.urn);
    expect(refused.message).to.include(lost[0]?.urn);
    const checks = await examine({ ...program.place(), stack: "dev" }, undefined, { outside: false });
    const unseen = checks.find(({ name }) => name === "unfinished");
    expect([unseen?.status, unseen?.detail.includes(lost[0]?.urn ?? "?")]).to.deep.equal(["failure", true]);

    // What is there is taken into the state, the rest is forgotten; the next up makes what is missing.
    const orphans = cloud().filter(({ urn }) => unfinished.some((resource) => resource.urn === urn));
    const known = (await exported(stack)).pending_operations.map(({ resource }) => resource);
    expect((await stack.import(importOf(orphans, known))).imported).to.equal(orphans.length);
    expect(await failureOf(stack.up(OFF))).to.be.instanceOf(PendingCreatesError);
    await stack.refresh({ clearPendingCreates: true });
    await stack.up(OFF);
    expect(networks()).to.deep.equal(lost);
    expect((await exported(stack)).pending_operations).to.deep.equal([]);
    expect((await stack.up(OFF)).hasChanges).to.equal(false);
    await stack.destroy({ remove: true });
    expect(cloud()).to.deep.equal([]);
  });
});

/** The process that holds the lock of the only stack. */
function holderOf({ box }: SandboxedProgram): number {
  const locks = join(box, "state", ".pulumi", "locks");
  const [file] = readdirSync(locks, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  return (JSON.parse(readFileSync(join(locks, file ?? ""), "utf8")) as { pid: number }).pid;
}

interface Exported {
  readonly resources: readonly StateResource[];
  readonly pending_operations: readonly { readonly resource: StateResource }[];
}

async function exported(stack: StackHandle): Promise<Exported> {
  const { deployment } = (await stack.state()) as { deployment: Partial<Exported> };
  return { resources: deployment.resources ?? [], pending_operations: deployment.pending_operations ?? [] };
}

/** What exists, under the parents and providers that the state names for it. */
function importOf(found: readonly (PendingResource & { readonly id: string })[], known: readonly StateResource[]) {
  const nameTable: Record<string, string> = {};
  const resources = found.map(({ urn, type, name, id }, index) => {
    const resource = known.find((other) => other.urn === urn);
    const [parent, provider] = [`parent-${index}`, `provider-${index}`];
    nameTable[parent] = resource?.parent ?? "";
    nameTable[provider] = resource?.provider?.replace(/::[^:]*$/, "") ?? "";
    return { type, name, id, parent, provider };
  });
  return { resources, nameTable, protect: false };
}
