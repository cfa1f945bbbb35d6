import { join } from "node:path";
import { expect } from "chai";
import { planStack } from "../../automation/plan";
import type { Plan } from "../../engine";

const ROOT = join(__dirname, "..", "..");
const TODAY = "2026-11-01";

const SYSTEMS = ["vibebox", "doc-scraper", "webharvest", "webclone-pro", "scraping-platform", "charterflow"] as const;

function plan(system: string, mode: Plan["mode"], packs?: readonly string[]): Promise<Plan> {
  const selection = { system, model: "distributed", cloud: "aws" };
  return planStack({ directory: ROOT, stack: "dev", selection, mode, packs, today: TODAY });
}

function kinds(planned: Plan): readonly unknown[] {
  return planned.resources.map(({ inputs }) => inputs.kind);
}

describe("distributed cells on AWS", function () {
  this.timeout(120_000);

  for (const system of SYSTEMS) {
    for (const mode of ["preview", "simulate"] as const) {
      it(`plans ${system} in ${mode} mode without a mandatory violation`, async () => {
        const { policies, resources } = await plan(system, mode);
        const violations = policies.results.filter(
          ({ level, status }) => level === "mandatory" && status === "violation",
        );
        expect(violations).to.deep.equal([]);
        expect(policies.passed).to.be.greaterThan(200);
        expect(resources.length).to.be.greaterThan(120);
      });
    }
  }

  it("runs Elasticsearch by its operator and Memcached beside it, on encrypted disks of the cluster", async () => {
    const planned = await plan("scraping-platform", "simulate", []);
    expect(kinds(planned)).to.include("Elasticsearch");
    const { resources } = planned;
    expect(resources.map(({ name }) => name)).to.include("us-east-1-add-ons-eck-operator");
    const search = resources.find(({ inputs }) => inputs.kind === "Elasticsearch");
    expect(JSON.stringify(search?.inputs.spec)).to.contain('"storageClassName":"gp3-retain"');
    expect(resources.some(({ type }) => /^aws:(opensearch|elasticsearch)/.test(type))).to.equal(false);
    expect(resources.filter(({ type }) => type === "groundplan:data:Memcached")).to.have.length(1);
  });

  it("gives a bucket called logs its name, and the buckets' own logs another", async () => {
    const { resources } = await plan("scraping-platform", "preview", []);
    expect(resources.map(({ name }) => name)).to.include.members(["us-east-1-logs", "us-east-1-access-logs"]);
  });

  it("runs Qdrant in the cluster, on its encrypted disks", async () => {
    const { resources } = await plan("webharvest", "simulate", []);
    const servers = resources.find(({ name }) => name === "us-east-1-qdrant-statefulset");
    expect(JSON.stringify(servers?.inputs)).to.contain('"storageClassName":"gp3-retain"');
  });

  it("makes an empty entry for a secret that only its giver knows, and says who waits for it", async () => {
    const { resources, degraded } = await plan("webclone-pro", "simulate", []);
    const named = (name: string) => resources.filter((resource) => resource.name === `us-east-1-secrets-${name}`);
    const [entry] = named("stripe-secret-key");
    expect(entry?.inputs.namePrefix).to.match(/stripe-secret-key/);
    expect(named("stripe-secret-key-version")).to.deep.equal([]);
    expect(named("stripe-secret-key-value")).to.deep.equal([]);
    expect(degraded.find(({ feature }) => feature === "secret stripe-secret-key")?.remedy).to.contain(
      "aws secretsmanager put-secret-value",
    );
  });
});
