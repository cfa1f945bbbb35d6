import { type CaseTable, one } from "../cases";
import { autoscaler, cronJob, deployment, job, namespace, statefulSet } from "../fixtures";
import { DELETE, type TestResource } from "../harness";

const POD = "spec.template.spec";
const base = [deployment];
const app = (problem: string): string => `container "app": ${problem}`;

/** The case of one request or limit, on a container and on an init container. */
const asked = (field: "requests" | "limits", name: string) => {
  const path = (kind: string) => ["spec", "template", "spec", kind, 0, "resources", field, name];
  const initContainer = { name: "setup", resources: { requests: {}, limits: {} } };
  const missing = ["cpu", "memory", "storage"].flatMap((what) => [
    `container-${what}-request`,
    `container-${what}-limit`,
  ]);
  const own = `container-${name === "ephemeral-storage" ? "storage" : name}-${field.slice(0, -1)}`;
  return {
    base,
    fails: [
      { at: path("containers"), to: DELETE, message: app(`resources.${field}.${name} is unset`) },
      {
        at: path("containers"),
        to: "0",
        message: app(`resources.${field}.${name} is "0"`),
        also: field === "limits" ? ["container-request-within-limit"] : [],
      },
      {
        at: `${POD}.initContainers`,
        to: [initContainer],
        message: `initContainer "setup": resources.${field}.${name} is unset`,
        also: missing.filter((id) => id !== own),
      },
    ],
    unknown: [{ at: path("containers") }],
  };
};

const resources = (field: string, name: string) => [
  "spec",
  "template",
  "spec",
  "containers",
  0,
  "resources",
  field,
  name,
];
const scaled: readonly TestResource[] = [deployment, autoscaler];
const scaledObject: TestResource = {
  type: "kubernetes:keda.sh/v1alpha1:ScaledObject",
  name: "worker-scaler",
  props: {
    metadata: { name: "worker", namespace: "shop" },
    spec: {
      scaleTargetRef: { name: "worker" },
      minReplicaCount: 0,
      maxReplicaCount: 10,
      triggers: [{ type: "redis", metadata: { listName: "queue" } }],
    },
  },
};
const vertical: TestResource = {
  type: "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler",
  name: "vpa",
  props: {
    metadata: { name: "app", namespace: "shop" },
    spec: { targetRef: { kind: "Deployment", name: "app" }, updatePolicy: { updateMode: "Off" } },
  },
};
const quota: TestResource = {
  type: "kubernetes:core/v1:ResourceQuota",
  name: "quota",
  props: {
    metadata: { name: "quota", namespace: "shop" },
    spec: { hard: { "requests.cpu": "4", "requests.memory": "8Gi", "limits.cpu": "8", "limits.memory": "16Gi" } },
  },
};
const range: TestResource = {
  type: "kubernetes:core/v1:LimitRange",
  name: "range",
  props: {
    metadata: { name: "range", namespace: "shop" },
    spec: {
      limits: [
        {
          type: "Container",
          default: { cpu: "500m", memory: "256Mi" },
          defaultRequest: { cpu: "50m", memory: "64Mi" },
        },
      ],
    },
  },
};
const space = [namespace, quota, range];
const budget = one("kubernetes:policy/v1:PodDisruptionBudget", {
  metadata: { name: "app", namespace: "shop" },
  spec: { maxUnavailable: 1 },
});
const database = one("gcp:sql/databaseInstance:DatabaseInstance", {
  settings: { diskSize: 100, diskAutoresize: true, diskAutoresizeLimit: 500 },
});

export const table: CaseTable = {
  "container-cpu-request": asked("requests", "cpu"),
  "container-cpu-limit": asked("limits", "cpu"),
  "container-memory-request": asked("requests", "memory"),
  "container-memory-limit": asked("limits", "memory"),
  "container-storage-request": asked("requests", "ephemeral-storage"),
  "container-storage-limit": asked("limits", "ephemeral-storage"),
  "container-request-within-limit": {
    base,
    fails: [
      {
        at: resources("requests", "memory"),
        to: "257Mi",
        message: app('requests.memory "257Mi" exceeds limits.memory "256Mi"'),
      },
      { at: resources("requests", "cpu"), to: 1, message: app('requests.cpu 1 exceeds limits.cpu "500m"') },
    ],
    unknown: [{ at: resources("requests", "cpu") }, { at: resources("limits", "memory") }],
  },
  "container-limits-within-maxima": {
    base,
    fails: [
      {
        at: resources("limits", "cpu"),
        to: "16001m",
        message: app('limits.cpu "16001m" exceeds 16, the maximum in production'),
      },
      {
        at: resources("limits", "memory"),
        to: "17Gi",
        config: { environment: "dev" },
        message: app('limits.memory "17Gi" exceeds 16Gi, the maximum in dev'),
      },
    ],
    unknown: [{ at: resources("limits", "cpu") }],
  },
  "empty-dir-size-limit": {
    base,
    fails: [
      {
        at: `${POD}.volumes.0.emptyDir`,
        to: { medium: "Memory" },
        message: "volume scratch has an emptyDir without sizeLimit",
      },
    ],
    unknown: [`${POD}.volumes.0.emptyDir.sizeLimit`],
  },
  "volume-claim-within-maximum": {
    base: [
      statefulSet,
      {
        type: "kubernetes:core/v1:PersistentVolumeClaim",
        props: { spec: { resources: { requests: { storage: "100Gi" } } } },
      },
    ],
    fails: [
      {
        at: "spec.volumeClaimTemplates.0.spec.resources.requests.storage",
        to: "17Ti",
        message: 'claim template data: storage "17Ti" exceeds 16Ti, the maximum in production',
      },
      {
        at: "spec.resources.requests.storage",
        to: "501Gi",
        on: 1,
        config: { environment: "dev" },
        message: 'storage "501Gi" exceeds 500Gi, the maximum in dev',
      },
      { at: "spec.resources", to: DELETE, on: 1, message: "requests no storage" },
    ],
    unknown: ["spec.volumeClaimTemplates.0.spec.resources.requests.storage"],
  },
  "disk-within-maximum": {
    base: database,
    fails: [
      {
        at: "settings.diskSize",
        to: 16385,
        message: "settings.diskSize 16385 exceeds 16384, the maximum in production",
      },
      {
        at: "settings.diskAutoresizeLimit",
        to: 501,
        config: { environment: "dev" },
        message: "settings.diskAutoresizeLimit 501 exceeds 500, the maximum in dev",
      },
    ],
    unknown: ["settings.diskSize"],
  },
  "database-storage-growth-bounded": {
    base: database,
    fails: [
      {
        at: "settings.diskAutoresizeLimit",
        to: 0,
        message: "settings.diskAutoresizeLimit is 0, so growth has no bound",
      },
    ],
    unknown: ["settings.diskAutoresizeLimit"],
  },
  "job-backoff-limit": {
    base: [job, cronJob],
    fails: [
      { at: "spec.backoffLimit", to: DELETE, message: "backoffLimit is unset" },
      { at: "spec.jobTemplate.spec.backoffLimit", to: 11, on: 1, message: "backoffLimit 11 exceeds 10" },
    ],
    unknown: ["spec.backoffLimit"],
  },
  "job-active-deadline": {
    base: [job, cronJob],
    fails: [
      { at: "spec.activeDeadlineSeconds", to: DELETE, message: "activeDeadlineSeconds is unset" },
      { at: "spec.jobTemplate.spec.activeDeadlineSeconds", to: 0, on: 1, message: "activeDeadlineSeconds is 0" },
    ],
    unknown: ["spec.activeDeadlineSeconds"],
  },
  "cron-job-starting-deadline": {
    base: [cronJob],
    fails: [
      {
        at: "spec.startingDeadlineSeconds",
        to: DELETE,
        message: "startingDeadlineSeconds is unset, not 10 or more",
      },
      { at: "spec.startingDeadlineSeconds", to: 9, message: "startingDeadlineSeconds is 9, not 10 or more" },
    ],
    unknown: ["spec.startingDeadlineSeconds"],
  },
  "cron-job-history-limit": {
    base: [cronJob],
    fails: [
      { at: "spec.successfulJobsHistoryLimit", to: DELETE, message: "successfulJobsHistoryLimit is unset" },
      { at: "spec.failedJobsHistoryLimit", to: 11, message: "failedJobsHistoryLimit 11 exceeds 10" },
    ],
    unknown: ["spec.failedJobsHistoryLimit"],
  },
  "cron-job-concurrency": {
    base: [cronJob],
    fails: [
      {
        at: "spec.concurrencyPolicy",
        to: "Allow",
        message: 'concurrencyPolicy is "Allow", which allows overlap',
      },
    ],
    unknown: ["spec.concurrencyPolicy"],
  },
  "job-time-to-live": {
    base: [job],
    fails: [{ at: "spec.ttlSecondsAfterFinished", to: DELETE, message: "ttlSecondsAfterFinished is unset" }],
    unknown: ["spec.ttlSecondsAfterFinished"],
  },
  "autoscaler-bounds": {
    base: [autoscaler, scaledObject],
    fails: [
      { at: "spec.maxReplicas", to: 1, message: "maxReplicas 1 is below the minimum 2" },
      { at: "spec.maxReplicaCount", to: DELETE, on: 1, message: "maxReplicaCount is unset" },
    ],
    unknown: ["spec.maxReplicas"],
  },
  "autoscaler-minimum-replicas": {
    base: [autoscaler, scaledObject],
    fails: [
      { at: "spec.minReplicas", to: DELETE, message: "the minimum is 1, not 2 or more" },
      { at: "spec.minReplicaCount", to: 1, on: 1, message: "the minimum is 1, not 2 or more" },
    ],
    unknown: ["spec.minReplicas"],
  },
  "replicas-within-maximum": {
    base: [deployment, autoscaler],
    fails: [
      {
        at: "spec.maxReplicas",
        to: 21,
        on: 1,
        config: { environment: "dev" },
        message: "the maximum 21 exceeds 20, the maximum in dev",
      },
      {
        at: "spec.replicas",
        to: 101,
        message: "replicas 101 exceeds 100, the maximum in production",
        also: ["autoscaled-workload-without-replicas"],
      },
    ],
    unknown: [{ at: "spec.maxReplicas", on: 1 }],
  },
  "autoscaler-has-metrics": {
    base: [autoscaler, scaledObject],
    fails: [
      { at: "spec.metrics", to: [], message: "spec.metrics is empty" },
      { at: "spec.triggers", to: DELETE, on: 1, message: "spec.triggers is empty" },
    ],
    unknown: ["spec.metrics"],
  },
  "autoscaled-workload-without-replicas": {
    base: scaled,
    fails: [
      {
        at: "spec.replicas",
        to: 3,
        message: "spec.replicas is 3, but HorizontalPodAutoscaler app scales it",
      },
    ],
    unknown: ["spec.replicas", { at: "spec.scaleTargetRef.name", on: 1 }].map((entry) =>
      typeof entry === "string" ? { at: entry } : entry,
    ),
  },
  "one-autoscaler-per-workload": {
    base: [deployment, autoscaler, scaledObject, vertical],
    fails: [
      {
        at: "spec.scaleTargetRef.name",
        to: "app",
        on: 2,
        message: "shop/Deployment/app is scaled by HorizontalPodAutoscaler app and ScaledObject worker",
      },
      {
        at: "spec.updatePolicy.updateMode",
        to: "Auto",
        on: 3,
        message: "resizes pods that HorizontalPodAutoscaler app scales",
      },
    ],
    unknown: [{ at: "spec.scaleTargetRef.name", on: 2 }],
  },
  "autoscaler-not-paused": {
    base: [scaledObject],
    fails: [
      {
        at: ["metadata", "annotations", "autoscaling.keda.sh/paused"],
        to: "true",
        message: "autoscaling.keda.sh/paused is true",
      },
      {
        at: ["metadata", "annotations", "autoscaling.keda.sh/paused-replicas"],
        to: "0",
        message: "is paused at a replica count",
      },
    ],
    unknown: ["metadata.annotations"],
  },
  "namespace-resource-quota": {
    base: space,
    fails: [
      { at: "", to: DELETE, on: 1, message: "namespace shop has no ResourceQuota" },
      {
        at: ["spec", "hard", "limits.memory"],
        to: DELETE,
        on: 1,
        message: "the ResourceQuota of namespace shop lacks limits.memory",
      },
      { at: "metadata.namespace", to: "other", on: 1, message: "namespace shop has no ResourceQuota" },
    ],
    unknown: [{ at: "metadata.namespace", on: 1 }],
  },
  "namespace-limit-range": {
    base: space,
    fails: [
      { at: "", to: DELETE, on: 2, message: "namespace shop has no LimitRange" },
      {
        at: "spec.limits.0.type",
        to: "Pod",
        on: 2,
        message: "the LimitRange of namespace shop has no entry of type Container",
      },
      {
        at: "spec.limits.0.defaultRequest.cpu",
        to: DELETE,
        on: 2,
        message: "the LimitRange of namespace shop has no defaultRequest for cpu",
      },
    ],
    unknown: [{ at: "spec.limits", on: 2 }],
  },
  "disruption-budget-allows-eviction": {
    base: budget,
    fails: [
      { at: "spec.maxUnavailable", to: 0, message: "maxUnavailable is 0" },
      { at: "spec.maxUnavailable", to: DELETE, message: "has neither maxUnavailable nor minAvailable" },
      { at: "spec", to: { minAvailable: "100%" }, message: "minAvailable is 100%" },
    ],
    unknown: ["spec.maxUnavailable"],
  },
};
