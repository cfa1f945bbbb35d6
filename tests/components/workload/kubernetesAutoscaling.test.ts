import { expect } from "chai";
import { type AutoscalingArgs, planAutoscaling } from "../../../components/workload/autoscaling";
import { planVertical } from "../../../components/workload/verticalAutoscaling";
import type { ScalingSpec } from "../../../systems/spec";

const ALL = { metricsServer: true, keda: true, prometheusOperator: true };
const scaling = (spec: Partial<ScalingSpec>): ScalingSpec => ({ metrics: [], vertical: "off", ...spec });
const plan = (spec: Partial<ScalingSpec>, more: Partial<AutoscalingArgs> = {}) =>
  planAutoscaling({
    service: "worker",
    kind: "Deployment",
    scaling: scaling(spec),
    capabilities: ALL,
    prometheusAddress: "http://prometheus",
    ...more,
  });
const queue = (library: "celery" | "bullmq") => ({ store: "broker", library, queue: "jobs", lengthPerReplica: 10 });
const address = { host: "broker.data.svc", port: "6379", tls: false, authentication: "worker-queue" };

describe("autoscaling on Kubernetes", () => {
  it("leaves a fixed count to nobody", () => {
    expect(plan({ replicas: 3 })).to.deep.equal({ autoscaling: { by: "nobody", replicas: 3 }, degraded: [] });
  });

  it("follows CPU and memory with a plain HorizontalPodAutoscaler", () => {
    const { autoscaling, degraded } = plan({ min: 2, max: 10, cpuPercent: 70, memoryPercent: 80 });
    expect(degraded).to.deep.equal([]);
    expect(autoscaling).to.deep.equal({
      by: "hpa",
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "worker" },
        minReplicas: 2,
        maxReplicas: 10,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
          { type: "Resource", resource: { name: "memory", target: { type: "Utilization", averageUtilization: 80 } } },
        ],
        behavior: {
          scaleUp: {
            stabilizationWindowSeconds: 0,
            selectPolicy: "Max",
            policies: [
              { type: "Percent", value: 100, periodSeconds: 60 },
              { type: "Pods", value: 2, periodSeconds: 60 },
            ],
          },
          scaleDown: {
            stabilizationWindowSeconds: 300,
            selectPolicy: "Min",
            policies: [{ type: "Percent", value: 25, periodSeconds: 60 }],
          },
        },
      },
    });
  });

  it("follows a Celery queue and what its workers have not acknowledged", () => {
    const { autoscaling } = plan({ min: 2, max: 20, cpuPercent: 70, queue: queue("celery") }, { queue: address });
    const metadata = {
      host: "broker.data.svc",
      port: "6379",
      listLength: "10",
      enableTLS: "false",
      databaseIndex: "0",
    };
    expect(autoscaling)
      .to.have.nested.property("spec.triggers")
      .that.deep.equals([
        { type: "cpu", metricType: "Utilization", metadata: { value: "70" } },
        { type: "redis", metadata: { ...metadata, listName: "jobs" }, authenticationRef: { name: "worker-queue" } },
        { type: "redis", metadata: { ...metadata, listName: "unacked" }, authenticationRef: { name: "worker-queue" } },
      ]);
  });

  it("follows BullMQ's waiting, active and prioritized jobs", () => {
    const { autoscaling } = plan({ min: 1, max: 5, queue: queue("bullmq") }, { queue: address });
    expect(autoscaling.by === "keda" && autoscaling.spec.triggers)
      .to.be.an("array")
      .and.satisfy(
        (triggers: { metadata: { listName: string } }[]) =>
          triggers.map(({ metadata }) => metadata.listName).join() ===
          "bull:jobs:wait,bull:jobs:active,bull:jobs:prioritized",
      );
  });

  it("asks sentinels for the master where the queue has them", () => {
    const { autoscaling } = plan(
      { min: 1, max: 5, queue: queue("celery") },
      { queue: { ...address, sentinelMaster: "main" } },
    );
    expect(autoscaling).to.have.nested.property("spec.triggers[0].type", "redis-sentinel");
    expect(autoscaling).to.have.nested.property("spec.triggers[0].metadata.sentinelMaster", "main");
  });

  it("falls back to CPU with an HPA, and says so, without KEDA", () => {
    const { autoscaling, degraded } = plan(
      { min: 2, max: 20, cpuPercent: 70, queue: queue("celery") },
      { capabilities: { ...ALL, keda: false } },
    );
    expect(autoscaling.by).to.equal("hpa");
    expect(degraded.map(({ feature }) => feature)).to.deep.equal(["scaling of worker on its queue or custom metrics"]);
  });

  it("stays at the minimum, and says so, where nothing measures", () => {
    const { autoscaling, degraded } = plan(
      { min: 2, max: 20, cpuPercent: 70 },
      { capabilities: { metricsServer: false, keda: false, prometheusOperator: false } },
    );
    expect(autoscaling).to.deep.equal({ by: "nobody", replicas: 2 });
    expect(degraded.map(({ feature }) => feature)).to.deep.equal(["autoscaling of worker"]);
  });

  it("never lets the vertical autoscaler apply what the horizontal one measures by", () => {
    const there = { capabilities: { verticalPodAutoscaler: true } };
    const elastic = scaling({ min: 2, max: 10, cpuPercent: 70, vertical: "auto" });
    const { spec, degraded } = planVertical("api", "Deployment", elastic, there);
    expect(spec)
      .to.have.nested.property("resourcePolicy.containerPolicies[0].controlledResources")
      .that.deep.equals(["memory"]);
    expect(degraded).to.have.length(1);
    const recommending = planVertical("api", "Deployment", { ...elastic, vertical: "recommend" }, there);
    expect(recommending.spec).to.have.nested.property("updatePolicy.updateMode", "Off");
  });

  it("advises to install the vertical autoscaler, and to rely on one that is there only where a cluster is attached", () => {
    const capabilities = { verticalPodAutoscaler: false };
    const asked = scaling({ min: 2, max: 10, cpuPercent: 70, vertical: "recommend" });
    const set = "set groundplan:kubernetes.addOns.vertical-pod-autoscaler to install";
    const degraded = (remedy: string) => ({
      degraded: [
        {
          feature: "vertical autoscaling of api",
          reason: "the vertical autoscaler is not in the cluster",
          remedy,
        },
      ],
    });
    for (const cluster of [{ capabilities }, { capabilities, ownsNodePools: true }]) {
      expect(planVertical("api", "Deployment", asked, cluster)).to.deep.equal(degraded(set));
    }
    expect(planVertical("api", "Deployment", asked, { capabilities, ownsNodePools: false })).to.deep.equal(
      degraded(`${set}, or to existing where the cluster has it`),
    );
  });
});
