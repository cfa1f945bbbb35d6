import type * as k8s from "@pulumi/kubernetes";
import type { ScalingSpec } from "../../systems/spec";
import type { Capabilities } from "../cluster/contract";
import type { Degraded } from "../component";
import type { QueueAddress } from "./queue";

type Behavior = k8s.types.input.autoscaling.v2.HorizontalPodAutoscalerBehavior;
type HpaSpec = k8s.types.input.autoscaling.v2.HorizontalPodAutoscalerSpec;

export interface AutoscalingArgs {
  readonly service: string;
  readonly kind: "Deployment" | "StatefulSet";
  readonly scaling: ScalingSpec;
  readonly capabilities: Pick<Capabilities, "metricsServer" | "keda" | "prometheusOperator">;
  readonly prometheusAddress: string;
  readonly queue?: QueueAddress;
}

/** Who owns the number of replicas: exactly one of them. */
export type Autoscaling =
  | { readonly by: "nobody"; readonly replicas: number }
  | { readonly by: "hpa"; readonly spec: HpaSpec }
  | { readonly by: "keda"; readonly spec: Readonly<Record<string, unknown>> };

export interface AutoscalingPlan {
  readonly autoscaling: Autoscaling;
  readonly degraded: readonly Degraded[];
}

/** Fewest replicas that run at any time; zero where the service may sleep. */
export function leastReplicas(scaling: ScalingSpec): number {
  return scaling.replicas ?? scaling.min ?? scaling.start ?? 1;
}

/** Most replicas that run at any time, apart from those of a rollout. */
export function mostReplicas(scaling: ScalingSpec): number {
  return scaling.replicas ?? scaling.max ?? Math.max(leastReplicas(scaling), scaling.start ?? 1);
}

/** Whether the count follows load at all. */
export function isElastic(scaling: ScalingSpec): boolean {
  return scaling.replicas === undefined && mostReplicas(scaling) > leastReplicas(scaling) && hasTarget(scaling);
}

/** Whether only KEDA can follow what the service scales on. */
export function needsKeda(scaling: ScalingSpec): boolean {
  return (
    isElastic(scaling) && (scaling.queue !== undefined || scaling.metrics.length > 0 || leastReplicas(scaling) === 0)
  );
}

export function planAutoscaling(args: AutoscalingArgs): AutoscalingPlan {
  const { scaling, capabilities, service } = args;
  if (!isElastic(scaling)) {
    return { autoscaling: { by: "nobody", replicas: leastReplicas(scaling) }, degraded: [] };
  }
  const degraded: Degraded[] = [];
  if (needsKeda(scaling)) {
    const plan = capabilities.keda ? planKeda(args) : undefined;
    if (plan && plan.triggers > 0) {
      return { autoscaling: { by: "keda", spec: plan.spec }, degraded: plan.degraded };
    }
    degraded.push(...(plan?.degraded ?? []));
    if (!capabilities.keda) {
      degraded.push({
        feature: `scaling of ${service} on its queue or custom metrics`,
        reason: "KEDA is not in the cluster",
        remedy: "set groundplan:kubernetes.addOns.keda to install or existing",
      });
    }
  }
  if (capabilities.metricsServer && (scaling.cpuPercent ?? scaling.memoryPercent) !== undefined) {
    return { autoscaling: { by: "hpa", spec: hpaSpec(args) }, degraded };
  }
  degraded.push({
    feature: `autoscaling of ${service}`,
    reason: "nothing in the cluster measures what it scales on, so its count stays at the minimum",
    remedy: "set groundplan:kubernetes.addOns.metrics-server (and keda for queues) to install or existing",
  });
  return { autoscaling: { by: "nobody", replicas: Math.max(1, leastReplicas(scaling)) }, degraded };
}

function hasTarget(scaling: ScalingSpec): boolean {
  return (scaling.cpuPercent ?? scaling.memoryPercent ?? scaling.queue) !== undefined || scaling.metrics.length > 0;
}

function hpaSpec({ scaling, service, kind }: AutoscalingArgs): HpaSpec {
  return {
    scaleTargetRef: { apiVersion: "apps/v1", kind, name: service },
    // An HPA cannot go to zero without a metric from outside the pods.
    minReplicas: Math.max(1, leastReplicas(scaling)),
    maxReplicas: mostReplicas(scaling),
    metrics: utilization(scaling).map(({ name, percent }) => ({
      type: "Resource",
      resource: { name, target: { type: "Utilization", averageUtilization: percent } },
    })),
    behavior: behavior(scaling),
  };
}

function planKeda(args: AutoscalingArgs) {
  const { scaling, service, kind } = args;
  const degraded: Degraded[] = [];
  const outside = [...queueTriggers(args), ...metricTriggers(args, degraded)];
  const resource = args.capabilities.metricsServer
    ? utilization(scaling).map(({ name, percent }) => ({
        type: name,
        metricType: "Utilization",
        metadata: { value: String(percent) },
      }))
    : [];
  const triggers = [...resource, ...outside];
  return {
    degraded,
    triggers: outside.length,
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind, name: service },
      minReplicaCount: leastReplicas(scaling),
      maxReplicaCount: mostReplicas(scaling),
      pollingInterval: 15,
      cooldownPeriod: 300,
      advanced: {
        // Removing the ScaledObject must not leave the service at whatever count the last load asked for.
        restoreToOriginalReplicaCount: false,
        horizontalPodAutoscalerConfig: { name: service, behavior: behavior(scaling) },
      },
      triggers,
    },
  };
}

/** Keys each library keeps its jobs under; a wrong key reads as an empty queue. The greatest length counts. */
function queueKeys(queue: NonNullable<ScalingSpec["queue"]>): readonly string[] {
  switch (queue.library) {
    case "celery":
      // `unacked` holds what workers have taken but not finished: without it a busy fleet looks idle and is cut.
      return [queue.queue, "unacked"];
    case "bullmq":
      return ["wait", "active", "prioritized"].map((state) => `bull:${queue.queue}:${state}`);
    default:
      return queue.library satisfies never;
  }
}

function queueTriggers({ scaling, queue: address }: AutoscalingArgs) {
  const { queue } = scaling;
  if (!queue || !address) {
    return [];
  }
  return queueKeys(queue).map((listName) => ({
    type: address.sentinelMaster === undefined ? "redis" : "redis-sentinel",
    metadata: {
      ...(address.sentinelMaster === undefined
        ? { host: address.host, port: address.port }
        : { hosts: address.host, ports: address.port, sentinelMaster: address.sentinelMaster }),
      listName,
      listLength: String(queue.lengthPerReplica),
      enableTLS: String(address.tls),
      databaseIndex: "0",
    },
    ...(address.authentication === undefined ? {} : { authenticationRef: { name: address.authentication } }),
  }));
}

function metricTriggers({ scaling, capabilities, prometheusAddress, service }: AutoscalingArgs, degraded: Degraded[]) {
  if (scaling.metrics.length > 0 && !capabilities.prometheusOperator) {
    degraded.push({
      feature: `scaling of ${service} on ${scaling.metrics.map((metric) => metric.name).join(", ")}`,
      reason: "no Prometheus in the cluster holds the metric",
      remedy: "set groundplan:kubernetes.addOns.kube-prometheus-stack to install or existing",
    });
    return [];
  }
  return scaling.metrics.map((metric) => ({
    type: "prometheus",
    name: metric.name,
    metricType: "AverageValue",
    metadata: { serverAddress: prometheusAddress, query: metric.query, threshold: String(metric.perReplica) },
  }));
}

function utilization(scaling: ScalingSpec) {
  return [
    { name: "cpu", percent: scaling.cpuPercent },
    { name: "memory", percent: scaling.memoryPercent },
  ].flatMap(({ name, percent }) => (percent === undefined ? [] : [{ name, percent }]));
}

/** Ups follow load at once; downs wait, so that a pause between two waves does not cost warm pods. */
function behavior(scaling: ScalingSpec): Behavior {
  const { scaleUp, scaleDown } = scaling;
  return {
    scaleUp: {
      stabilizationWindowSeconds: scaleUp?.stabilizationSeconds ?? 0,
      selectPolicy: "Max",
      policies: scaleUp
        ? [{ type: "Pods", value: scaleUp.pods, periodSeconds: scaleUp.periodSeconds }]
        : [
            { type: "Percent", value: 100, periodSeconds: 60 },
            { type: "Pods", value: 2, periodSeconds: 60 },
          ],
    },
    scaleDown: {
      stabilizationWindowSeconds: scaleDown?.stabilizationSeconds ?? 300,
      selectPolicy: "Min",
      policies: scaleDown
        ? [{ type: "Pods", value: scaleDown.pods, periodSeconds: scaleDown.periodSeconds }]
        : [{ type: "Percent", value: 25, periodSeconds: 60 }],
    },
  };
}
