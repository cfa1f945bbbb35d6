import { expect } from "chai";
import { surge } from "../../../components/workload/controllers";
import { jobTimeouts, rolloutTimeouts } from "../../../components/workload/timeouts";
import { Manifests } from "../../stacks/kubernetesManifests";

const slow = { startupProbe: { periodSeconds: 5, failureThreshold: 60 } };

describe("how long an update waits for pods", () => {
  it("is a startup and a grace for every wave, at least the provider's own ten minutes, at most an hour", () => {
    const pod = { terminationGracePeriodSeconds: 120, containers: [slow, {}] };
    expect(rolloutTimeouts(pod, 1)).to.deep.equal({ create: "720s", update: "720s", delete: "600s" });
    expect(rolloutTimeouts(pod, 4)).to.deep.equal({ create: "1980s", update: "1980s", delete: "600s" });
    expect(rolloutTimeouts(pod, 50)).to.deep.equal({ create: "3600s", update: "3600s", delete: "600s" });
    expect(rolloutTimeouts({ containers: [] }, 1)).to.deep.equal({ create: "600s", update: "600s", delete: "600s" });
  });

  it("outlasts the grace of pods when they are deleted, or the stack could not be destroyed", () => {
    expect(rolloutTimeouts({ terminationGracePeriodSeconds: 7_200 }, 1).delete).to.equal("7500s");
    expect(jobTimeouts({ terminationGracePeriodSeconds: 7_200 }, 60).delete).to.equal("7260s");
  });

  it("outlasts a Job's own deadline, so that the Job says why it ended", () => {
    expect(jobTimeouts({}, 900)).to.deep.equal({ create: "960s", update: "960s", delete: "600s" });
  });

  it("goes with what takes long: servers that start one by one, and workers in groups", async () => {
    const plan = await Manifests.plan({
      system: "vibebox",
      environment: "dev",
      model: "distributed",
      settings: {
        kubernetes: { sharedStorageClass: "nfs" },
        overrides: { stores: { redis: { mode: "sentinel", replicas: 2 } } },
      },
    });
    const timeouts = Object.fromEntries(
      plan.run.resources.flatMap(({ name, options }) =>
        options.customTimeouts ? [[name, options.customTimeouts]] : [],
      ),
    );
    expect(timeouts["main-redis-statefulset"]).to.include({ create: "3180s", update: "3180s" });
    expect(Object.keys(timeouts)).to.have.members([
      "main-backend-deployment",
      "main-frontend-deployment",
      "main-docker-daemonset",
      "main-redis-statefulset",
    ]);
  });

  it("counts a group of pods more than the replicas while a rollout runs", () => {
    expect([1, 3, 4, 5, 50].map(surge)).to.deep.equal([1, 1, 1, 2, 13]);
  });
});
