import { one } from "../cases";
import { autoscaler, deployment, job, namespace } from "../fixtures";
import type { TestResource } from "../harness";
import { allows, bounded, type Further, notInDev, refuses } from "./build";

const sql = (props: TestResource["props"]) => one("gcp:sql/databaseInstance:DatabaseInstance", props);
const POD = "spec.template.spec";
const APP = `${POD}.containers.0`;
const MANAGER = "app.kubernetes.io/managed-by";
const base = [deployment];
const app = (problem: string): string => `container "app": ${problem}`;
const plain = (name: string): TestResource => ({ ...namespace, name, props: { metadata: { name } } });
const system = ["default", "kube-system", "kube-public", "kube-node-lease"].map(plain);
const QUOTAS = ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];
const quota = (space: string, names: readonly string[]): TestResource => ({
  type: "kubernetes:core/v1:ResourceQuota",
  name: `quota-${names.length}`,
  props: { metadata: { namespace: space }, spec: { hard: Object.fromEntries(names.map((name) => [name, "1"])) } },
});

export const limits: Further = {
  "job-time-to-live": [
    refuses(
      [{ ...job, props: { metadata: { labels: { [MANAGER]: "groundplan" } }, spec: {} } }],
      ["metadata", "labels", MANAGER],
      [["pulumi", "ttlSecondsAfterFinished is unset"]],
    ),
  ],
  "database-storage-growth-bounded": [
    allows(sql({ settings: { diskAutoresize: false } }), "settings.diskAutoresizeLimit", [0]),
  ],
  "container-request-within-limit": [
    allows(base, `${APP}.resources`, [
      { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: 0.5, memory: "1024Mi" } },
    ]),
  ],
  "container-limits-within-maxima": [
    allows(base, `${APP}.resources.limits`, [{ cpu: 16, memory: "64Gi", "ephemeral-storage": "100Gi" }]),
    refuses(base, `${APP}.resources.limits`, [
      [
        { "ephemeral-storage": "101Gi" },
        app('limits.ephemeral-storage "101Gi" exceeds 100Gi, the maximum in production'),
      ],
    ]),
  ],
  "disruption-budget-allows-eviction": [
    allows(one("kubernetes:policy/v1:PodDisruptionBudget", { spec: { minAvailable: 1 } }), "spec.minAvailable", [
      "99%",
    ]),
  ],
  "job-backoff-limit": [allows([job], "spec.backoffLimit", [10])],
  "cron-job-starting-deadline": bounded(
    [["kubernetes:batch/v1:CronJob", "spec.startingDeadlineSeconds"]],
    10,
    9,
    () => "startingDeadlineSeconds is 9, not 10 or more",
  ),
  "cron-job-history-limit": [
    allows(
      one("kubernetes:batch/v1:CronJob", { spec: { successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1 } }),
      "spec.failedJobsHistoryLimit",
      [10],
    ),
  ],
  "cron-job-concurrency": [
    allows(one("kubernetes:batch/v1:CronJob", { spec: { concurrencyPolicy: "Forbid" } }), "spec.concurrencyPolicy", [
      "Replace",
    ]),
  ],
  "autoscaler-bounds": [allows([autoscaler], "spec", [{ minReplicas: 10, maxReplicas: 10 }])],
  "autoscaler-minimum-replicas": [notInDev([autoscaler], { at: "spec.minReplicas", to: 1 })],
  "replicas-within-maximum": [
    ...["Deployment", "StatefulSet", "ReplicaSet"].flatMap((kind) =>
      Object.entries({ dev: 20, staging: 50, production: 100 }).flatMap(([environment, most]) =>
        bounded(
          [[`kubernetes:apps/v1:${kind}`, "spec.replicas"]],
          most,
          most + 1,
          () => `replicas ${most + 1} exceeds ${most}, the maximum in ${environment}`,
          { environment },
        ),
      ),
    ),
  ],
  "empty-dir-size-limit": [allows(base, `${POD}.volumes`, [[{ name: "config", configMap: {} }]])],
  "volume-claim-within-maximum": bounded(
    [["kubernetes:core/v1:PersistentVolumeClaim", "spec.resources.requests.storage"]],
    "16Ti",
    "17Ti",
    () => 'storage "17Ti" exceeds 16Ti, the maximum in production',
  ),
  "namespace-resource-quota": [
    {
      base: [plain("shop"), quota("shop", QUOTAS), quota("shop", QUOTAS.slice(1)), ...system],
      fails: [
        {
          at: "spec.hard",
          on: 1,
          to: {},
          message: "the ResourceQuota of namespace shop lacks requests.cpu, requests.memory, limits.cpu, limits.memory",
        },
      ],
      unknown: [],
    },
  ],
};
