import { applicableObjects, type KubernetesObject, kinds } from "../kubernetes";
import { amount, at, isSet, shown } from "../read";
import { type Report, type ResourceRule, type Rule, type RuleConfig, resourceRule } from "../rule";

type Facts<C extends object> = Omit<ResourceRule<C>, "resources" | "check">;

/** A rule over Jobs and the Jobs CronJobs make; `spec` is the job's. */
function jobRule<C extends object = RuleConfig>(
  facts: Facts<C>,
  check: (spec: unknown, report: Report, config: C) => void,
): Rule {
  return resourceRule<C>({
    ...facts,
    resources: kinds("Job", "CronJob"),
    check(resource, report, config) {
      for (const { kind, props, where } of applicableObjects(resource, ["Job", "CronJob"])) {
        const path = kind === "CronJob" ? ["spec", "jobTemplate", "spec"] : ["spec"];
        check(at(props, ...path), (message) => report(where + message), config);
      }
    },
  });
}

function cronJobRule<C extends object = RuleConfig>(
  facts: Facts<C>,
  problem: (object: KubernetesObject, config: C) => string | undefined,
): Rule {
  return resourceRule<C>({
    ...facts,
    resources: kinds("CronJob"),
    check(resource, report, config) {
      for (const object of applicableObjects(resource, ["CronJob"])) {
        const found = problem(object, config);
        if (found !== undefined) report(object.where + found);
      }
    },
  });
}

export const jobRetries = jobRule<{ readonly maximum: number }>(
  {
    id: "job-backoff-limit",
    title: "Jobs say how often they retry",
    severity: "low",
    level: "mandatory",
    fix: "Set backoffLimit on the job's spec.",
    sources: [],
    config: {
      properties: { maximum: { type: "integer", minimum: 0, default: 10 } },
      defaults: { maximum: 10 },
    },
  },
  (spec, report, { maximum }) => {
    const value = amount(at(spec, "backoffLimit"));
    if (value === undefined) report("backoffLimit is unset");
    else if (value > maximum) report(`backoffLimit ${value} exceeds ${maximum}`);
  },
);

export const jobDeadline = jobRule(
  {
    id: "job-active-deadline",
    title: "Jobs end at a deadline",
    description: "A job that hangs holds its resources, and a CronJob that forbids concurrency never runs again",
    severity: "medium",
    level: "mandatory",
    fix: "Set activeDeadlineSeconds on the job's spec.",
    sources: [],
  },
  (spec, report) => {
    const value = at(spec, "activeDeadlineSeconds");
    if ((amount(value) ?? 0) <= 0) report(`activeDeadlineSeconds is ${shown(value)}`);
  },
);

export const cronJobDeadline = cronJobRule(
  {
    id: "cron-job-starting-deadline",
    title: "CronJobs have a starting deadline",
    description: "Without one, 100 missed starts stop the CronJob for good",
    severity: "medium",
    level: "mandatory",
    fix: "Set spec.startingDeadlineSeconds to 10 or more; the controller looks every 10 seconds.",
    sources: ["kube-score"],
  },
  ({ props }) => {
    const value = at(props, "spec", "startingDeadlineSeconds");
    return (amount(value) ?? 0) >= 10 ? undefined : `startingDeadlineSeconds is ${shown(value)}, not 10 or more`;
  },
);

export const cronJobHistory = cronJobRule<{ readonly maximum: number }>(
  {
    id: "cron-job-history-limit",
    title: "CronJobs keep a bounded history",
    severity: "low",
    level: "mandatory",
    fix: "Set spec.successfulJobsHistoryLimit and failedJobsHistoryLimit.",
    sources: [],
    config: {
      properties: { maximum: { type: "integer", minimum: 0, default: 10 } },
      defaults: { maximum: 10 },
    },
  },
  ({ props }, { maximum }) => {
    for (const field of ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"]) {
      const value = amount(at(props, "spec", field));
      if (value === undefined) return `${field} is unset`;
      if (value > maximum) return `${field} ${value} exceeds ${maximum}`;
    }
    return undefined;
  },
);

export const cronJobConcurrency = cronJobRule(
  {
    id: "cron-job-concurrency",
    title: "CronJobs do not pile up",
    severity: "medium",
    level: "mandatory",
    fix: "Set spec.concurrencyPolicy: Forbid or Replace.",
    sources: [],
  },
  ({ props }) => {
    const value = at(props, "spec", "concurrencyPolicy");
    return value === "Forbid" || value === "Replace"
      ? undefined
      : `concurrencyPolicy is ${shown(value)}, which allows overlap`;
  },
);

export const jobCleanup = resourceRule({
  id: "job-time-to-live",
  title: "Finished Jobs are removed",
  description:
    "One that Groundplan manages is left out: its stack removes it with the next version, and would run it again were it gone before",
  severity: "low",
  level: "advisory",
  fix: "Set spec.ttlSecondsAfterFinished.",
  sources: [],
  resources: kinds("Job"),
  check(resource, report) {
    for (const { props, where } of applicableObjects(resource, ["Job"])) {
      if (at(props, "metadata", "labels", "app.kubernetes.io/managed-by") === "groundplan") continue;
      if (!isSet(at(props, "spec", "ttlSecondsAfterFinished"))) report(`${where}ttlSecondsAfterFinished is unset`);
    }
  },
});

export const jobRules: readonly Rule[] = [
  jobRetries,
  jobDeadline,
  cronJobDeadline,
  cronJobHistory,
  cronJobConcurrency,
  jobCleanup,
];
