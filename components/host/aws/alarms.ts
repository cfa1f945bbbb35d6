import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../../context";
import type { Make } from "../../make";
import { seconds } from "../../quantities";
import type { runningBackups } from "../cloudInit";
import { longestInterval } from "../schedule";

export interface AlarmsArgs {
  readonly context: Context;
  readonly partition: pulumi.Output<string>;
  readonly instanceId: pulumi.Output<string>;
  /** Namespace of the host's own metrics. */
  readonly namespace: string;
  readonly backups: ReturnType<typeof runningBackups>;
  readonly hasCertificates: boolean;
  /** Whether the machine is stopped at times: then silence says nothing. */
  readonly sleeps: boolean;
  /** Topic that is told. @default nobody is */
  readonly topicArn?: pulumi.Input<string>;
}

/** Days a certificate may have left: renewal begins at thirty, so somebody has a fortnight. */
const CERTIFICATE_DAYS = 14;
const DISK_PERCENT = 85;

type Threshold = Pick<
  aws.cloudwatch.MetricAlarmArgs,
  "comparisonOperator" | "threshold" | "evaluationPeriods" | "period" | "statistic" | "treatMissingData"
>;

/** Brings a failed machine back by itself, and tells of what only a person can mend. */
export function makeAlarms(make: Make, args: AlarmsArgs): void {
  recover(make, args);
  watch(make, args, "disk", "DataDiskUsedPercent", "The data volume fills up", above(DISK_PERCENT, 3, 300));
  watch(make, args, "containers", "UnhealthyContainers", "A container does not become healthy", above(0, 10, 60));
  if (args.hasCertificates) {
    watch(make, args, "certificates", "CertificateDaysLeft", "A certificate is not renewed", {
      comparisonOperator: "LessThanThreshold",
      threshold: CERTIFICATE_DAYS,
      evaluationPeriods: 1,
      period: 86_400,
      statistic: "Minimum",
      treatMissingData: "missing",
    });
  }
  for (const { name, spec } of args.backups) {
    const overdue = longestInterval(spec.schedule) + seconds(spec.overdueAfter);
    watch(make, args, `backup-${name}`, `BackupAge-${name}`, `Backup ${name} is overdue`, {
      ...above(overdue, 3, 300),
      // A host that reports nothing makes no backups either.
      treatMissingData: args.sleeps ? "missing" : "breaching",
    });
    watch(make, args, `restore-test-${name}`, `RestoreTestPassed-${name}`, `Backup ${name} could not be restored`, {
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      evaluationPeriods: 1,
      period: 3600,
      statistic: "Minimum",
      treatMissingData: "ignore",
    });
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/UsingAlarmActions.html */
function recover(make: Make, { context, partition, instanceId, topicArn }: AlarmsArgs): void {
  const failures = [
    {
      role: "recover",
      metricName: "StatusCheckFailed_System",
      action: "recover",
      what: "The machine under the host failed",
    },
    { role: "reboot", metricName: "StatusCheckFailed_Instance", action: "reboot", what: "The host's system failed" },
  ];
  for (const { role, metricName, action, what } of failures) {
    make(aws.cloudwatch.MetricAlarm, `alarm-${role}`, {
      alarmDescription: `${what}: ${action}`,
      namespace: "AWS/EC2",
      metricName,
      dimensions: { InstanceId: instanceId },
      // Two minutes for the hardware; a machine that starts takes longer than that to answer.
      ...above(0, role === "recover" ? 2 : 5, 60),
      statistic: "Maximum",
      alarmActions: [
        pulumi.interpolate`arn:${partition}:automate:${context.region}:ec2:${action}`,
        ...(topicArn === undefined ? [] : [topicArn]),
      ],
      tags: context.tags,
    });
  }
}

function watch(
  make: Make,
  { context, namespace, topicArn }: AlarmsArgs,
  role: string,
  metricName: string,
  alarmDescription: string,
  threshold: Threshold,
): void {
  make(aws.cloudwatch.MetricAlarm, `alarm-${role}`, {
    alarmDescription: `${context.system} in ${context.placement}: ${alarmDescription}`,
    namespace,
    metricName,
    ...threshold,
    ...(topicArn === undefined ? {} : { alarmActions: [topicArn], okActions: [topicArn] }),
    tags: context.tags,
  });
}

function above(threshold: number, evaluationPeriods: number, period: number): Threshold {
  return {
    comparisonOperator: "GreaterThanThreshold",
    threshold,
    evaluationPeriods,
    period,
    statistic: "Maximum",
    treatMissingData: "missing",
  };
}
