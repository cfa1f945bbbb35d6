import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../../component";
import { labelsOf } from "../../gcp/labels";
import { type AlertPlan, planAlerts, type Watched } from "../../gcp/monitoring/alerts";
import { projectOf } from "../../gcp/project";

/** Who hears of an alert. */
export interface AlertReceivers {
  readonly emails: readonly string[];
  /** Integration key of PagerDuty; secret. */
  readonly pagerduty?: pulumi.Output<string>;
  /** Receivers of the system that Cloud Monitoring cannot reach by itself. */
  readonly unreached: readonly string[];
}

/** A host of the public's, and a path below it that answers while its service is well. */
export interface UptimeTarget {
  readonly host: string;
  readonly path: string;
}

export interface MonitoringArgs extends ComponentArgs {
  readonly watched: Watched;
  /** Asked every minute from around the world. @default nothing is */
  readonly uptime?: readonly UptimeTarget[];
  /** Whether what answers is away for the night: its hosts are asked all the same, and nobody is woken. @default false */
  readonly sleeps?: boolean;
  readonly receivers: AlertReceivers;
}

const CERTIFICATE_DAYS = 14;

/** What the cloud itself knows of a placement's health: alert policies, checks from outside, and who hears of them. */
export class Monitoring extends Component {
  /** Ids of the channels, for whoever else has something to tell. */
  readonly channels: readonly pulumi.Output<string>[];

  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("groundplan:observability:Monitoring", name, args, opts);
    this.channels = this.makeChannels(args.receivers);
    const alerts = planAlerts(args.watched);
    for (const alert of alerts) {
      this.makeAlert(alert);
    }
    for (const target of args.uptime ?? []) {
      this.checkUptime(target, args.sleeps === true);
    }
    this.finish({ alerts: alerts.map(({ role }) => role) });
  }

  private makeChannels({ emails, pagerduty, unreached }: AlertReceivers): readonly pulumi.Output<string>[] {
    const { context } = this;
    const userLabels = labelsOf(context.tags);
    const byMail = emails.map((address, index) =>
      this.make(gcp.monitoring.NotificationChannel, `email-${index + 1}`, {
        type: "email",
        displayName: `${context.system} (${context.placement}): ${address}`,
        labels: { email_address: address },
        userLabels,
      }),
    );
    const byPager = pagerduty
      ? [
          this.make(gcp.monitoring.NotificationChannel, "pagerduty", {
            type: "pagerduty",
            displayName: `${context.system} (${context.placement}): PagerDuty`,
            sensitiveLabels: { serviceKey: pagerduty },
            userLabels,
          }),
        ]
      : [];
    const channels = [...byMail, ...byPager];
    if (channels.length === 0) {
      this.degrade({
        feature: `somebody who hears of the cloud's alerts of ${context.placement}`,
        reason: "no receiver that Cloud Monitoring reaches is named: alerts are seen in the console alone",
        remedy: "set groundplan:alerts.email or groundplan:alerts.pagerduty",
      });
    } else if (unreached.length > 0) {
      this.degrade({
        feature: `the cloud's alerts of ${context.placement} to ${unreached.join(" and ")}`,
        reason:
          "Slack wants an app that a person installs, a web hook a token in its URL: they hear of what Prometheus sees",
        remedy: "add a channel in the console, or read the e-mails",
      });
    }
    return channels.map(({ id }) => id);
  }

  private makeAlert(alert: AlertPlan): void {
    const [type, label] = alert.resource;
    const filter = pulumi.interpolate`resource.type = "${type}" AND resource.labels.${label} = ends_with("${alert.name}") AND metric.type = "${alert.metric}"${alert.where === undefined ? "" : ` AND ${alert.where}`}`;
    this.policy(alert.role, alert.says, alert.action, {
      displayName: alert.says,
      conditionThreshold: {
        filter,
        comparison: alert.below ? "COMPARISON_LT" : "COMPARISON_GT",
        thresholdValue: alert.threshold,
        duration: `${alert.seconds}s`,
        aggregations: [
          {
            alignmentPeriod: `${alert.period ?? 300}s`,
            perSeriesAligner: alert.aligner,
            ...(alert.reducer === undefined ? {} : { crossSeriesReducer: alert.reducer }),
          },
        ],
        trigger: { count: 1 },
      },
    });
  }

  /** Asks a host for its health from three continents, and tells of its certificate a fortnight before it ends. */
  private checkUptime({ host, path }: UptimeTarget, sleeps: boolean): void {
    const { context } = this;
    const key = host.replace(/[^a-z0-9]+/g, "-");
    const project = projectOf(this).id;
    const check = this.make(gcp.monitoring.UptimeCheckConfig, `uptime-${key}`, {
      displayName: `${context.system} (${context.environment}): ${host}`,
      monitoredResource: { type: "uptime_url", labels: { project_id: project, host } },
      httpCheck: {
        path,
        port: 443,
        requestMethod: "GET",
        useSsl: true,
        validateSsl: true,
        acceptedResponseStatusCodes: [{ statusClass: "STATUS_CLASS_2XX" }],
      },
      checkerType: "STATIC_IP_CHECKERS",
      selectedRegions: ["USA", "EUROPE", "ASIA_PACIFIC"],
      period: "60s",
      timeout: "10s",
      userLabels: labelsOf(context.tags),
    });
    const filter = (metric: string) =>
      pulumi.interpolate`resource.type = "uptime_url" AND metric.type = "monitoring.googleapis.com/uptime_check/${metric}" AND metric.labels.check_id = "${check.uptimeCheckId}"`;
    if (!sleeps) {
      this.policy(`uptime-${key}`, `${host} does not answer`, "Ask it yourself, then see the load balancer's log.", {
        displayName: `${host} fails from more than one place`,
        conditionThreshold: {
          filter: filter("check_passed"),
          comparison: "COMPARISON_GT",
          thresholdValue: 1,
          duration: "120s",
          aggregations: [
            {
              alignmentPeriod: "1200s",
              perSeriesAligner: "ALIGN_NEXT_OLDER",
              crossSeriesReducer: "REDUCE_COUNT_FALSE",
              groupByFields: ["resource.label.host"],
            },
          ],
          trigger: { count: 1 },
        },
      });
    }
    this.policy(`certificate-${key}`, `the certificate of ${host} is not renewed`, "Look at the certificate's state.", {
      displayName: `the certificate of ${host} ends within ${CERTIFICATE_DAYS} days`,
      conditionThreshold: {
        filter: filter("time_until_ssl_cert_expires"),
        comparison: "COMPARISON_LT",
        thresholdValue: CERTIFICATE_DAYS,
        duration: "600s",
        aggregations: [
          {
            alignmentPeriod: "1200s",
            perSeriesAligner: "ALIGN_NEXT_OLDER",
            crossSeriesReducer: "REDUCE_MEAN",
            groupByFields: ["resource.label.host"],
          },
        ],
        trigger: { count: 1 },
      },
    });
  }

  private policy(
    role: string,
    says: string,
    action: string,
    condition: gcp.types.input.monitoring.AlertPolicyCondition,
  ): void {
    const { context } = this;
    this.make(gcp.monitoring.AlertPolicy, `alert-${role}`, {
      displayName: `${context.system} in ${context.placement}: ${says}`,
      combiner: "OR",
      conditions: [condition],
      documentation: { content: action, mimeType: "text/markdown" },
      notificationChannels: [...this.channels],
      alertStrategy: { autoClose: "1800s" },
      userLabels: labelsOf(context.tags),
    });
  }
}
