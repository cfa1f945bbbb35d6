import { expect } from "chai";
import { resilient } from "../../stacks/resilience";
import { resolveSystem } from "../../systems/resolve";
import { scrapingPlatform } from "../../systems/scrapingPlatform";
import type { Environment, Model } from "../../systems/spec";
import { webharvest } from "../../systems/webharvest";
import { at, Manifests } from "./kubernetesManifests";

const system = (environment: Environment, model: Model = "distributed") =>
  resilient(resolveSystem(scrapingPlatform, { model, environment, placement: "main" }));

const least = (found: ReturnType<typeof system>, name: string) => {
  const service = found.services[name];
  return service && "scaling" in service ? (service.scaling.replicas ?? service.scaling.min) : undefined;
};

describe("a system outside dev", () => {
  it("has two of everything that can have a second one, where there are nodes to put it on", () => {
    expect(least(system("dev"), "worker-scraping")).to.equal(1);
    expect(least(system("staging"), "worker-scraping")).to.equal(2);
    expect(least(system("production"), "worker-scraping")).to.equal(2);
    expect(least(system("production", "single-server"), "worker-scraping")).to.equal(1);
    expect(system("staging").stores.memcached).to.include({ instances: 2 });
  });

  it("has one of what there can be but one: a scheduler, a pod with a disk of its own", () => {
    expect(least(system("staging"), "scheduler")).to.equal(1);
    const other = resilient(
      resolveSystem(webharvest, { model: "distributed", environment: "staging", placement: "main" }),
    );
    expect(least(other, "open-webui")).to.equal(1);
  });

  it("has its autoscalers keep two on a cluster", async () => {
    const plan = await Manifests.plan({
      system: "scraping-platform",
      environment: "staging",
      model: "distributed",
      settings: { kubernetes: { storageClass: "fast-ssd" } },
    });
    expect(at(plan.get("ScaledObject", "application/worker-scraping"), "spec.minReplicaCount")).to.equal(2);
  });
});
