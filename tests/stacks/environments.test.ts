import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { unknownSecrets } from "../../automation/externalSecrets";
import { initStack } from "../../automation/init";
import { planStack, readStack } from "../../automation/plan";
import { systemNames } from "../../systems";
import { MODELS } from "../../systems/spec";

const ROOT = join(__dirname, "..", "..");
const REGIONS: Readonly<Record<string, readonly string[]>> = {
  aws: ["us-east-1", "eu-west-1"],
  gcp: ["us-central1", "europe-west1"],
  kubernetes: ["one", "two"],
};

/** What each system cannot be without, wherever its pods are: the objects, and how the reason begins. */
const EVERYWHERE: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  vibebox: { "*-docker-daemonset": /^Docker-in-Docker/, "*-namespace-docker-namespace": /^Docker-in-Docker/ },
};
/** What each system has one of where there are nodes for two. */
const ALONE: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  webharvest: { "*-open-webui-deployment": /^Its users and chats are an embedded database/ },
  "scraping-platform": { "*-scheduler-statefulset": /^Two schedulers would queue/ },
};
/** Where a cloud's own service does not take its place. */
const ALONE_IN_CLUSTER: typeof ALONE = {
  vibebox: { "*-redis-statefulset": /^Its clients take one redis:\/\/ URL/ },
};

function expected(system: string, model: string, cloud: string): Readonly<Record<string, RegExp>> {
  const several = model === "distributed" || model === "global";
  return {
    ...(several || cloud === "kubernetes" ? EVERYWHERE[system] : {}),
    ...(several ? ALONE[system] : {}),
    ...(several && cloud === "kubernetes" ? ALONE_IN_CLUSTER[system] : {}),
  };
}

/** Every model on every cloud, the systems in turn. */
const CELLS = MODELS.flatMap((model, first) =>
  Object.keys(REGIONS).map((cloud, second) => ({
    model,
    cloud,
    system: systemNames[(first * 3 + second) % systemNames.length] ?? "",
  })),
);

describe("stacks outside dev", function () {
  this.timeout(120_000);
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "groundplan-environments-"));
    cpSync(join(ROOT, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  async function check(environment: string, { system, model, cloud }: (typeof CELLS)[number]) {
    const region = (REGIONS[cloud] ?? []).slice(0, model === "global" ? 2 : 1);
    const answers = { stack: "s", system, environment, model, cloud, region, domain: "example.org" };
    await initStack(directory, answers, false);
    const { settings } = await readStack({ directory, stack: "s" });
    const secrets = unknownSecrets(settings.system);
    const plan = await planStack({ directory, stack: "s", mode: "simulate", secrets });
    expect(plan).to.include({ environment, model });
    const results = (plan.policies?.results ?? []).filter(({ level }) => level === "mandatory");
    const broken = results.filter(({ status }) => status === "violation");
    expect(broken.map(({ rule, urn, message }) => `${rule} ${urn.split("::").at(-1)} ${message}`)).to.deep.equal([]);
    const reasons = expected(system, model, cloud);
    const written = Object.fromEntries(settings.policyExemptions.map(({ resource, reason }) => [resource, reason]));
    expect(Object.keys(written).sort()).to.deep.equal(Object.keys(reasons).sort());
    for (const [resource, reason] of Object.entries(reasons)) {
      expect(written[resource]).to.match(reason);
    }
    expect(results.some(({ status }) => status === "exempt")).to.equal(Object.keys(reasons).length > 0);
  }

  it("are judged in every model, on every cloud, and every system among them", () => {
    expect(new Set(CELLS.map(({ model, cloud }) => `${model} ${cloud}`)).size).to.equal(12);
    expect(new Set(CELLS.map(({ system }) => system))).to.deep.equal(new Set(systemNames));
  });

  for (const environment of ["staging", "production"]) {
    for (const cell of CELLS) {
      it(`break no policy as init writes them: ${cell.system}, ${cell.model}, ${environment}, on ${cell.cloud}`, () =>
        check(environment, cell));
    }
  }

  for (const system of ["vibebox", "webharvest", "scraping-platform"]) {
    it(`need no exemption that the system gives no reason for: ${system} on clusters that are there`, () =>
      check("production", { system, model: "distributed", cloud: "kubernetes" }));
  }
});
