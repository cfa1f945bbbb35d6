import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse, stringify } from "yaml";
import { partsOfSystem } from "../../automation/lifecycle/partStacks";
import { planStack } from "../../automation/plan";
import { runCommand } from "../../cli/run";
import type { Problem } from "../../components/errors";
import type { Plan, PlanResource } from "../../engine";
import { recordingTerminal } from "../cli/terminal";

const ROOT = join(__dirname, "..", "..");
const STACK_REFERENCE = "pulumi:pulumi:StackReference";

/** Production in two regions, on a cloud. */
const PLACEMENTS = {
  aws: [
    { name: "us", cloud: "aws", region: "us-east-1", role: "primary", cidrIndex: 0 },
    { name: "eu", cloud: "aws", region: "eu-west-1", role: "secondary", cidrIndex: 1 },
  ],
  gcp: [
    { name: "us", cloud: "gcp", region: "us-central1", role: "primary", cidrIndex: 128 },
    { name: "eu", cloud: "gcp", region: "europe-west1", role: "secondary", cidrIndex: 129 },
  ],
} as const;

/** Two regions that hold everything a part hands over: databases, buckets, caches, a domain with its zone. */
function wholeStack(cloud: keyof typeof PLACEMENTS): Record<string, unknown> {
  const { config } = parse(readFileSync(join(ROOT, "Pulumi.staging.yaml"), "utf8")) as { config: object };
  return {
    ...config,
    "groundplan:model": "global",
    "groundplan:placements": PLACEMENTS[cloud],
    "groundplan:existing": { us: { zone: cloud === "aws" ? "Z0123456789ABC" : "docs-zone" } },
    ...(cloud === "gcp" ? { "groundplan:access": { gcp: { project: "groundplan-tests" } } } : {}),
  };
}

describe("a system split over stacks", function () {
  this.timeout(120_000);
  let directory: string;

  const open = () => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-parts-"));
    cpSync(join(ROOT, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
  };
  const close = () => rmSync(directory, { recursive: true });

  const write = (stack: string, config: object) =>
    writeFileSync(join(directory, `Pulumi.${stack}.yaml`), stringify({ config }));
  const read = (stack: string) =>
    (parse(readFileSync(join(directory, `Pulumi.${stack}.yaml`), "utf8")) as { config: Record<string, unknown> })
      .config;
  const plans = new Map<string, Promise<Plan>>();
  /** Planned once however many tests ask, as long as they share a directory. */
  const plan = (stack: string, mode: "preview" | "simulate" = "preview") => {
    const key = `${directory} ${stack} ${mode}`;
    const planned = plans.get(key) ?? planStack({ directory, stack, mode, packs: mode === "preview" ? [] : undefined });
    plans.set(key, planned);
    return planned;
  };

  async function command(line: string) {
    const { terminal, out, err } = recordingTerminal();
    return { code: await runCommand(line.split(" "), terminal, directory), out: out(), err: err() };
  }

  for (const cloud of ["aws", "gcp"] as const) {
    describe(`on ${cloud}`, () => {
      after(close);
      before(async () => {
        open();
        write("live", wholeStack(cloud));
        expect(await command("split --stack live")).to.deep.equal({
          code: 0,
          out: [
            "us    Pulumi.live-us.yaml",
            "eu    Pulumi.live-eu.yaml",
            "edge  Pulumi.live-edge.yaml",
            "Deploy them in this order; each reads what those before it tell.",
            "",
          ].join("\n"),
          err: "",
        });
      });

      it("has a file per part, with the settings of the whole and the stacks it reads", () => {
        // What the whole's own name tells from other stacks of the system, its parts say in common.
        const whole = { ...read("live"), "groundplan:instance": "live" };
        expect(read("live-us")).to.deep.equal({ ...whole, "groundplan:parts": ["us"] });
        expect(read("live-eu")).to.deep.equal({
          ...whole,
          "groundplan:parts": ["eu"],
          "groundplan:partStacks": { us: "live-us" },
        });
        expect(read("live-edge")).to.deep.equal({
          ...whole,
          "groundplan:parts": ["edge"],
          "groundplan:partStacks": { us: "live-us", eu: "live-eu" },
        });
      });

      it("makes the same as one stack does, each resource once", async () => {
        const whole = await plan("live");
        const parts = [await plan("live-us"), await plan("live-eu"), await plan("live-edge")];
        expect(parts.flatMap((part) => [...entries(part)]).sort()).to.deep.equal([...entries(whole)].sort());
      });

      it("reads only the stacks before it", async () => {
        const references = async (stack: string) =>
          (await plan(stack)).resources.filter(({ type }) => type === STACK_REFERENCE).map(({ name }) => name);
        expect(await references("live-us")).to.deep.equal([]);
        expect(await references("live-eu")).to.deep.equal(["live-us"]);
        expect(await references("live-edge")).to.have.members(["live-us", "live-eu"]);
      });

      it("keeps the edge free of any placement's region", async () => {
        const { resources } = await plan("live-edge");
        expect([...new Set(resources.map(({ placement }) => placement).filter(Boolean))]).to.deep.equal(["edge"]);
        expect(
          resources.filter(({ type }) => type.startsWith("pulumi:providers:")).map(({ name }) => name),
        ).to.deep.equal([`edge-${cloud}`]);
      });

      it("hands passwords over as a secret alone, and in no other output", async () => {
        const { outputs } = await plan("live-us", "simulate");
        expect(Object.keys(outputs.handover as object)).to.deep.equal(["us"]);
        const secret = { $: "secret", type: "string", known: true };
        const database = { api: secret, worker: secret, "backup-daily": secret };
        const authorities = cloud === "gcp" ? { authorities: { database: secret } } : {};
        const generated = { "backup-daily-passphrase": secret };
        expect(outputs.handoverSecrets).to.deep.equal({ us: { passwords: { database }, ...authorities, generated } });
        expect(JSON.stringify(outputs.handover)).to.not.match(/password|"\$":"secret"/i);
        expect((await plan("live-edge")).outputs).to.not.have.any.keys("handover", "handoverSecrets");
      });

      it("passes every policy its whole passes, part by part", async () => {
        for (const stack of ["live-us", "live-eu", "live-edge"]) {
          const { policies } = await plan(stack, "simulate");
          const failing = policies.results.filter(
            ({ level, status }) => level === "mandatory" && status === "violation",
          );
          expect(failing, stack).to.deep.equal([]);
        }
      });
    });
  }

  it("is planned in any form a stack's reference has", async () => {
    open();
    write("live", wholeStack("aws"));
    await command("split --stack live");
    write("live-eu", { ...read("live-eu"), "groundplan:partStacks": { us: "acme/groundplan/live-us" } });
    const { resources } = await plan("live-eu");
    expect(resources.filter(({ type }) => type === STACK_REFERENCE).map(({ name }) => name)).to.deep.equal([
      "acme/groundplan/live-us",
    ]);
    close();
  });

  describe("refuses", () => {
    afterEach(close);
    beforeEach(async () => {
      open();
      write("live", wholeStack("aws"));
      await command("split --stack live");
    });
    const refused = async (stack: string, changes: object) => {
      write(stack, { ...read(stack), ...changes });
      const { code, err } = await command(`plan --stack ${stack}`);
      expect(code).to.equal(2);
      return err;
    };

    it("files that are there already, unless told to overwrite them", async () => {
      const { code, err } = await command("split --stack live");
      expect(code).to.equal(2);
      for (const part of ["us", "eu", "edge"]) {
        expect(err).to.contain(`Pulumi.live-${part}.yaml`);
      }
      expect((await command("split --stack live --force")).code).to.equal(0);
    });

    it("to split what has one placement, or is a part", async () => {
      cpSync(join(ROOT, "Pulumi.dev.yaml"), join(directory, "Pulumi.dev.yaml"));
      expect((await command("split --stack dev")).err).to.contain("groundplan:model");
      expect((await command("split --stack live-eu")).err).to.contain("groundplan:parts");
    });

    it("a part whose others have no stack named, by every part it reads", async () => {
      const err = await refused("live-edge", { "groundplan:partStacks": {} });
      expect(err).to.contain("groundplan:partStacks.us").and.contain("groundplan:partStacks.eu");
    });

    it("a stack that is not there", async () => {
      const err = await refused("live-eu", { "groundplan:partStacks": { us: "live-usa" } });
      expect(err).to.contain("groundplan:partStacks.us").and.contain('"live-usa"');
    });

    it("a stack that owns something else", async () => {
      const err = await refused("live-eu", { "groundplan:partStacks": { us: "live-edge" } });
      expect(err).to.contain("groundplan:parts").and.contain("Pulumi.live-edge.yaml");
    });

    it("stacks that do not agree on what they share", async () => {
      const err = await refused("live-eu", { "groundplan:domain": "other.example.com" });
      expect(err).to.contain("groundplan:domain").and.contain("Pulumi.live-us.yaml");
    });

    it("parts that wait for each other", async () => {
      const err = await refused("live-edge", {
        "groundplan:parts": ["us", "edge"],
        "groundplan:partStacks": { eu: "live-eu" },
      });
      expect(err).to.contain("groundplan:parts").and.contain("need not wait for each other");
    });

    it("a part twice, one of another stack that is its own, and one nobody knows", async () => {
      const err = await refused("live-us", {
        "groundplan:parts": ["us", "us"],
        "groundplan:partStacks": { us: "live-us", asia: "live-asia" },
      });
      expect(err).to.contain("every part once").and.contain("this stack owns us").and.contain("partStacks.asia");
    });

    it("stacks of parts without parts", async () => {
      const err = await refused("live", { "groundplan:partStacks": { us: "live-us" } });
      expect(err).to.contain("groundplan:parts");
    });

    it("an edge where nothing answers for all placements", async () => {
      for (const stack of ["live-us", "live-eu", "live-edge"]) {
        const { "groundplan:existing": _, ...config } = read(stack);
        write(stack, config);
      }
      expect(await refused("live-edge", {})).to.contain(
        [
          "1 problem in the input:",
          "  groundplan:existing.us.zone",
          "    found    nothing",
          "    allowed  the id of the domain's hosted zone: without one nothing on aws answers for all placements",
          "    fix      name it, in the stacks of all parts; or remove edge from groundplan:parts",
        ].join("\n"),
      );
    });
  });

  describe("of production as it is shipped, which names no zone", () => {
    after(close);
    before(() => {
      open();
      cpSync(join(ROOT, "Pulumi.prod.yaml"), join(directory, "Pulumi.prod.yaml"));
    });

    it("has no stack for the edge, and is told what that lacks", async () => {
      expect(await command("split --stack prod")).to.deep.equal({
        code: 0,
        out: [
          "us  Pulumi.prod-us.yaml",
          "eu  Pulumi.prod-eu.yaml",
          "No stack for the edge, which would have nothing to make:",
          "  groundplan:existing.us.zone: found nothing, wanted the id of the domain's hosted zone: without one nothing on aws answers for all placements",
          "Set that in Pulumi.prod.yaml and split again with --force.",
          "Deploy them in this order; each reads what those before it tell.",
          "",
        ].join("\n"),
        err: "",
      });
      expect(existsSync(join(directory, "Pulumi.prod-edge.yaml"))).to.equal(false);
    });

    it("is deployed by the parts there are, and refuses the one left out by what it lacks", async () => {
      await command("split --stack prod --force");
      const parts = await partsOfSystem({ directory, stack: "prod" });
      expect(parts.map(({ name }) => name)).to.deep.equal(["prod-us", "prod-eu"]);
      const problems = await partsOfSystem({ directory, stack: "prod", parts: ["edge"] }).catch(
        (error) => error.problems,
      );
      expect(problems.map(({ path }: Problem) => path)).to.deep.equal(["groundplan:existing.us.zone"]);
    });

    it("says of the whole, and of the first placement alone, that nothing routes between the placements", async () => {
      const told = async (stack: string) =>
        (await plan(stack)).degraded.filter(({ feature }) => feature.startsWith("one host name for all placements"));
      const expected = [
        {
          feature: "one host name for all placements (us, eu)",
          reason:
            "no hosted zone is named: nothing routes between the placements, and nothing takes a lost one out of the traffic",
          remedy: "set groundplan:existing.us.zone",
        },
      ];
      for (const [stack, verdicts] of [
        ["prod", expected],
        ["prod-us", expected],
        ["prod-eu", []],
      ] as const) {
        const found = (await told(stack)).map(({ feature, reason, remedy }) => ({ feature, reason, remedy }));
        expect(found, stack).to.deep.equal(verdicts);
      }
    });

    it("has one once the zone is named, and says nothing of the kind", async () => {
      const whole = read("prod");
      write("prod", { ...whole, "groundplan:existing": { us: { zone: "Z0123456789ABC" } } });
      expect((await command("split --stack prod --force")).out).to.contain("edge  Pulumi.prod-edge.yaml");
      plans.clear();
      expect((await plan("prod-us")).degraded.map(({ feature }) => feature).join()).to.not.contain("one host name");
    });
  });
});

/** Resources of a plan as lines that know nothing of the stack they are in. */
function entries({ resources, stack }: Plan): readonly string[] {
  const line = ({ type, name, inputs }: PlanResource) =>
    JSON.stringify([type, name, inputs])
      .replaceAll(stack, "live")
      // The end of a cluster's name stands for the whole of it, the stack's name included.
      .replace(/(-live-(?:us|eu))-[0-9a-f]{6}/g, "$1")
      // What a stack tells is unknown to the others as long as anything it tells is.
      .replace(/"https:[^"]+\/networkEndpointGroups\/[^"]+"/g, '{"$":"unknown"}');
  return resources.filter(({ type }) => type !== STACK_REFERENCE && type !== "pulumi:pulumi:Stack").map(line);
}
