import type { BackupSpec } from "../../../systems/spec";
import { seconds } from "../../quantities";
import { longestGapSeconds } from "./schedule";

export interface BackupRulesArgs {
  readonly backup: string;
  readonly spec: BackupSpec;
  readonly namespace: string;
  /** Names of the two CronJobs. */
  readonly cronJobs: { readonly dump: string; readonly restore: string };
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Rules that a copy is late, and that its restore test is. Both read when Kubernetes itself last saw a run succeed
 * (kube-state-metrics, part of kube-prometheus-stack), so that a job that never got as far as telling is late as well.
 */
export function backupRules(args: BackupRulesArgs) {
  const { backup, spec, cronJobs, labels } = args;
  const overdue = seconds(spec.overdueAfter);
  return [
    {
      alert: "BackupOverdue",
      expr: lateBy(args.namespace, cronJobs.dump, longestGapSeconds(spec.schedule) + overdue),
      for: "5m",
      labels: { ...labels, severity: "critical", backup },
      annotations: {
        summary: `No copy of ${spec.store} for longer than its schedule and ${spec.overdueAfter}`,
        action: `Read the log of the newest job of ${cronJobs.dump}; then run it: kubectl -n ${args.namespace} create job --from=cronjob/${cronJobs.dump} ${cronJobs.dump}-now`,
      },
    },
    {
      alert: "RestoreTestOverdue",
      expr: lateBy(args.namespace, cronJobs.restore, longestGapSeconds(spec.restoreTest) + overdue),
      for: "5m",
      labels: { ...labels, severity: "critical", backup },
      annotations: {
        summary: `The newest copy of ${spec.store} has not been restored and checked in time`,
        action: `Read the log of the newest job of ${cronJobs.restore}: a copy that cannot be restored is none`,
      },
    },
  ];
}

/** Late since the last success, late since it was made without any success, or not there at all. */
function lateBy(namespace: string, cronJob: string, age: number): string {
  const selector = `{namespace="${namespace}",cronjob="${cronJob}"}`;
  const succeeded = `kube_cronjob_status_last_successful_time${selector}`;
  const created = `kube_cronjob_created${selector}`;
  return [
    `time() - max by (namespace, cronjob) (${succeeded}) > ${age}`,
    `(time() - max by (namespace, cronjob) (${created}) > ${age} unless on (namespace, cronjob) ${succeeded})`,
    `absent(${created})`,
  ].join(" or ");
}
