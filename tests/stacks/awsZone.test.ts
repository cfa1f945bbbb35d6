import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { readStackFile, toPulumiConfig } from "../../automation/stackFile";
import { zoneProblems } from "../../components/edge/dns/zoneProblems";
import { InputError } from "../../components/errors";
import { type InvokeTable, type RunResult, runProgram } from "../../engine";
import groundplan from "../../index";

const ROOT = resolve(__dirname, "../..");
const GET_ZONE = "aws:route53/getZone:getZone";
const ZONE = "Z0123456789ABCDEFGHIJ";
const HERE = { name: "main", cloud: "aws", region: "us-east-1" };
const US = { name: "us", cloud: "aws", region: "us-east-1", role: "primary", cidrIndex: 0 };
const EU = { name: "eu", cloud: "aws", region: "eu-west-1", role: "secondary", cidrIndex: 1 };

interface Asked {
  readonly error: unknown;
  readonly asked: RunResult["asked"];
}

/** Runs a stack whose zone, asked by its id, has this name; undefined where the engine answers for itself. */
async function run(
  mode: "preview" | "simulate",
  name: string | undefined,
  changes: Readonly<Record<string, unknown>>,
): Promise<Asked> {
  const file = await readStackFile(ROOT, "staging");
  const config = toPulumiConfig({ ...file.values, "groundplan:domain": "shop.example.org", ...changes });
  const secretKeys = [...file.secretKeys];
  const invokes: InvokeTable =
    name === undefined
      ? {}
      : { [GET_ZONE]: (args: Readonly<Record<string, unknown>>) => ({ id: ZONE, zoneId: String(args.zoneId), name }) };
  const request = { program: groundplan, project: file.project, stack: "staging", config, secretKeys, mode, invokes };
  try {
    const { asked } = await runProgram(request);
    return { error: undefined, asked: asked.filter(({ token }) => token === GET_ZONE) };
  } catch (error) {
    return { error, asked: [] };
  }
}

const OUTSIDE = [
  {
    path: "groundplan:domain",
    found: '"shop.example.org"',
    allowed: "example.com, or a name below it: the zone of main holds no other",
    fix: "correct the domain, or name the zone it is in",
  },
];
const one = (zone: object, more: object = {}) => ({
  "groundplan:placements": [HERE],
  "groundplan:existing": { main: zone },
  ...more,
});
const MODELS = {
  distributed: one({ zone: ZONE }),
  "single-server": one({ zone: ZONE }, { "groundplan:model": "single-server" }),
  standalone: one({ zone: ZONE }, { "groundplan:model": "standalone" }),
};

describe("a zone known by its id", function () {
  this.timeout(120_000);

  for (const [model, changes] of Object.entries(MODELS)) {
    for (const mode of ["preview", "simulate"] as const) {
      it(`is compared with the domain as soon as Route 53 tells its name: ${model}, ${mode}`, async () => {
        const { error } = await run(mode, "example.com", changes);
        expect(InputError.is(error) && error.problems).to.deep.equal(OUTSIDE);
        // What Pulumi itself prints without a stack trace.
        expect(pulumi.RunError.isInstance(error)).to.equal(true);
      });
    }
  }

  it("is taken where it is the domain's, however Route 53 writes it, and asked once in the placement's account", async () => {
    for (const name of ["example.org", "example.org.", "shop.example.org", "Example.ORG"]) {
      const { error, asked } = await run("preview", name, MODELS.distributed);
      expect(error, name).to.equal(undefined);
      expect(asked.map(({ args }) => args)).to.deep.equal([{ zoneId: ZONE }]);
      expect(asked[0]?.provider).to.match(/pulumi:providers:aws::main-aws::/);
    }
  });

  it("is asked once where several placements answer from it", async () => {
    const changes = {
      "groundplan:model": "global",
      "groundplan:placements": [US, EU],
      "groundplan:existing": { us: { zone: ZONE }, eu: { zone: ZONE } },
    };
    const { error, asked } = await run("simulate", "example.org", changes);
    expect(error).to.equal(undefined);
    expect(asked.map(({ args }) => args)).to.deep.equal([{ zoneId: ZONE }]);
    const { error: outside } = await run("simulate", "example.com", changes);
    expect(InputError.is(outside) && outside.problems.map(({ allowed }) => allowed)).to.deep.equal([
      "example.com, or a name below it: the zone of us holds no other",
    ]);
  });

  it("is not known offline, and nothing is refused", async () => {
    for (const mode of ["preview", "simulate"] as const) {
      const { error, asked } = await run(mode, undefined, MODELS.distributed);
      expect(error).to.equal(undefined);
      expect(asked).to.have.length(1);
    }
  });

  it("is not asked for where settings tell its name", async () => {
    const changes = one({ zone: ZONE, zoneName: "example.org" });
    const { error, asked } = await run("preview", "example.com", changes);
    expect([error, asked]).to.deep.equal([undefined, []]);
  });

  it("holds its own name and those below it, and none that only end like it", () => {
    const allowed = (domain: string, zone: string | undefined) => zoneProblems(domain, zone, "main").length === 0;
    expect(allowed("example.com", "example.com")).to.equal(true);
    expect(allowed("a.b.example.com", "example.com")).to.equal(true);
    expect(allowed("example.com", undefined)).to.equal(true);
    expect(allowed("notexample.com", "example.com")).to.equal(false);
    expect(allowed("example.com", "shop.example.com")).to.equal(false);
  });
});
