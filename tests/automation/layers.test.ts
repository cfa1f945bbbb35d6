import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse, stringify } from "yaml";
import { planStack } from "../../automation/plan";
import { runCommand } from "../../cli/run";
import type { Plan } from "../../engine";
import { recordingTerminal } from "../cli/terminal";

const ROOT = join(__dirname, "..", "..");
const STACK_REFERENCE = "pulumi:pulumi:StackReference";

/** The staging system where each cloud has it. */
const CLOUDS: Readonly<Record<string, object>> = {
  aws: {},
  gcp: {
    "groundplan:placements": [{ name: "main", cloud: "gcp", region: "us-central1", cidrIndex: 128 }],
    "groundplan:access": { gcp: { project: "groundplan-tests" } },
  },
  kubernetes: {
    "groundplan:placements": [{ name: "main", cloud: "kubernetes", region: "local" }],
    "groundplan:access": {},
    "groundplan:compute": {},
    "groundplan:kubernetes": { sharedStorageClass: "nfs" },
  },
  "aws, its secrets in Vault": {
    "groundplan:overrides": {
      secrets: { session: { description: "Signs the users' sessions", generate: 48 } },
      services: { api: { secretEnv: { SESSION_SECRET: "session" } } },
    },
    "groundplan:secretStore": {
      vault: { address: "https://vault.example.com:8200", overwrite: ["session"], auth: { role: "scraper" } },
    },
  },
};

describe("a system whose layers are split over stacks", function () {
  this.timeout(120_000);
  let directory: string;
  const open = () => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-layers-"));
    cpSync(join(ROOT, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
  };
  const close = () => rmSync(directory, { recursive: true });

  const write = (stack: string, config: object) =>
    writeFileSync(join(directory, `Pulumi.${stack}.yaml`), stringify({ config }));
  const whole = (changes: object = {}) => ({
    ...(parse(readFileSync(join(ROOT, "Pulumi.staging.yaml"), "utf8")) as { config: object }).config,
    ...changes,
  });
  const writeAll = (changes: object) => {
    write("live", whole(changes));
    write("base", whole({ ...changes, "groundplan:layers": ["infrastructure", "platform"] }));
    write("apps", whole({ ...changes, "groundplan:layers": ["workloads"], "groundplan:layerStack": "base" }));
  };
  const plans = new Map<string, Promise<Plan>>();
  /** Planned once however many tests ask, as long as they share a directory. */
  const plan = (stack: string, mode: "preview" | "simulate" = "preview") => {
    const key = `${directory} ${stack} ${mode}`;
    const planned = plans.get(key) ?? planStack({ directory, stack, mode, packs: mode === "preview" ? [] : undefined });
    plans.set(key, planned);
    return planned;
  };

  for (const [cloud, changes] of Object.entries(CLOUDS)) {
    describe(`on ${cloud}`, () => {
      after(close);
      before(() => {
        open();
        writeAll(changes);
      });

      it("makes the same as one stack does, each resource once", async () => {
        const [one, base, apps] = [await plan("live"), await plan("base"), await plan("apps")];
        expect([...addresses(base), ...addresses(apps)].sort()).to.deep.equal([...addresses(one)].sort());
        expect(base.resources.filter(({ custom, layer }) => custom && layer === "workloads")).to.deep.equal([]);
        const theirs = apps.resources.filter(
          ({ custom, layer, type }) => custom && layer !== "workloads" && !isOwn(type),
        );
        expect(theirs).to.deep.equal([]);
      });

      it("leaves nothing to a layer above, and nothing untold by the one below", async () => {
        for (const stack of ["base", "apps"]) {
          const { resources, policies } = await plan(stack, "simulate");
          const open = resources.filter(({ inputs }) => JSON.stringify(inputs).includes('{"$":"unknown"}'));
          expect(
            open.map(({ name }) => name),
            stack,
          ).to.deep.equal([]);
          const failing = policies.results.filter(
            ({ level, status }) => level === "mandatory" && status === "violation",
          );
          expect(failing, stack).to.deep.equal([]);
        }
      });

      it("tells secrets as secrets, and nothing else so", async () => {
        const { outputs } = await plan("base", "simulate");
        expect(JSON.stringify(outputs.resources ?? {})).to.not.match(/Password|"\$":"secret"/);
        if (cloud !== "kubernetes") {
          const { keys } = outputs.resourceSecrets as { keys: readonly string[] };
          expect(keys).to.include("random:index/randomPassword:RandomPassword::main-database-api-password.result");
        }
        expect((await plan("apps")).outputs).to.not.have.any.keys("resources", "resourceSecrets");
      });
    });
  }

  it("says of each layer once what it gives only in part", async () => {
    open();
    writeAll({});
    const features = async (stack: string) => (await plan(stack)).degraded.map(({ feature }) => feature);
    const both = [...(await features("base")), ...(await features("apps"))];
    expect(both.sort()).to.deep.equal([...(await features("live"))].sort());
    close();
  });

  describe("refuses", () => {
    beforeEach(open);
    afterEach(close);
    const refused = async (stack: string, changes: object) => {
      writeAll({});
      write(stack, whole(changes));
      const { terminal, err } = recordingTerminal();
      expect(await runCommand(["plan", "--stack", stack], terminal, directory)).to.equal(2);
      return err();
    };

    it("to part infrastructure from platform", async () => {
      expect(await refused("base", { "groundplan:layers": ["infrastructure"] })).to.contain("groundplan:layers");
      const between = { "groundplan:layers": ["platform", "workloads"], "groundplan:layerStack": "base" };
      expect(await refused("apps", between)).to.contain("groundplan:layers");
    });

    it("workloads without the stack below them", async () => {
      expect(await refused("apps", { "groundplan:layers": ["workloads"] })).to.contain("groundplan:layerStack");
    });

    it("a stack below one that stands on its own", async () => {
      expect(await refused("live", { "groundplan:layerStack": "base" })).to.contain("groundplan:layerStack");
    });

    it("a stack below that is not there, or has no infrastructure", async () => {
      const workloads = { "groundplan:layers": ["workloads"] };
      const missing = await refused("apps", { ...workloads, "groundplan:layerStack": "bass" });
      expect(missing).to.contain("groundplan:layerStack").and.contain('"bass"');
      const itself = await refused("other", { ...workloads, "groundplan:layerStack": "apps" });
      expect(itself).to.contain("groundplan:layers").and.contain("Pulumi.apps.yaml");
    });

    it("a stack below of another system, by both values and the setting that names it", async () => {
      write("strange", whole({ "groundplan:system": "vibebox", "groundplan:images": {} }));
      const apps = { "groundplan:layers": ["workloads"], "groundplan:layerStack": "strange" };
      const err = await refused("apps", apps);
      const { config } = parse(readFileSync(join(directory, "Pulumi.apps.yaml"), "utf8")) as {
        config: Record<string, string>;
      };
      expect(err).to.contain(
        [
          "  groundplan:system (Pulumi.strange.yaml)",
          '    found    "vibebox"',
          `    allowed  "${config["groundplan:system"]}", which Pulumi.apps.yaml has: stacks of one system agree on it`,
          "    fix      name another stack in groundplan:layerStack",
        ].join("\n"),
      );
      expect(err).to.not.contain("another value");
    });

    it("layers of a single machine", async () => {
      const machine = { "groundplan:model": "single-server", "groundplan:layers": ["infrastructure", "platform"] };
      expect(await refused("base", machine)).to.contain("runs everything on one machine");
    });
  });
});

/** Providers, and what every stack has. */
function isOwn(type: string): boolean {
  return type.startsWith("pulumi:");
}

/** Resources of a plan that belong to one stack alone, without what its name decides. */
function addresses({ resources, stack }: Plan): readonly string[] {
  return resources
    .filter(({ custom, type }) => custom && !isOwn(type) && type !== STACK_REFERENCE)
    .map(({ urn }) => urn.replace(`urn:pulumi:${stack}::`, ""));
}
