import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { InputError, type Problem } from "../../components/errors";
import { Manifests, type PlanArgs } from "./kubernetesManifests";

async function problemsOf(args: PlanArgs): Promise<readonly Problem[]> {
  try {
    await Manifests.plan(args);
  } catch (error) {
    if (InputError.is(error)) {
      return error.problems;
    }
    throw error;
  }
  throw new Error("the plan was accepted");
}

const KUBERNETES = { sharedStorageClass: "nfs", storageClass: "fast-ssd" };
const vibebox = (settings: PlanArgs["settings"], model: PlanArgs["model"] = "distributed") =>
  problemsOf({ system: "vibebox", environment: "dev", model, settings: { kubernetes: KUBERNETES, ...settings } });
const stores = (change: Readonly<Record<string, unknown>>) => ({ overrides: { stores: change } });
const cluster = (name: string, role: string, context?: string) => ({
  name,
  cloud: "kubernetes",
  region: name,
  role,
  ...(context === undefined ? {} : { context }),
});

describe("what a cluster cannot carry", () => {
  it("is refused when several placements leave their cluster to the current context", async () => {
    const placements = [cluster("one", "primary", "east"), cluster("two", "secondary")];
    const [problem] = await vibebox({ cloud: undefined, placements }, "global");
    expect(problem).to.include({ path: "groundplan:placements[1].context", found: "nothing" });
  });

  it("is refused when the kubeconfig has no such context, with the one that was meant", async () => {
    const directory = mkdtempSync(join(tmpdir(), "groundplan-kubeconfig-"));
    try {
      const kubeconfig = join(directory, "config");
      writeFileSync(kubeconfig, "contexts: [{ name: production-eu }, { name: staging-eu }]\n");
      const [problem] = await vibebox({
        cloud: undefined,
        placements: [cluster("main", "primary", "prodution-eu")],
        access: { kubernetes: { kubeconfig } },
      });
      expect(problem?.found).to.equal('"prodution-eu"');
      expect(problem?.fix).to.contain("production-eu");
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("is refused without a storage class where the cluster has no default one, naming who needs a volume", async () => {
    const [problem] = await problemsOf({
      system: "doc-scraper",
      environment: "dev",
      model: "distributed",
      settings: { kubernetes: { defaultStorageClass: false } },
    });
    expect(problem?.path).to.equal("groundplan:kubernetes.storageClass");
    expect(problem?.allowed).to.contain("database");
  });

  it("is refused without a class for shared files", async () => {
    const [problem] = await vibebox({ kubernetes: {} });
    expect(problem?.path).to.equal("groundplan:kubernetes.sharedStorageClass");
  });

  it("is refused with an ingress class that nothing brings", async () => {
    const installed = { ...KUBERNETES, ingressClass: "kong", addOns: { ingress: "install" } };
    const absent = { ...KUBERNETES, addOns: { ingress: "none" } };
    expect(await vibebox({ kubernetes: installed })).to.deep.include({
      path: "groundplan:kubernetes.ingressClass",
      found: '"kong"',
      allowed: "traefik or nginx, the class of a controller that groundplan:kubernetes.addOns.ingress installs",
      fix: "remove the class, or set groundplan:kubernetes.addOns.ingress to existing",
    });
    expect((await vibebox({ kubernetes: absent }))[0]?.found).to.equal("nothing");
  });

  it("is refused with the Gateway API and without its kinds", async () => {
    const kubernetes = { ...KUBERNETES, routing: "gateway", addOns: { "gateway-api": "none" } };
    expect((await vibebox({ kubernetes }))[0]?.path).to.equal("groundplan:kubernetes.addOns.gateway-api");
  });

  it("is refused with Elasticsearch and without its operator", async () => {
    const [problem] = await problemsOf({
      system: "scraping-platform",
      environment: "dev",
      model: "distributed",
      settings: { kubernetes: { addOns: { "eck-operator": "none" } } },
    });
    expect(problem?.path).to.equal("groundplan:kubernetes.addOns.eck-operator");
  });

  for (const [what, change, path] of [
    [
      "a sentinel's master with one replica",
      { redis: { mode: "sentinel", replicas: 1 } },
      "groundplan:overrides.stores.redis.replicas",
    ],
    ["two shards", { redis: { mode: "cluster", shards: 2 } }, "groundplan:overrides.stores.redis.shards"],
    ["two PostgreSQL instances", { postgres: { instances: 2 } }, "groundplan:overrides.stores.postgres.instances"],
  ] as const) {
    it(`is refused below quorum: ${what}`, async () => {
      expect((await vibebox(stores(change))).map((problem) => problem.path)).to.deep.equal([path]);
    });
  }

  it("is refused below quorum: two Qdrant peers", async () => {
    const [problem] = await problemsOf({
      system: "webharvest",
      environment: "dev",
      model: "distributed",
      settings: { kubernetes: KUBERNETES, ...stores({ qdrant: { instances: 2 } }) },
    });
    expect(problem?.path).to.equal("groundplan:overrides.stores.qdrant.instances");
  });

  it("is told of all at once", async () => {
    const problems = await vibebox({
      kubernetes: { addOns: { ingress: "none" } },
      ...stores({ postgres: { instances: 2 } }),
    });
    expect(problems.map(({ path }) => path)).to.have.members([
      "groundplan:kubernetes.sharedStorageClass",
      "groundplan:kubernetes.ingressClass",
      "groundplan:overrides.stores.postgres.instances",
    ]);
  });
});
