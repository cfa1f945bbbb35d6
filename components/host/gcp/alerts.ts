import * as gcp from "@pulumi/gcp";
import type { Context } from "../../context";
import { labelsOf } from "../../gcp/labels";
import type { Make } from "../../make";
import { seconds } from "../../quantities";
import type { runningBackups } from "../cloudInit";
import { longestInterval } from "../schedule";
import { splitMetric } from "./commands";

export interface AlertsArgs {
  readonly context: Context;
  /** Type of the host's metrics, without the name of the metric. */
  readonly metrics: string;
  readonly backups: ReturnType<typeof runningBackups>;
  readonly hasCertificates: boolean;
  /** Whether the machine is stopped at times: then silence says nothing. */
  readonly sleeps: boolean;
  /** Addresses of those who are told. */
  readonly emails: readonly string[];
}

/** Days a certificate may have left: renewal begins at thirty, so somebody has a fortnight. */
const CERTIFICATE_DAYS = 14;
const DISK_PERCENT = 85;
const SILENCE = "900s";

interface Watch {
  readonly role: string;
  /** Name the host publishes it under. */
  readonly metric: string;
  readonly says: string;
  readonly comparison: "COMPARISON_GT" | "COMPARISON_LT";
  readonly threshold: number;
  /** How long it must hold. */
  readonly duration: string;
}

/** Tells of what only a person can mend. A machine that fails comes back by itself: Compute Engine restarts it. */
export function makeAlerts(make: Make, args: AlertsArgs): void {
  const watches = watchesOf(args);
  const descriptors = describeMetrics(make, args, watches);
  const channels = args.emails.map((address, index) =>
    make(gcp.monitoring.NotificationChannel, `email-${index + 1}`, {
      type: "email",
      displayName: `${args.context.system}: ${address}`,
      labels: { email_address: address },
      userLabels: labelsOf(args.context.tags),
    }),
  );
  const notificationChannels = channels.map(({ id }) => id);
  for (const watch of watches) {
    makePolicy(make, args, watch.role, watch.says, { notificationChannels, descriptors }, thresholdOf(args, watch));
  }
  if (!args.sleeps) {
    makePolicy(
      make,
      args,
      "silent",
      "The host reports nothing",
      { notificationChannels, descriptors },
      {
        displayName: "The host reports nothing",
        conditionAbsent: {
          filter: filterOf(args, "UnhealthyContainers"),
          duration: SILENCE,
          aggregations: [EVERY_MINUTE],
        },
      },
    );
  }
}

function watchesOf({ backups, hasCertificates }: AlertsArgs): readonly Watch[] {
  const above = (threshold: number, duration: string) =>
    ({ comparison: "COMPARISON_GT", threshold, duration }) as const;
  const below = (threshold: number) => ({ comparison: "COMPARISON_LT", threshold, duration: "0s" }) as const;
  return [
    { role: "disk", metric: "DataDiskUsedPercent", says: "The data disk fills up", ...above(DISK_PERCENT, "900s") },
    {
      role: "containers",
      metric: "UnhealthyContainers",
      says: "A container does not become healthy",
      ...above(0, "600s"),
    },
    ...(hasCertificates
      ? [
          {
            role: "certificates",
            metric: "CertificateDaysLeft",
            says: "A certificate is not renewed",
            ...below(CERTIFICATE_DAYS),
          },
        ]
      : []),
    ...backups.flatMap(({ name, spec }) => [
      {
        role: `backup-${name}`,
        metric: `BackupAge-${name}`,
        says: `Backup ${name} is overdue`,
        ...above(longestInterval(spec.schedule) + seconds(spec.overdueAfter), "900s"),
      },
      {
        role: `restore-test-${name}`,
        metric: `RestoreTestPassed-${name}`,
        says: `Backup ${name} could not be restored`,
        ...below(1),
      },
    ]),
  ];
}

/** A policy on a metric nobody has written yet is refused: the metrics are described before their first point. */
function describeMetrics(make: Make, { metrics }: AlertsArgs, watches: readonly Watch[]) {
  const names = new Map(watches.map(({ metric, says }) => [splitMetric(metric).metric, says]));
  return [...names].map(([metric, says]) =>
    make(gcp.monitoring.MetricDescriptor, `metric-${metric.toLowerCase()}`, {
      type: `${metrics}/${metric}`,
      metricKind: "GAUGE",
      valueType: "DOUBLE",
      displayName: metric,
      description: `Written by the host; high or low where: ${says.toLowerCase()}`,
      labels: [{ key: "of", valueType: "STRING", description: "Which backup, where there are several" }],
    }),
  );
}

/** Several names' certificates share a series; of the points of a minute the worst counts. */
const EVERY_MINUTE = { alignmentPeriod: "60s", perSeriesAligner: "ALIGN_MAX" };

function thresholdOf(args: AlertsArgs, { metric, says, comparison, threshold, duration }: Watch) {
  const lowest = comparison === "COMPARISON_LT";
  return {
    displayName: says,
    conditionThreshold: {
      filter: filterOf(args, metric),
      comparison,
      thresholdValue: threshold,
      duration,
      // Written twice a day, or once after a restore: the lowest of a day stands until the next.
      aggregations: [lowest ? { alignmentPeriod: "86400s", perSeriesAligner: "ALIGN_MIN" } : EVERY_MINUTE],
    },
  };
}

function filterOf({ metrics }: AlertsArgs, name: string): string {
  const { metric, of } = splitMetric(name);
  const label = of === "" ? "" : ` AND metric.labels.of = "${of}"`;
  return `metric.type = "${metrics}/${metric}" AND resource.type = "gce_instance"${label}`;
}

function makePolicy(
  make: Make,
  { context }: AlertsArgs,
  role: string,
  says: string,
  {
    notificationChannels,
    descriptors,
  }: Pick<gcp.monitoring.AlertPolicyArgs, "notificationChannels"> & {
    readonly descriptors: readonly gcp.monitoring.MetricDescriptor[];
  },
  condition: gcp.types.input.monitoring.AlertPolicyCondition,
): void {
  make(
    gcp.monitoring.AlertPolicy,
    `alert-${role}`,
    {
      displayName: `${context.system} in ${context.placement}: ${says}`,
      combiner: "OR",
      conditions: [condition],
      ...(notificationChannels === undefined ? {} : { notificationChannels }),
      userLabels: labelsOf(context.tags),
    },
    { dependsOn: [...descriptors] },
  );
}
